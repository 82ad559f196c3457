"""Reads what a search must know before it can be compiled: value sets, code systems, Lists, branches of places.

https://hl7.org/fhir/R4/search.html#token, https://hl7.org/fhir/R4/search.html#list,
https://hl7.org/fhir/R4/search.html#reference
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from fhir_server.search import refusals
from fhir_server.search.compile import all_of, condition
from fhir_server.search.conditions import Condition
from fhir_server.search.escapes import escape
from fhir_server.search.fields import Criterion, Filter, fields
from fhir_server.search.kinds import reference
from fhir_server.search.locality import Locality
from fhir_server.search.terminology import (
    Codes,
    Known,
    ListNeed,
    Missing,
    Need,
    PlaceNeed,
    RelativesNeed,
    ValueSetNeed,
    codes_of,
    needs,
)

MOST_PLACES = 10_000
MOST_READ = 100
"""Value sets and code systems that one search may look into."""

Fetch = Callable[[str, Filter], Awaitable[Resource | None]]
"""(type, filter) -> the newest resource that matches and that the caller may see."""


Values = Callable[[str, Filter, str], Awaitable[list[Any]]]
"""(type, filter, path) -> what stands at the path in each resource that matches and that the caller may see."""


async def known(conditions: Iterable[Condition], locality: Locality, fetch: Fetch, values: Values) -> Known:
    """What these conditions need. Raises InvalidParameter where something is not there, and what is raised below."""
    wanted = frozenset(need for condition in conditions for need in needs(condition))
    if not wanted:
        return Known()
    fetched: dict[tuple[str, str], Resource | None] = {}
    codes: dict[Need, Codes] = {}
    members: dict[ListNeed | PlaceNeed, frozenset[str]] = {}
    for need in wanted:
        if isinstance(need, ListNeed):
            members[need] = await _members(need, locality, fetch)
        elif isinstance(need, PlaceNeed):
            members[need] = await _branch(need, locality, values)
        else:
            codes[need] = await _codes(need, fetched, locality, fetch)
    return Known(codes, members)


async def _codes(
    need: ValueSetNeed | RelativesNeed,
    fetched: dict[tuple[str, str], Resource | None],
    locality: Locality,
    fetch: Fetch,
) -> Codes:
    while len(fetched) <= MOST_READ:
        try:
            return codes_of(need, fetched)
        except Missing as missing:
            filter = _named(missing.type, missing.name, locality)
            fetched[missing.type, missing.name] = await fetch(missing.type, filter)
    raise refusals.too_much("ValueSet", "value sets and code systems", "value set dan code system", MOST_READ)


def _named(type: str, name: str, locality: Locality) -> Filter:
    """By canonical URL, with or without version, or by Type/id."""
    local, _, id = locality.relative(name).partition("/")
    if local == type and id and "/" not in id:
        return {"_id": id}
    url, _, version = name.partition("|")
    pairs = [("url", url), *([("version", version)] if version else [])]
    return all_of([condition(Criterion(fields(type)[code], None, (escape(text),)), locality) for code, text in pairs])


async def _members(need: ListNeed, locality: Locality, fetch: Fetch) -> frozenset[str]:
    """As Type/id; those that the List says are deleted are none."""
    found = await fetch("List", {"_id": need.id})
    if found is None:
        raise _no_list(need.id)
    entries = (entry for entry in found.get("entry", ()) if entry.get("deleted") is not True)
    urls = (entry.get("item", {}).get("reference") for entry in entries)
    return frozenset(reference.normal(url, locality) for url in urls if isinstance(url, str))


async def _branch(need: PlaceNeed, locality: Locality, values: Values) -> frozenset[str]:
    """The place itself and all above or below it, as Type/id. Raises InvalidParameter where these are too many."""
    bare = reference.normal(need.reference, locality)
    types = [type for type in need.targets if type in reference.PARTS]
    found = {f"{type}/{bare}" for type in types}
    if "/" in bare:
        types, found = [type for type in types if bare.startswith(f"{type}/")], {bare}
    new = found
    while new:
        steps = [await _step(need.direction, type, sorted(new), values) for type in types]
        new = {url for step in steps for url in step} - found
        found = found | new
        if len(found) > MOST_PLACES:
            raise refusals.too_much(need.reference, "places", "tempat", MOST_PLACES)
    return frozenset(found)


async def _step(direction: str, type: str, urls: list[str], values: Values) -> list[str]:
    """What is directly above or below these, of one type."""
    up = fields(type)[reference.PARTS[type]].path
    if direction == "below":
        return [f"{type}/{id}" for id in await values(type, {up: {"$in": urls}}, "_id")]
    ids = [url.partition("/")[2] for url in urls if url.startswith(f"{type}/")]
    found = await values(type, {"_id": {"$in": ids}}, up) if ids else []
    return [url for listed in found for url in listed or () if url.startswith(f"{type}/")]


def _no_list(id: str) -> InvalidParameter:
    shown = refusals.shown(id)
    return refusals.refuse("_list", f"There is no List/{shown}.", f"Tidak ada List/{shown}.")
