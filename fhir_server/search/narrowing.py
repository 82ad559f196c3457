"""Bounds the sort of many resources: a page cannot go beyond a value that enough of them stand before.

An index finds such a value without sorting; then few resources are left to sort. See docs/decisions/0011.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fhir_server.search.conditions import Condition, Criterion
from fhir_server.search.fields import RANGED, Field, Filter
from fhir_server.search.kinds.number import NO_LOW
from fhir_server.search.page import ALWAYS_THERE, Place, Stage, keys_of
from fhir_server.search.query import Query

EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
MANY = 3_000
"""Fewer are sorted without a bound."""

SHARE, SPARE = 4, 200
"""Of so many with some value behind the place, enough have none before it."""


@dataclass(frozen=True, slots=True)
class Probe:
    """`filter` and `stages` find the `value` of the first sort key of as many resources behind the place as a page
    needs. `path`: where the key's values are; `entry`: within what of a list, "" where that holds plain values, None
    where there is no list; `start`: the value that it begins at; `down`: whether the values fall."""

    filter: Filter
    stages: tuple[Stage, ...]
    path: str
    entry: str | None
    start: Any
    down: bool

    def bound(self, values: Sequence[Any], enough: int) -> Filter | None:
        """What the page is within; None where there are not enough values, so that missing ones may follow."""
        if len(values) < enough:
            return None
        within = {"$gte": min(values)} if self.down else {"$lte": max(values)}
        if self.start is not None:
            within["$lte" if self.down else "$gte"] = self.start
        if self.entry is None:
            return {self.path: within}
        return {self.path: {"$elemMatch": {self.entry: within} if self.entry else within}}


def probe(query: Query, place: Place | None) -> Probe | None:
    """None where the sort needs no bound, or where no index can give one: for the greatest of several values, and
    where values are missing."""
    if not query.results.sort or not all(_may_match_many(condition) for condition in query.criteria):
        return None
    key, field = keys_of(query)[0], query.results.sort[0].field
    start = None if place is None else place.values[0]
    down = key.descending != (place is not None and place.backward)
    if key.path == "_id" or (place is not None and start is None):
        return None
    if key.computed is not None and (down or query.criteria):
        return None
    past: Filter = {"$gte": _least(field)} if start is None else {"$lt" if down else "$gt": start}
    begin = _least(field) if start is None and not down else start
    end: list[Stage] = [{"$limit": query.results.count + 1}, {"$project": {"_id": False, "value": f"${key.path}"}}]
    if key.computed is None:
        return Probe({key.path: past}, ({"$sort": {key.path: -1 if down else 1}}, *end), key.path, None, begin, down)
    entry = "lo" if field.parameter.type in RANGED else ""
    there = {} if start is None else {"$gt": start}
    computed: list[Stage] = [
        {"$limit": SPARE + SHARE * query.results.count},
        {"$set": {key.path: key.computed}},
        {"$match": {key.path: {"$ne": None, **there}}},
    ]
    path = f"{field.path}.{entry}" if entry else field.path
    return Probe({path: past}, (*computed, *end), field.path, entry, begin, down)


def tie(query: Query, value: Any) -> Filter:
    """What has this value for its first sort key, told without computing it."""
    key, sort = keys_of(query)[0], query.results.sort[0]
    if key.computed is None:
        return {key.path: value}
    beyond = {"$gt": value} if sort.descending else {"$gte": _least(sort.field), "$lt": value}
    if sort.field.parameter.type in RANGED:
        return {f"{sort.field.path}.lo": value, sort.field.path: {"$not": {"$elemMatch": {"lo": beyond}}}}
    return {sort.field.path: {"$eq": value, "$not": {"$elemMatch": beyond}}}


def tied(query: Query, place: Place | None) -> bool:
    """Whether many may have the sort value of the place, so that the page may lie within them."""
    if not query.results.sort or not all(_may_match_many(condition) for condition in query.criteria):
        return False
    known = place is not None and place.type == query.type and place.values[0] is not None
    return known and keys_of(query)[0].path not in ALWAYS_THERE


def _may_match_many(condition: Condition) -> bool:
    """Without looking; what points to one resource, or is its number, does not."""
    return isinstance(condition, Criterion) and (
        condition.modifier is not None
        or (condition.field.parameter.type != "reference" and condition.field.code not in ("_id", "identifier"))
    )


def _least(field: Field) -> Any:
    """Not above any value of the field: `$exists` would not let the index give the order."""
    if field.layout == "scalar" or field.parameter.type == "date":
        return EARLIEST
    if field.parameter.type in RANGED:
        return NO_LOW
    return "\x01" if field.parameter.type == "token" else ""
