"""What the page of a sorted search of many resources is within, found out by a look at the first of them.

https://hl7.org/fhir/R4/search.html#sort. See docs/decisions/0011.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from fhir_server.errors import TooCostly
from fhir_server.finding import Plan, spliced
from fhir_server.search import narrowing, page
from fhir_server.search.cursor import Moment
from fhir_server.search.fields import Filter
from fhir_server.search.page import Place
from fhir_server.search.query import Query
from fhir_server.store.documents import Document
from fhir_server.store.snapshot import Found

PROBE_MS = 500
ONLY_PLACES: Document = {"$project": {"sort": True, "updated": True, "bytes": {"$bsonSize": "$resource"}}}


class Find(Protocol):
    """Reads documents of the type that is searched, with the caller's access inside."""

    def __call__(
        self, filter: Filter, stages: Sequence[Document] = (), *, at: Moment | None = None, within_ms: int | None = None
    ) -> Awaitable[Found]: ...


@dataclass(frozen=True, slots=True)
class Bound:
    """`filter`: what the page is within, None where it is not bounded; `at`: the moment that this was read at. Where
    that has passed before the page is read, there may be less. `equal`: all that is within has one sort value."""

    at: Moment | None
    filter: Filter | None = None
    equal: bool = False


async def bound(find: Find, query: Query, plan: Plan, *, place: Place | None, at: Moment | None) -> Bound:
    """For who may see most of the type."""
    found = Bound(at) if plan.stages else await _by_order(find, query, plan.filter, place=place, at=at)
    if found.filter is None and plan.is_wide:
        return replace(found, filter=await _through_join(find, query, plan, place=place, at=found.at))
    return found


async def _by_order(find: Find, query: Query, filter: Filter, *, place: Place | None, at: Moment | None) -> Bound:
    probe, tied = narrowing.probe(query, place), narrowing.tied(query, place)
    enough = query.results.count + 1
    if not (probe or tied):
        return Bound(at)
    if query.criteria:
        many = await find(filter, [{"$limit": narrowing.MANY}, {"$count": "count"}], at=at)
        if not many.documents or many.documents[0]["count"] < narrowing.MANY:
            return Bound(many.moment)
    if tied and place is not None:
        tie = narrowing.tie(query, place.values[0])
        found = await find({"$and": [tie, filter]}, [*page.stages(query, place, equal=True), ONLY_PLACES], at=at)
        at = found.moment
        if len(found.documents) == enough:
            return Bound(at, tie, equal=True)
    if probe is None:
        return Bound(at)
    found = await find({"$and": [probe.filter, filter]}, probe.stages, at=at)
    values: list[Any] = [document["value"] for document in found.documents]
    if place is None and len(values) == enough and min(values) == max(values):
        return Bound(found.moment, narrowing.tie(query, values[0]), equal=True)
    return Bound(found.moment, probe.bound(values, enough))


async def _through_join(
    find: Find, query: Query, plan: Plan, *, place: Place | None, at: Moment | None
) -> Filter | None:
    """The same for a search through many resources behind a chain, unless its matches are rare."""
    probe = narrowing.probe(replace(query, criteria=()), place)
    if probe is None:
        return None
    filter, stages = {"$and": [probe.filter, plan.filter]}, spliced(probe.stages, plan.stages)
    with suppress(TooCostly):
        found = await find(filter, stages, at=at, within_ms=PROBE_MS)
        return probe.bound([document["value"] for document in found.documents], query.results.count + 1)
    return None
