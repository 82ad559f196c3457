"""Many documents as one ZIP: all of a kind whose visits or reports are of some days.

https://www.iana.org/assignments/media-types/application/zip
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date

from exports.gathering import pages
from exports.making import Kind
from exports.office import Office, Wish
from fhir_server.audit.events import Trail
from fhir_server.errors import BadRequest, NotFound, TooCostly
from fhir_server.jobs import Advance
from fhir_server.messages import FhirRequest
from fhir_server.record import Record
from resources.issues import Text

DATED = {"Encounter": "date", "DiagnosticReport": "issued", "Appointment": "date"}
"""Types of which documents are asked for by days, and the parameter that finds them."""

MOST = 5_000
CODE = "$pdf"


@dataclass(frozen=True, slots=True)
class Wished:
    """Documents of a kind: that about the resource `id`, or those of the days from `since` to `until`, both counted."""

    kind: Kind
    since: date | None = None
    until: date | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, with what access, in which request."""

    record: Record
    request: FhirRequest


def check(wished: Wished) -> None:
    """Raises BadRequest."""
    if wished.id is not None:
        return
    if wished.since is None or wished.until is None:
        raise BadRequest(Text("Send id, or from and to.", "Kirim id, atau from dan to."))
    if wished.kind.type not in DATED:
        raise BadRequest(
            Text(f"{wished.kind.code} is not asked for by days.", f"{wished.kind.code} tidak diminta per tanggal.")
        )
    if wished.until < wished.since:
        raise BadRequest(Text("The last day is before the first.", "Tanggal akhir sebelum tanggal awal."))


async def zipped(office: Office, asked: Asked, wished: Wished, advance: Advance) -> AsyncIterator[bytes]:
    """The ZIP, in pieces; a resource for which there is nothing to print is left out. The journal tells of each, as if
    it had been asked for alone. Raises Forbidden, TooCostly, Unavailable."""
    ids = await _ids(asked.record, wished)
    out = _Passing()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number, id in enumerate(ids):
            await advance(number, len(ids))
            content = await _printed(office, asked, wished, id)
            if content is not None:
                archive.writestr(zipfile.ZipInfo(f"{wished.kind.code}-{id}.pdf"), content)
                yield out.taken()
    yield out.taken()
    await advance(len(ids), len(ids))


async def _ids(record: Record, wished: Wished) -> list[str]:
    """Of the one resource, or all of these days. Raises TooCostly."""
    if wished.id is not None:
        return [wished.id]
    assert wished.since is not None
    assert wished.until is not None
    name = DATED[wished.kind.type]
    query = ((name, f"ge{wished.since.isoformat()}"), (name, f"le{wished.until.isoformat()}"))
    ids: list[str] = []
    async for page in pages(record.watched(Trail(CODE)), wished.kind.type, query):
        ids += [resource["id"] for resource in page]
        if len(ids) > MOST:
            raise TooCostly(
                Text(f"More than {MOST} documents: ask for fewer days.", f"Lebih dari {MOST} dokumen: kurangi harinya.")
            )
    return ids


async def _printed(office: Office, asked: Asked, wished: Wished, id: str) -> bytes | None:
    """None where there is nothing to print of one of many. Raises NotFound where it is the only one."""
    kind = wished.kind
    request = replace(asked.request, method="GET", path=(kind.type, id, CODE), query=(("document", kind.code),))
    watched = asked.record.watched(Trail(CODE, request))
    try:
        content = await office.print(watched, Wish(kind, id, {}, kind.languages[0]))
    except NotFound:
        if wished.id is not None:
            raise
        return None
    await watched.note()
    return content


class _Passing(io.RawIOBase):
    """Takes what is written and gives it away."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        held = bytes(self._held)
        self._held.clear()
        return held
