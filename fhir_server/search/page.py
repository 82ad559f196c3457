"""Sorted pages by keyset: a page begins behind the sort values of a resource. https://hl7.org/fhir/R4/search.html#sort

Missing values come last in both directions; of several values the least counts, descending the greatest; ties go by
type and id, in the direction of the last key, so that one index serves both directions. A range counts with its
beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any

from fhir_server.search.fields import RANGED, Criterion, Field, Filter
from fhir_server.search.kinds import special
from fhir_server.search.query import Query
from fhir_server.search.results import Sort

Stage = dict[str, Any]
Document = Mapping[str, Any]

NOTHING: Filter = {"_id": {"$in": []}}
ALWAYS_THERE = ("_id", "updated")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: behind the resource of this `type` with these sort `values`, None for a missing one;
    `backward`: the page ends before that resource."""

    values: tuple[Any, ...]
    type: str
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key in the pipeline: `path` holds its value, `flag` (where there is one) 1 for a missing value;
    `computed` is the expression of the value where the document does not have it as it is."""

    path: str
    descending: bool
    flag: str | None = None
    computed: Any = None


def stages(
    query: Query, place: Place | None = None, joins: Sequence[Stage] = (), *, equal: bool = False
) -> list[Stage]:
    """The aggregation stages after `$match`: one document more than the page has, to see whether more follow.

    `joins` narrow down what is found, in its order, until the page is full; `equal`: all that is found has the same
    first sort value, that of the place where there is one. Each document gets `sort`, the values of its sort keys, for
    the place of another page. A page that is read backward comes in the opposite order.
    """
    keys = keys_of(query)
    settled = max(_settled(place), int(equal))
    computed = {key.path: key.computed for key in keys[int(equal) :] if key.computed is not None}
    late = {key.path: key.computed for key in keys[: int(equal)] if key.computed is not None}
    flags = {key.flag: {"$cond": [{"$gt": [f"${key.path}", None]}, 0, 1]} for key in keys[settled:] if key.flag}
    backward = place is not None and place.backward
    beyond = [] if place is None else [{"$match": _beyond(query, keys, place, int(equal))}]
    return [
        *([{"$set": computed}] if computed else []),
        *beyond,
        *([{"$set": flags}] if flags else []),
        {"$sort": _order(keys[settled:], backward=backward)},
        *joins,
        {"$limit": query.results.count + 1},
        *([{"$set": late}] if late else []),
        {"$set": {"sort": [{"$ifNull": [f"${key.path}", None]} for key in keys], **_score(query)}},
        *([{"$unset": [*computed, *late, *flags]}] if computed or late or flags else []),
    ]


def _score(query: Query) -> Stage:
    """How well a resource answers a search by words."""
    found = special.score(one for one in query.criteria if isinstance(one, Criterion))
    return {} if found is None else {"score": found}


def place_of(document: Document, *, backward: bool = False) -> Place:
    """The place behind a document of a page, or before it. The document has its `type` and its `sort`."""
    return Place(tuple(document["sort"]), document["type"], backward)


def by_type_first(query: Query) -> bool:
    """Whether a search of several types goes through one type after the other."""
    return _type_position(query) == 0


def order_of(query: Query, *, backward: bool = False) -> Callable[[Document], Any]:
    """A sort key over documents of several types, each with its `type` and `sort`."""
    keys, position, sign = keys_of(query), _type_position(query), -1 if backward else 1
    descending = [key.descending for key in keys]
    descending.insert(position, keys[-1].descending)

    def values(document: Document) -> list[Any]:
        return [*document["sort"][:position], document["type"], *document["sort"][position:]]

    def compare(one: list[Any], other: list[Any]) -> int:
        for first, second, down in zip(one, other, descending, strict=True):
            if first != second:
                return sign * _compared(first, second, down=down)
        return 0

    ordered = cmp_to_key(compare)
    return lambda document: ordered(values(document))


def _compared(one: Any, other: Any, *, down: bool) -> int:
    if one is None or other is None:
        return 1 if one is None else -1
    return (1 if one > other else -1) * (-1 if down else 1)


def keys_of(query: Query) -> list[Key]:
    """The sort keys; the last one, or `_id` among them, makes the order whole."""
    keys = [_key(position, sort) for position, sort in enumerate(query.results.sort)]
    if any(key.path == "_id" for key in keys):
        return keys
    return [*keys, Key("_id", keys[-1].descending if keys else False)]


def _type_position(query: Query) -> int:
    """Where the type stands among the keys: before the id that was added to break ties, or at the end."""
    return len(query.results.sort)


def _key(position: int, sort: Sort) -> Key:
    if sort.field.layout == "scalar":
        return Key(sort.field.path, sort.descending)
    flag = None if sort.descending else f"_missing{position}"
    if sort.field.layout == "object":
        return Key(f"{sort.field.path}.lo", sort.descending, flag)
    extreme = {"$max" if sort.descending else "$min": _values(sort.field)}
    return Key(f"_sort{position}", sort.descending, flag, extreme)


def _values(field: Field) -> Any:
    """The values of a list; a token's bare systems are not values."""
    if field.parameter.type in RANGED:
        return f"${field.path}.lo"
    if field.parameter.type == "token":
        return {"$filter": {"input": f"${field.path}", "cond": {"$gte": ["$$this", "\x01"]}}}
    return f"${field.path}"


def _settled(place: Place | None) -> int:
    """How many of the first keys are missing in all that follows: an index of the others can give the order."""
    if place is None or place.backward:
        return 0
    return next((position for position, value in enumerate(place.values) if value is not None), 0)


def _order(keys: list[Key], *, backward: bool) -> dict[str, int]:
    order: dict[str, int] = {}
    for key in keys:
        if key.flag:
            order[key.flag] = -1 if backward else 1
        order[key.path] = -1 if key.descending != backward else 1
    return order


def _beyond(query: Query, keys: list[Key], place: Place, equal: int) -> Filter:
    """What of this type the page may have. Of a type that comes later, what stands at the same place counts too.

    The first `equal` keys are known to be as they are at the place, which is then of this type."""
    if query.type == place.type:
        return _any(_past(keys[equal:], place.values[equal:], backward=place.backward))
    shared = keys[: _type_position(query)]
    alternatives = _past(shared, place.values, backward=place.backward)
    later = (query.type > place.type) != (keys[-1].descending != place.backward)
    return _any([*alternatives, {"$and": _equal(shared, place.values)} if shared else {}] if later else alternatives)


def _any(alternatives: list[Filter]) -> Filter:
    return {"$or": alternatives} if alternatives else NOTHING


def _past(keys: Sequence[Key], values: Sequence[Any], *, backward: bool) -> list[Filter]:
    """What stands behind these values, or before them: so in one key, and equal in all keys before it."""
    alternatives = []
    for position, (key, value) in enumerate(zip(keys, values, strict=False)):
        past = _past_key(key, value, backward=backward)
        if past is not None:
            alternatives.append({"$and": [*_equal(keys[:position], values), past]})
    return alternatives


def _past_key(key: Key, value: Any, *, backward: bool) -> Filter | None:
    """Missing values stand behind all others, and nothing behind them."""
    if value is None:
        return {key.path: {"$ne": None}} if backward else None
    past: Filter = {key.path: {"$lt" if key.descending != backward else "$gt": value}}
    if backward or key.path in ALWAYS_THERE:
        return past
    return {"$or": [past, {key.path: None}]}


def _equal(keys: Sequence[Key], values: Sequence[Any]) -> list[Filter]:
    return [{key.path: value} for key, value in zip(keys, values, strict=False)]
