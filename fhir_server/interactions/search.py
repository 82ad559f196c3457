"""FHIR search of one type, of several or of a compartment, by GET or POST. https://hl7.org/fhir/R4/http.html#search"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fhir_server.bundles import searchset
from fhir_server.errors import NotSupported, TooCostly, outcome
from fhir_server.interactions import paging
from fhir_server.interactions.including import Included, included
from fhir_server.interactions.paging import Page
from fhir_server.interactions.searched import Scope, of_compartment, of_system, of_type, queries
from fhir_server.messages import FhirRequest, FhirResponse, Parameters, Resource
from fhir_server.record import Reading, Record
from fhir_server.search.compartment import Compartment
from fhir_server.search.contained import can_contain, searches
from fhir_server.search.cursor import Cursor, decode, encode
from fhir_server.search.query import Query
from resources.issues import Issue, Text

COUNTED_BY_DEFAULT = 100
"""Up to so many matches the total is told without being asked for: to count more grows with the archive."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search that is understood: `queries` of the types that are there, `model` in how the result is wanted."""

    scope: Scope
    model: Query
    queries: tuple[Query, ...]
    cursor: Cursor

    @property
    def reading(self) -> Reading:
        return Reading(self.scope.within, self.cursor.place, self.cursor.moment)


async def search_type(request: FhirRequest, record: Record, *, type: str) -> FhirResponse:
    return await _answer(request, record, of_type(request, type))


async def search_system(request: FhirRequest, record: Record) -> FhirResponse:
    return await _answer(request, record, of_system(request))


async def search_compartment(
    request: FhirRequest, record: Record, *, type: str, id: str, member: str | None = None
) -> FhirResponse:
    return await _answer(request, record, of_compartment(request, Compartment(type, id), member))


async def _answer(request: FhirRequest, record: Record, scope: Scope) -> FhirResponse:
    request = replace(request, method="GET", path=scope.path)
    search = await _understood(request, record, scope)
    results = search.model.results
    if results.summary == "count" or results.count == 0:
        counted = await _count(search, record)
        return FhirResponse(200, searchset(request, [], [], total=counted, links=_links(search, request)))
    page = await paging.read(search.queries, record, search.reading)
    extra = await included(results, page.documents, record, at=page.at, after=search.cursor.included)
    total = await _total(search, page, record)
    cursors = _cursors(replace(search.cursor, moment=page.at, total=total), page, extra)
    seal = await record.seal(scope.path, _done(search, request))
    around = {name: encode(cursor, seal) for name, cursor in cursors.items()}
    bundle = searchset(
        request,
        page.documents if search.cursor.included is None else [],
        extra.documents,
        total=total,
        links=_links(search, request, around),
        outcome=_notice(search.model, request),
    )
    return FhirResponse(200, bundle)


async def _understood(request: FhirRequest, record: Record, scope: Scope) -> Search:
    """Raises InvalidParameter, Gone, Forbidden."""
    text = next((value for name, value in request.query if name == "_cursor"), None)
    cursor = Cursor() if text is None else decode(text, await record.seal(scope.path, request.query))
    stored: Sequence[str] = scope.types or ()
    if scope.several:
        stored = cursor.types if text is not None else await record.types(scope.types)
        stored = [type for type in stored if scope.could_have(type)]
    lenient = request.preference("handling") == "lenient"
    found = queries(scope, stored, lenient=lenient, extra=record.site.extra)
    if found[0].results.contained != "false":
        return await _with_contained(found[0], record, scope, cursor)
    cursor = replace(cursor, types=tuple(stored) if scope.several else ())
    return Search(scope, found[0], tuple(query for query in found if query.type in stored), cursor)


async def _with_contained(query: Query, record: Record, scope: Scope, cursor: Cursor) -> Search:
    """A search of one type through all that can contain it. Raises NotSupported, Forbidden."""
    if scope.several:
        raise NotSupported(
            Text("_contained needs the one type to search for.", "_contained memerlukan satu jenis yang dicari."),
            expression="_contained",
        )
    await record.types((query.type,))
    containers = cursor.types
    if cursor == Cursor():
        stored = await record.types()
        containers = tuple(type for type in stored if can_contain(type) and scope.could_have(type))
    return Search(scope, query, searches(query, containers), replace(cursor, types=containers))


async def _total(search: Search, page: Page, record: Record) -> int | None:
    """As the first page told it."""
    wanted, cursor = search.model.results.total, search.cursor
    if wanted == "none" or cursor != Cursor(types=cursor.types):
        return cursor.total
    if page.next is None:
        return len(page.documents)
    if wanted == "accurate":
        return await _count(search, record, page)
    if wanted == "estimate":
        try:
            return await _count(search, record, page)
        except TooCostly:
            return None
    counted = await _count(search, record, page, most=COUNTED_BY_DEFAULT + 1)
    return counted if counted <= COUNTED_BY_DEFAULT else None


async def _count(search: Search, record: Record, page: Page | None = None, *, most: int | None = None) -> int:
    """How many match at the moment of the page."""
    at = page.at if page is not None else await record.moment() if len(search.queries) > 1 else None
    reading = Reading(search.scope.within, at=at)
    return sum(await asyncio.gather(*(record.count(query, reading, most=most) for query in search.queries)))


def _cursors(here: Cursor, page: Page, extra: Included) -> dict[str, Cursor]:
    """The pages around this one. `here` is this page; what it includes comes before the page that follows."""
    found = {}
    if extra.last is not None:
        found["next"] = replace(here, included=extra.last)
    elif page.next is not None:
        found["next"] = replace(here, place=page.next, included=None)
    if here.included is not None:
        found["previous"] = replace(here, included=None)
    elif page.previous is not None:
        found["previous"] = replace(here, place=page.previous)
    return found


def _done(search: Search, request: FhirRequest) -> Parameters:
    """What was really done: without what was ignored, with the count that was kept to."""
    done = tuple(pair for pair in request.query if pair[0] not in (*search.model.ignored, "_count"))
    return (*done, ("_count", str(search.model.results.count))) if "_count" in dict(request.query) else done


def _links(search: Search, request: FhirRequest, cursors: dict[str, str] | None = None) -> dict[str, Parameters]:
    done = _done(search, request)
    first = tuple(pair for pair in done if pair[0] != "_cursor")
    around = {name: (*first, ("_cursor", cursor)) for name, cursor in (cursors or {}).items()}
    return {"self": done, "first": first, **around}


def _notice(query: Query, request: FhirRequest) -> Resource | None:
    if not query.ignored:
        return None
    names = ", ".join(query.ignored)
    text = Text(f"Ignored, because unknown: {names}.", f"Diabaikan karena tidak dikenal: {names}.")
    return outcome([Issue("warning", "not-supported", text)], request.language)
