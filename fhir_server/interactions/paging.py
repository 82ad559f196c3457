"""One page of a search of one type or of several, all at one moment. https://hl7.org/fhir/R4/http.html#paging"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fhir_server.record import Reading, Record
from fhir_server.search.cursor import Moment
from fhir_server.search.page import Place, by_type_first, order_of, place_of
from fhir_server.search.query import Query
from fhir_server.store.documents import Document

AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Page:
    """The `documents` in their order; the places of the pages around it, where there are any; `at`: the moment that it
    was read at, None where the database could not keep to one."""

    documents: list[Document]
    previous: Place | None
    next: Place | None
    at: Moment | None


async def read(queries: Sequence[Query], record: Record, reading: Reading) -> Page:
    """`queries`: each of another key, alike in how the result is wanted; none where nothing is there to search."""
    if not queries:
        return Page([], None, None, reading.at)
    count = queries[0].results.count
    if len(queries) == 1:
        found = await record.search(queries[0], reading)
        return _page(found.documents, count, replace(reading, at=found.moment))
    reading = replace(reading, at=reading.at or await record.moment())
    read_several = _one_after_the_other if by_type_first(queries[0]) else _merged
    return _page(await read_several(queries, record, reading), count, reading)


def _page(found: list[Document], count: int, reading: Reading) -> Page:
    """`found` holds one document more than the page where the reading could go on."""
    more, documents = len(found) > count, found[:count]
    backward = reading.place is not None and reading.place.backward
    if not documents:
        return Page([], None, None, reading.at)
    if backward:
        documents.reverse()
    before, after = (more, True) if backward else (reading.place is not None, more)
    return Page(
        documents,
        place_of(documents[0], backward=True) if before else None,
        place_of(documents[-1]) if after else None,
        reading.at,
    )


async def _one_after_the_other(queries: Sequence[Query], record: Record, reading: Reading) -> list[Document]:
    backward = reading.place is not None and reading.place.backward
    found: list[Document] = []
    for query in sorted(queries, key=lambda query: query.key, reverse=backward):
        left = query.results.count - len(found)
        if left < 0:
            break
        if reading.place is None or query.key == reading.place.type or (query.key > reading.place.type) != backward:
            rest = replace(query, results=replace(query.results, count=left))
            found += (await record.search(rest, reading)).documents
    return found


async def _merged(queries: Sequence[Query], record: Record, reading: Reading) -> list[Document]:
    """First the places of what each type has to offer, then the resources of those that come first; of one more, if
    there is one, only its place."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def places(query: Query) -> list[Document]:
        async with slots:
            return (await record.search(query, replace(reading, only_places=True))).documents

    found = [row for rows in await asyncio.gather(*map(places, queries)) for row in rows]
    backward = reading.place is not None and reading.place.backward
    found.sort(key=order_of(queries[0], backward=backward))
    count = queries[0].results.count
    chosen, beyond = found[:count], found[count : count + 1]
    ids: dict[str, list[str]] = {}
    for row in chosen:
        ids.setdefault(row["type"], []).append(row["_id"])
    read = await record.read_many(ids, at=reading.at)
    documents = {(document["resource"]["resourceType"], document["_id"]): document for document in read}
    there = [row for row in chosen if (row["type"], row["_id"]) in documents]
    return [{**documents[row["type"], row["_id"]], **row} for row in there] + beyond
