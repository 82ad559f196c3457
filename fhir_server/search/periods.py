"""Two conditions on one date, `ge` and `le`, as a period that an index finds.

Each of them alone is half of an archive, and of two conditions an index serves one. See docs/decisions/0013.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fhir_server.search.conditions import Condition, Criterion
from fhir_server.search.fields import Filter
from fhir_server.search.kinds import date
from fhir_server.search.locality import Locality


def filters(
    conditions: Sequence[Condition], filter_of: Callable[[Condition], Filter], locality: Locality
) -> list[Filter]:
    """The filters of conditions that must all hold. Those that together give a date both ends are only checked, on what
    an index finds in the period between them."""
    periods = {path: period for path in _dates(conditions) if (period := _period(conditions, path, locality))}
    found = list(periods.values())
    for condition in conditions:
        filter = filter_of(condition)
        bounded = isinstance(condition, Criterion) and condition.field.path in periods
        found.append(checked(filter) if bounded else filter)
    return found


def checked(filter: Filter) -> Filter:
    """The same without an index: MongoDB does not look into `$nor`. It takes the half of an archive behind a date for
    the better way, because what is wanted lies at its beginning."""
    return {"$nor": [{"$nor": [filter]}]}


def _dates(conditions: Sequence[Condition]) -> set[str]:
    fields = [one.field for one in conditions if isinstance(one, Criterion)]
    return {field.path for field in fields if field.parameter.type == "date" and field.layout == "object"}


def _period(conditions: Sequence[Condition], path: str, locality: Locality) -> Filter | None:
    """Of conditions with alternatives or modifiers nothing follows."""
    plain = [
        one.values[0]
        for one in conditions
        if isinstance(one, Criterion) and one.field.path == path and one.modifier is None and len(one.values) == 1
    ]
    ends = [date.ends(raw, locality) for raw in plain]
    lows, highs = [low for low, _ in ends if low], [high for _, high in ends if high]
    return date.overlapping(path, max(lows), min(highs)) if lows and highs else None
