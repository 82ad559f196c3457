"""Sorted pages by keyset: a cursor tells the sort values of the last resource. https://hl7.org/fhir/R4/search.html#sort

Missing values come last in both directions; of several values the least counts, descending the greatest; ties go by id,
in the direction of the last key, so that one index serves both directions. A range counts with its beginning.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fhir_server.search import refusals
from fhir_server.search.fields import RANGED, Field, Filter
from fhir_server.search.kinds.number import NO_HIGH, NO_LOW, STORED_DIGITS, decimal
from fhir_server.search.query import Query
from fhir_server.search.results import Sort

Stage = dict[str, Any]
Document = Mapping[str, Any]

MAX_CURSOR_LENGTH = 65_536
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key in the pipeline: `path` holds its value, `flag` (where there is one) 1 for a missing value;
    `computed` is the expression of the value where the document does not have it as it is."""

    path: str
    descending: bool
    flag: str | None = None
    computed: Any = None


def stages(query: Query) -> list[Stage]:
    """The aggregation stages after `$match`: one document more than the page has, to see whether more follow.

    Each document gets `sort`, the values of its sort keys, for `next_cursor`. Raises InvalidParameter for a cursor that
    is not ours.
    """
    keys = _keys(query)
    computed = {key.path: key.computed for key in keys if key.computed is not None}
    flags = {key.flag: {"$cond": [{"$gt": [f"${key.path}", None]}, 0, 1]} for key in keys if key.flag}
    after = [{"$match": _after(keys, _decode(query))}] if query.results.cursor is not None else []
    return [
        *([{"$set": computed}] if computed else []),
        *after,
        *([{"$set": flags}] if flags else []),
        {"$sort": _order(keys)},
        {"$limit": query.results.count + 1},
        {"$set": {"sort": [{"$ifNull": [f"${key.path}", None]} for key in keys]}},
        *([{"$unset": [*computed, *flags]}] if computed or flags else []),
    ]


def next_cursor(query: Query, last_document: Document) -> str:
    """The cursor of the page that follows this document."""
    content = {"by": _by(query), "after": [_encoded(value) for value in last_document["sort"]]}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _keys(query: Query) -> list[Key]:
    keys = [_key(position, sort) for position, sort in enumerate(query.results.sort)]
    if any(key.path == "_id" for key in keys):
        return keys
    return [*keys, Key("_id", keys[-1].descending if keys else False)]


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


def _order(keys: list[Key]) -> dict[str, int]:
    order: dict[str, int] = {}
    for key in keys:
        if key.flag:
            order[key.flag] = 1
        order[key.path] = -1 if key.descending else 1
    return order


def _after(keys: Sequence[Key], values: Sequence[Any]) -> Filter:
    """What stands behind these values: behind in one key, and equal in all keys before it."""
    alternatives = []
    for position, (key, value) in enumerate(zip(keys, values, strict=True)):
        if value is not None:
            behind: Filter = {key.path: {"$lt" if key.descending else "$gt": value}}
            if key.path not in ("_id", "updated"):
                behind = {"$or": [behind, {key.path: None}]}
            equal = [{before.path: known} for before, known in zip(keys[:position], values, strict=False)]
            alternatives.append({"$and": [*equal, behind]})
    return {"$or": alternatives}


def _by(query: Query) -> str:
    return ",".join(f"{'-' if key.descending else ''}{key.field.code}" for key in query.results.sort)


def _encoded(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return {"ms": (moment - EPOCH) // MILLISECOND}
    return {"number": str(value)}


def _decode(query: Query) -> list[Any]:
    """The sort values in the cursor; raises InvalidParameter where it is not one of ours for this sort."""
    cursor = query.results.cursor or ""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        if len(cursor) > MAX_CURSOR_LENGTH:
            raise ValueError("longer than ours")
        content = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if content["by"] == _by(query):
            return _decoded(_keys(query), content["after"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, binascii.Error):
        pass
    raise refusals.refuse(
        "_cursor",
        "This is not a page of this search. Begin again with the search itself.",
        "Ini bukan halaman dari pencarian ini. Mulailah lagi dari pencariannya.",
    )


def _decoded(keys: list[Key], values: list[Any]) -> list[Any]:
    found = [_decoded_value(value) for value in values]
    if len(found) != len(keys) or not all(_fits(key, value) for key, value in zip(keys, found, strict=True)):
        raise ValueError("values of another sort")
    return found


def _fits(key: Key, value: Any) -> bool:
    return value is not None or key.path not in ("_id", "updated")


def _decoded_value(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        value.encode()
        return value
    if "ms" in value:
        return EPOCH + value["ms"] * MILLISECOND
    open_ends = {"-Infinity": NO_LOW, "Infinity": NO_HIGH}
    number = open_ends.get(value["number"]) or decimal(value["number"], most_digits=STORED_DIGITS)
    if number is None:
        raise ValueError(value)
    return number
