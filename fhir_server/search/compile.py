"""A parsed search as a MongoDB filter. https://hl7.org/fhir/R4/search.html

The filter knows nothing of deleted resources or of what the caller may see: the record adds both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fhir_server.search import refusals
from fhir_server.search.conditions import AllOf, AnyOf, Chain, Condition, Criterion, Has, Holding, Matching, Not
from fhir_server.search.escapes import unescape
from fhir_server.search.fields import Field, Filter
from fhir_server.search.kinds import composite, contained, simple, special
from fhir_server.search.kinds.simple import Match
from fhir_server.search.locality import Locality
from fhir_server.search.query import Query
from fhir_server.search.terminology import Known
from fhir_server.search.together import filters

Join = Callable[[Chain | Has], Filter]
"""The filter that stands for a condition on other resources."""

MATCHES: Mapping[str, Match] = {**simple.MATCHES, "composite": composite.match, "special": special.match}
NEGATIVE = {"not": None, "not-in": "in"}
"""Modifiers that turn another, or none, into its opposite: found is also what has no value."""


def compile(
    query: Query, *, zone: ZoneInfo, base: str, now: datetime | None = None, known: Known | None = None
) -> Filter:
    """The filter of a search without joins; raises InvalidParameter where a value is not understood."""
    locality = Locality(zone, base, now or datetime.now(UTC), known or Known())
    return all_of(filters(query.criteria, lambda root: tree(root, locality, _no_join), locality))


def tree(root: Condition, locality: Locality, join: Join) -> Filter:
    """The filter of a tree of conditions, where `join` tells those of its chains and reverse chains."""
    match root:
        case Criterion():
            return condition(root, locality)
        case Matching(filter=filter):
            return filter
        case Chain() | Has():
            return join(root)
        case Holding(type=type, inner=part):
            return contained.matching(type, tree(part, locality, join))
        case AllOf(conditions=parts):
            return all_of([tree(part, locality, join) for part in parts])
        case AnyOf(conditions=parts):
            return {"$or": [tree(part, locality, join) for part in parts]}
        case Not(condition=part):
            return {"$nor": [tree(part, locality, join)]}


def all_of(filters: Sequence[Filter]) -> Filter:
    if len(filters) <= 1:
        return filters[0] if filters else {}
    return {"$and": list(filters)}


def _no_join(condition: Chain | Has) -> Filter:
    raise TypeError("chains need the store: see finding.plan")


def condition(criterion: Criterion, locality: Locality) -> Filter:
    field, modifier = criterion.field, criterion.modifier
    if modifier == "missing":
        return any_of(_missing(field, value) for value in criterion.values)
    match = MATCHES[field.parameter.type]
    if modifier in NEGATIVE:
        return {"$nor": [any_of(match(field, value, NEGATIVE[modifier], locality) for value in criterion.values)]}
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
        {path: next(iter(values)) if len(values) == 1 else {"$in": list(values)}} for path, values in equal.items()
    ]
    return {"$or": [*merged, *rest]} if len(merged) + len(rest) > 1 else [*merged, *rest][0]


def _missing(field: Field, raw: str) -> Filter:
    value = unescape(raw)
    if value not in ("true", "false"):
        raise refusals.wrong_value(f"{field.code}:missing", raw, "true or false", "true atau false")
    if field.parameter.type == "composite":
        there = composite.present(field)
        return there if value == "false" else {"$nor": [there]}
    return {field.path: {"$exists": value == "false"}}
