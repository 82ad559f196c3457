"""FHIR search of one type, by GET or POST. https://hl7.org/fhir/R4/http.html#search"""

from __future__ import annotations

from dataclasses import replace

from fhir_server.bundles import searchset
from fhir_server.errors import outcome
from fhir_server.interactions.including import included
from fhir_server.messages import FhirRequest, FhirResponse, Parameters, Resource
from fhir_server.record import Record
from fhir_server.search.page import next_cursor
from fhir_server.search.query import Query, parse
from fhir_server.store.documents import Document
from resources.issues import Issue, Text

COUNTED_BY_DEFAULT = 1000
"""Up to so many matches the total is told without being asked for: to count them costs little."""


async def search_type(request: FhirRequest, record: Record, *, type: str) -> FhirResponse:
    query = parse(type, request.query, lenient=request.preference("handling") == "lenient")
    request = replace(request, method="GET", path=(type,))
    results = query.results
    if results.summary == "count" or results.count == 0:
        return FhirResponse(
            200, searchset(request, [], [], total=await record.count(query), links=_links(query, request))
        )
    found = await record.search(query)
    page = found[: results.count]
    more = len(found) > results.count
    cursor = next_cursor(query, page[-1]) if more else None
    extra = await included(query, page, record)
    return FhirResponse(
        200,
        searchset(
            request,
            page,
            extra,
            total=await _total(query, page, record, more=more),
            links=_links(query, request, cursor),
            outcome=_notice(query, request),
        ),
    )


async def _total(query: Query, page: list[Document], record: Record, *, more: bool) -> int | None:
    wanted = query.results.total
    if wanted == "none":
        return None
    if not more and query.results.cursor is None:
        return len(page)
    if wanted in ("accurate", "estimate"):
        return await record.count(query)
    counted = await record.count(query, most=COUNTED_BY_DEFAULT + 1)
    return counted if counted <= COUNTED_BY_DEFAULT else None


def _links(query: Query, request: FhirRequest, cursor: str | None = None) -> dict[str, Parameters]:
    """`self` says what was really done: without what was ignored, with the count that was kept to."""
    done = tuple(pair for pair in request.query if pair[0] not in (*query.ignored, "_count"))
    done = (*done, ("_count", str(query.results.count))) if "_count" in dict(request.query) else done
    first = tuple(pair for pair in done if pair[0] != "_cursor")
    links = {"self": done, "first": first}
    return links if cursor is None else {**links, "next": (*first, ("_cursor", cursor))}


def _notice(query: Query, request: FhirRequest) -> Resource | None:
    if not query.ignored:
        return None
    names = ", ".join(query.ignored)
    text = Text(f"Ignored, because unknown: {names}.", f"Diabaikan karena tidak dikenal: {names}.")
    return outcome([Issue("warning", "not-supported", text)], request.language)
