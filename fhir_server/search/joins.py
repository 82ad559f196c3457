"""One chain or reverse chain in MongoDB's words: as a list of ids, or as a look-up of each candidate.

https://hl7.org/fhir/R4/search.html#chaining. Literal references are followed by their id, canonical ones by the URL of
what they point to; versions do not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fhir_server.search.conditions import Chain, Has
from fhir_server.search.fields import Filter, fields

ID_LENGTH = 64
NEVER = "\0"
"""No value is this: a missing one would match what is missing on the other side."""

Stage = dict[str, Any]
Join = Chain | Has


class Ids(list[str]):
    """Found by the server, not named by the client: an explanation does not show them."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a candidate is looked up by: the expression of its own values, and the path of theirs on the other side."""

    here: Any
    there: str


def other(join: Join) -> str:
    """The type on the other side."""
    return join.target if isinstance(join, Chain) else join.source


def value(join: Join) -> Any:
    """The expression of what must be known of a document on the other side."""
    return f"${join.field.path}" if isinstance(join, Has) else _names(join.target, join)


def own_value(type: str, join: Join) -> Any:
    """The expression of what must be known of a candidate of this type, to look for what is behind it."""
    return f"${join.field.path}" if isinstance(join, Chain) else _names(type, join)


def listed(type: str, join: Join, values: Sequence[Sequence[str] | None]) -> Filter:
    """The filter of a candidate of this type, by the `value` of each document on the other side."""
    return _referring(join, values) if isinstance(join, Chain) else _named(type, join, values)


def behind(join: Join, values: Sequence[Sequence[str] | None]) -> Filter:
    """The filter of a document on the other side, by the `own_value` of each candidate."""
    return _referring(join, values) if isinstance(join, Has) else _named(join.target, join, values)


def lookups(type: str, join: Join, inner: Sequence[Stage], position: int) -> list[Stage]:
    """The stages that look up whether a candidate of this type has something on the other side."""
    stages: list[Stage] = []
    for number, key in enumerate(_keys(type, join)):
        here, found = _fields(position, number)
        lookup = {
            "from": other(join),
            "localField": here,
            "foreignField": key.there,
            "pipeline": [*inner, {"$limit": 1}, {"$project": {"_id": True}}],
            "as": found,
        }
        stages += [{"$set": {here: key.here}}, {"$lookup": lookup}]
    return stages


def looked_up(type: str, join: Join, position: int) -> Filter:
    """The filter of a candidate behind its `lookups`."""
    found: list[Filter] = [{_fields(position, number)[1]: {"$ne": []}} for number in range(len(_keys(type, join)))]
    return found[0] if len(found) == 1 else {"$or": found}


def added(type: str, join: Join, position: int) -> list[str]:
    """The fields that `lookups` add."""
    return [name for number in range(len(_keys(type, join))) for name in _fields(position, number)]


def _referring(join: Join, values: Sequence[Sequence[str] | None]) -> Filter:
    return {join.field.path: {"$in": _distinct(values)}}


def _named(type: str, join: Join, values: Sequence[Sequence[str] | None]) -> Filter:
    known, prefix, url = _distinct(values), f"{type}/", _url(type, join)
    by_id: Filter = {"_id": {"$in": Ids(one[len(prefix) :] for one in known if one.startswith(prefix))}}
    return by_id if url is None else {"$or": [by_id, {url: {"$in": known}}]}


def _distinct(values: Sequence[Sequence[str] | None]) -> Ids:
    return Ids(sorted({one for part in values for one in part or ()}))


def _names(type: str, join: Join) -> Any:
    """The expression of what a reference can name a resource of this type by."""
    url = _url(type, join)
    by_id = [{"$concat": [f"{type}/", "$_id"]}]
    return by_id if url is None else {"$concatArrays": [by_id, {"$ifNull": [f"${url}", []]}]}


def _fields(position: int, number: int) -> tuple[str, str]:
    return f"_key{position}_{number}", f"_join{position}_{number}"


def _keys(type: str, join: Join) -> list[Key]:
    path = join.field.path
    if isinstance(join, Chain):
        url = _url(join.target, join)
        by_id, by_url = Key(_ids(path, join.target), "_id"), Key({"$ifNull": [f"${path}", NEVER]}, url or "")
    else:
        url = _url(type, join)
        by_id, by_url = Key({"$concat": [f"{type}/", "$_id"]}, path), Key({"$ifNull": [f"${url}", NEVER]}, path)
    return [by_id] if url is None else [by_id, by_url]


def _url(type: str, join: Join) -> str | None:
    """Where a resource of this type has the URL that the reference can name it by."""
    url = fields(type).get("url") if not join.field.types.isdisjoint(("canonical", "uri")) else None
    return None if url is None else url.path


def _ids(path: str, type: str) -> Stage:
    """The ids of the resources of this type that the references at `path` point to."""
    prefix = f"{type}/"
    of_type = {"$and": [{"$gte": ["$$this", prefix]}, {"$lt": ["$$this", f"{type}0"]}]}
    urls = {"$filter": {"input": {"$ifNull": [f"${path}", []]}, "cond": of_type}}
    return {"$map": {"input": urls, "in": {"$substrCP": ["$$this", len(prefix), ID_LENGTH]}}}
