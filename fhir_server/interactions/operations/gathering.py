"""Reads what belongs together piece by piece, all as it was at one moment: never more at once than a piece holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import msgspec

from fhir_server.errors import TooCostly
from fhir_server.messages import Resource
from fhir_server.record import Reading, Record
from fhir_server.references import local
from fhir_server.search.conditions import Matching
from fhir_server.search.cursor import Moment
from fhir_server.search.fields import Filter, fields
from fhir_server.search.page import Place
from fhir_server.search.query import Query
from fhir_server.search.wanted import Wanted, by_type
from fhir_server.store.documents import Document
from resources.issues import Text

PIECE, PIECE_BYTES = 200, 4 * 1024**2
FEW = 10
AT_ONCE = 8
MOST = 50_000

Key = tuple[str, str]
"""Type and id."""


@dataclass(frozen=True, slots=True)
class Row:
    """Where a resource is, how many bytes it has, and when it was written."""

    key: Key
    bytes: int
    updated: datetime


def matching(type: str, filter: Filter, words: str) -> Matching:
    """A condition on all of a document."""
    return Matching(fields(type)["_id"], filter, words)


async def rows(record: Record, queries: Sequence[Query], at: Moment | None, after: Key | None) -> AsyncIterator[Row]:
    """What the queries find, each of another type, in the order of type and id; what is behind `after`."""
    left = iter(sorted((one for one in queries if after is None or one.type >= after[0]), key=lambda one: one.type))
    while group := list(islice(left, AT_ONCE)):
        places = [Place((after[1],), one.type) if after and one.type == after[0] else None for one in group]
        firsts = await asyncio.gather(
            *(_places(record, one, place, at) for one, place in zip(group, places, strict=True))
        )
        for query, found in zip(group, firsts, strict=True):
            while found:
                for row in found[: query.results.count]:
                    yield Row((query.type, row["_id"]), row["bytes"], row["updated"])
                if len(found) <= query.results.count:
                    break
                behind = Place((found[query.results.count - 1]["_id"],), query.type)
                found = await _places(record, query, behind, at)


async def _places(record: Record, query: Query, place: Place | None, at: Moment | None) -> list[Document]:
    return (await record.search(query, Reading(place=place, at=at, only_places=True))).documents


async def documents(record: Record, found: AsyncIterator[Row], at: Moment | None) -> AsyncIterator[Document]:
    """The resources themselves, read in pieces."""
    piece: list[Row] = []
    async for row in found:
        if piece and (len(piece) == PIECE or sum(one.bytes for one in piece) + row.bytes > PIECE_BYTES):
            for document in await read(record, piece, at):
                yield document
            piece = []
        piece.append(row)
    for document in await read(record, piece, at):
        yield document


async def read(record: Record, found: Sequence[Row], at: Moment | None) -> list[Document]:
    """In the order of the rows, without what is no longer there."""
    by_key = {key(one): one for one in await record.read_many(by_type(row.key for row in found), at=at)}
    return [by_key[row.key] for row in found if row.key in by_key]


async def named(record: Record, keys: Iterable[Key], at: Moment | None) -> AsyncIterator[Document]:
    """The resources of these keys that the caller may read, a few at a time."""
    for type, ids in sorted(by_type(keys).items()):
        for few in batched(sorted(ids), FEW):
            for document in await record.include(Wanted(type, frozenset(few)), len(few), at=at):
                yield document


def batched(items: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    return (items[place : place + most] for place in range(0, len(items), most))


async def beside(
    record: Record, sources: AsyncIterator[Document], patients: frozenset[str], at: Moment | None
) -> Mapping[Key, Row]:
    """What the sources refer to: resources of these patients and of no other, and what is no patient's; of the latter
    also what they refer to. Raises TooCostly for more than MOST."""
    own: set[Key] = set()
    wanted: set[Key] = set()
    async for document in sources:
        if patients:
            own.add(key(document))
        wanted |= referred(document["resource"], record)
        _bound(wanted)
    found: dict[Key, Row] = {}
    seen = set(own)
    while new := wanted - seen:
        seen |= new
        wanted = set()
        async for document in named(record, new, at):
            if of_patients(document) <= patients:
                found[key(document)] = row_of(document)
                wanted |= referred(document["resource"], record) if not of_patients(document) else set()
                _bound(seen | wanted)
    return found


def referred(resource: Resource, record: Record) -> set[Key]:
    return set(local(resource, record.site.base))


def of_patients(document: Document) -> frozenset[str]:
    """The ids of the patients whose record it is part of. A Patient is its own, whoever it is linked to."""
    if key(document)[0] == "Patient":
        return frozenset({document["_id"]})
    return frozenset(document.get("compartments", {}).get("Patient", ()))


def key(document: Document) -> Key:
    return document["resource"]["resourceType"], document["_id"]


def row_of(document: Document) -> Row:
    return Row(key(document), len(_size(document["resource"])), document["updated"])


_size = msgspec.json.Encoder(decimal_format="number").encode


def _bound(keys: set[Key]) -> None:
    if len(keys) > MOST:
        raise TooCostly(
            Text(
                f"It refers to more than {MOST} other resources; name the types with _type.",
                f"Rekam ini merujuk lebih dari {MOST} sumber daya lain; sebutkan jenisnya dengan _type.",
            )
        )
