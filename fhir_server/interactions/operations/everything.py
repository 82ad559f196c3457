"""$everything: the record of a patient, or of an encounter, with what it refers to.

https://hl7.org/fhir/R4/patient-operation-everything.html, https://hl7.org/fhir/R4/encounter-operation-everything.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

from fhir_server.access import reached
from fhir_server.audit.events import Trail
from fhir_server.bundles import searchset
from fhir_server.errors import BadRequest, NotFound
from fhir_server.interactions.operations import gathering
from fhir_server.interactions.operations.belongings import BEGINNING, Part, Wish, belongings
from fhir_server.interactions.operations.gathering import Key, Row
from fhir_server.interactions.operations.parameters import as_query, named
from fhir_server.messages import FhirRequest, FhirResponse, Parameters
from fhir_server.record import Record
from fhir_server.search import refusals
from fhir_server.search.cursor import Cursor, decode, encode
from fhir_server.search.kinds.date import EARLIEST, LATEST, Interval, interval
from fhir_server.search.page import Place
from fhir_server.search.results import MAX_COUNT
from fhir_server.store.documents import Document
from resources.definitions.structure import resource_types
from resources.issues import Text

DEFAULT_COUNT = 200
PAGE_BYTES = 8 * 1024**2
"""A page ends before it is larger, unless it is one resource."""

COUNT = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


async def everything(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
    """Parameters: `start`, `end` (dates of care), `_since`, `_type`, `_count`; AuditEvents come only where `_type`
    names them. Raises NotFound, Gone, Forbidden, InvalidParameter."""
    query = as_query(request)
    wish = understood(query, record, lenient=request.preference("handling") == "lenient")
    seal = await record.seal(request.path, query)
    text = next((value for name, value in query if name == "_cursor"), None)
    await record.watched(Trail()).read(type, id)
    cursor = Cursor(moment=await record.moment()) if text is None else decode(text, seal)
    chosen, more = await _page(record, (type, id), wish, cursor)
    own, others = await _read(record, chosen, cursor)
    first = tuple(pair for pair in query if pair[0] != "_cursor")
    links: dict[str, Parameters] = {"self": query, "first": first}
    if more:
        links["next"] = (*first, ("_cursor", encode(_behind(*chosen[-1], (type, id), cursor), seal)))
    return FhirResponse(200, searchset(request, own, others, links=links))


async def everything_of_the_only_one(request: FhirRequest, record: Record, *, type: str) -> FhirResponse:
    """Without an id: for who reaches the record of one patient only. Raises NotFound, BadRequest."""
    if type != "Patient":
        raise NotFound(Text("Name the encounter.", "Sebutkan kunjungannya."), code="not-supported")
    patients = reached(record.caller)
    if patients is None or len(patients) != 1:
        raise BadRequest(Text("Name the patient: Patient/id/$everything.", "Sebutkan pasien: Patient/id/$everything."))
    return await everything(request, record, type=type, id=next(iter(patients)))


def understood(query: Parameters, record: Record, *, lenient: bool) -> Wish:
    """Raises InvalidParameter."""
    sent = named(query, ("start", "end", "_since", "_count", "_cursor"), ("_type",), lenient=lenient)
    types = sent["_type"].split(",") if "_type" in sent else []
    wrong = next((one for one in types if one not in resource_types()), None)
    if wrong is not None:
        raise refusals.wrong_value("_type", wrong, "types such as Patient,Observation", "jenis seperti Patient")
    since = time_of(sent, "_since", record)
    count = sent.get("_count", str(DEFAULT_COUNT))
    if not COUNT.fullmatch(count):
        raise refusals.wrong_value("_count", count, "a whole number from 1", "bilangan bulat mulai 1")
    return Wish(frozenset(types), since[0] if since else None, period_of(sent, record), min(int(count), MAX_COUNT))


def period_of(sent: Mapping[str, str], record: Record) -> Interval | None:
    """From the beginning of `start` to the end of `end`; None where neither is given. Raises InvalidParameter."""
    start, end = time_of(sent, "start", record), time_of(sent, "end", record)
    if start is None and end is None:
        return None
    return start[0] if start else EARLIEST, end[1] if end else LATEST


def time_of(sent: Mapping[str, str], name: str, record: Record) -> Interval | None:
    """Raises InvalidParameter."""
    if name not in sent:
        return None
    found = interval(sent[name], record.site.zone)
    if found is None:
        raise refusals.wrong_value(name, sent[name], "a date (+ is written %2B)", "tanggal (+ ditulis %2B)")
    return found


async def _page(record: Record, focus: Key, wish: Wish, cursor: Cursor) -> tuple[list[tuple[Part, Row]], bool]:
    """Where the resources of the page are, and whether more follow."""
    silent = record.watched(Trail())
    document = await _at(silent, focus, cursor)
    record.gives(focus[0], ({"compartments": {"Patient": sorted(gathering.of_patients(document))}},))
    found = belongings(silent, document, wish, at=cursor.moment, after=_place(cursor))
    chosen: list[tuple[Part, Row]] = []
    left = PAGE_BYTES
    async for part, row in found:
        left -= row.bytes
        if chosen and (len(chosen) == wish.count or left < 0):
            return chosen, True
        chosen.append((part, row))
    return chosen, False


async def _at(record: Record, focus: Key, cursor: Cursor) -> Document:
    """The focus as it was at the moment of the pages. Raises NotFound."""
    async for document in gathering.named(record, [focus], cursor.moment):
        return document
    raise NotFound(Text(f"There is no {'/'.join(focus)}.", f"Tidak ada {'/'.join(focus)}."))


async def _read(
    record: Record, chosen: Sequence[tuple[Part, Row]], cursor: Cursor
) -> tuple[list[Document], list[Document]]:
    """What belongs to the focus, and what that refers to."""
    own = [row for part, row in chosen if part == "own"]
    beside = [row.key for part, row in chosen if part == "beside"]
    others = [document async for document in gathering.named(record, beside, cursor.moment)]
    return await gathering.read(record, own, cursor.moment), others


def _behind(part: Part, row: Row, focus: Key, cursor: Cursor) -> Cursor:
    """Where the next page begins. The focus stands before all others."""
    type, id = BEGINNING if row.key == focus else row.key
    return Cursor(Place((part, id), type), cursor.moment)


def _place(cursor: Cursor) -> tuple[Part, Key] | None:
    if cursor.place is None:
        return None
    part, id = cursor.place.values
    return cast(Part, part), (cursor.place.type, id)
