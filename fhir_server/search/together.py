"""Conditions that one index serves together: both ends of a date, a name and a city. See docs/decisions/0006."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from fhir_server.search import periods
from fhir_server.search.conditions import Condition, Criterion
from fhir_server.search.escapes import unescape
from fhir_server.search.fields import Filter
from fhir_server.search.kinds import string
from fhir_server.search.locality import Locality


def filters(
    conditions: Sequence[Condition], filter_of: Callable[[Condition], Filter], locality: Locality
) -> list[Filter]:
    """The filters of conditions that must all hold."""
    plain = [one for one in conditions if isinstance(one, Criterion) and one.modifier is None]
    named = (one for one in plain if one.field.beginnings)
    begun = next((one for one in named if filter_of(one).keys() == {one.field.beginnings}), None)
    whole = next((one for one in plain if one.field.only and len(one.values) == 1 and _text(one)), None)
    if begun is None or whole is None:
        return periods.filters(conditions, filter_of, locality)
    rest = [one for one in conditions if one is not begun and one is not whole]
    return [_both(filter_of(begun), whole, filter_of(whole)), *periods.filters(rest, filter_of, locality)]


def _text(criterion: Criterion) -> str:
    return string.folded(unescape(criterion.values[0]))


def _both(begun: Filter, whole: Criterion, filter: Filter) -> Filter:
    """An index alone tells what has but one string to begin so; what has several is looked at."""
    path = whole.field.only
    one: Filter = {path: {"$regex": f"^{re.escape(_text(whole))}"}}
    several = [{path: string.SEVERAL}, periods.checked(filter)]
    return {"$or": [{"$and": [begun, one]}, {"$and": [begun, *several]}]}
