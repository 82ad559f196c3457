"""A parsed search as a MongoDB filter. https://hl7.org/fhir/R4/search.html

The filter knows nothing of deleted resources or of what the caller may see: the record adds both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fhir_server.search import refusals
from fhir_server.search.escapes import unescape
from fhir_server.search.fields import Field, Filter
from fhir_server.search.kinds import date, number, quantity, reference, string, token, uri
from fhir_server.search.locality import Locality
from fhir_server.search.query import Criterion, Query

Match = Callable[[Field, str, str | None, Locality], Filter]

MATCHES: Mapping[str, Match] = {
    "string": string.match,
    "token": token.match,
    "date": date.match,
    "number": number.match,
    "quantity": quantity.match,
    "reference": reference.match,
    "uri": uri.match,
}


def compile(query: Query, *, zone: ZoneInfo, base: str, now: datetime | None = None) -> Filter:
    """The filter of all criteria; raises InvalidParameter where a value is not understood."""
    locality = Locality(zone, base, now or datetime.now(UTC))
    conditions = [condition(criterion, locality) for criterion in query.criteria]
    if len(conditions) <= 1:
        return conditions[0] if conditions else {}
    return {"$and": conditions}


def condition(criterion: Criterion, locality: Locality) -> Filter:
    field, modifier = criterion.field, criterion.modifier
    if modifier == "missing":
        return any_of(_missing(field, value) for value in criterion.values)
    match = MATCHES[field.parameter.type]
    if modifier == "not":
        return {"$nor": [any_of(match(field, value, None, locality) for value in criterion.values)]}
    return any_of(match(field, value, modifier, locality) for value in criterion.values)


def any_of(filters: Iterable[Filter]) -> Filter:
    """One filter for alternatives; equalities on one path become one `$in`."""
    equal: dict[str, dict[str, None]] = {}
    rest: list[Filter] = []
    for filter in filters:
        ((path, wanted),) = filter.items()
        if isinstance(wanted, str):
            equal.setdefault(path, {})[wanted] = None
        elif isinstance(wanted, dict) and "$in" in wanted:
            equal.setdefault(path, {}).update(dict.fromkeys(wanted["$in"]))
        else:
            rest.append(filter)
    merged = [
        {path: {"$in": list(values)} if len(values) > 1 else next(iter(values))} for path, values in equal.items()
    ]
    return {"$or": [*merged, *rest]} if len(merged) + len(rest) > 1 else [*merged, *rest][0]


def _missing(field: Field, raw: str) -> Filter:
    value = unescape(raw)
    if value not in ("true", "false"):
        raise refusals.wrong_value(f"{field.code}:missing", raw, "true or false", "true atau false")
    return {field.path: {"$exists": value == "false"}}
