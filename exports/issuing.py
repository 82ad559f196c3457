"""A document leaves the hospital: it gets its number and the address at which anybody can check it, and is stored as
Binary and DocumentReference in one transaction. Superseding and revoking keep the old one, marked."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from exports import issued_document
from exports.chart import Chart, name_of
from exports.composition import of_encounter
from exports.issued_document import IssuedDocument, State, sha256
from exports.making import Issued, Kind
from exports.numbering import following
from exports.office import Office, Wish
from fhir_server.access import writable
from fhir_server.changes import Change
from fhir_server.errors import Conflict, Forbidden, NotFound
from fhir_server.ids import new_ids
from fhir_server.messages import Resource
from fhir_server.persisting import persistently
from fhir_server.record import Record
from fhir_server.store.documents import Document, now
from resources.issues import Text
from resources.systems import DOCUMENT

TYPE = "DocumentReference"
NOT_ONE = Text(
    "An electronic signature needs one known doctor on the document: let a pen sign it.",
    "Tanda tangan elektronik memerlukan tepat satu dokter yang dikenal pada dokumen: gunakan tanda tangan basah.",
)
BUSY = Text("Many documents are being issued at once; try again.", "Banyak dokumen sedang diterbitkan; coba lagi.")


@dataclass(frozen=True, slots=True)
class Found:
    """An issued document with the DocumentReference that it was read from."""

    document: IssuedDocument
    resource: Resource
    version: int


@dataclass(frozen=True, slots=True)
class Issuing:
    """`organization`: the hospital's number, in the system of document numbers; `anchored`: who signs draws a picture
    where a character stands."""

    office: Office
    organization: str
    clock: Callable[[], datetime] = now
    anchored: bool = False

    async def issue(self, record: Record, wish: Wish, *, electronic: bool, replaces: str = "") -> Resource:
        """The new DocumentReference; a draft where it is to be signed electronically. `replaces`: the id of the one
        that it supersedes. Raises NotFound, Forbidden, Conflict, TooCostly, Unavailable."""
        kind = wish.kind
        wish, chart = await self.office.gathered(record, wish)
        signers = _signers(wish.kind, chart)
        if electronic and wish.kind.signed and len(signers) != 1:
            raise Conflict(NOT_ONE)
        about = self._about(wish, chart, signers[0] if len(signers) == 1 else record.caller.person)
        _check(record, about)

        async def attempt() -> Resource:
            old = [_superseded(await found_document(record, replaces))] if replaces else []
            return await self._issue(record, wish, (chart, about), (old, electronic and kind.signed))

        return await persistently(attempt, BUSY)

    async def _issue(
        self, record: Record, wish: Wish, what: tuple[Chart, Resource], how: tuple[list[Change], bool]
    ) -> Resource:
        (chart, about), (changes, electronic) = what, how
        hospital = self.office.hospital()
        at, ids, verification = self.clock(), new_ids(), secrets.token_hex(16)
        number = ""
        if wish.kind.number is not None:
            number, counter = await following(hospital, wish.kind.number, at.astimezone(chart.zone).date())
            changes = [*changes, counter]
        stamp = Issued(number, at, check_address(record.site.base, verification), signed=electronic)
        content = await self.office.draw(record, wish, chart, replace(stamp, anchored=electronic and self.anchored))
        clean = ""
        if electronic:
            clean = next(ids)
            changes = [*changes, Change.create(binary(content, clean, about["subject"]))]
            content = await self.office.draw(record, wish, chart, replace(stamp, draft=True))
        state: State = "draft" if electronic else "issued"
        document = IssuedDocument(
            wish.kind.code, chart.focus, verification, at, state, next(ids), sha256(content), number, clean, since=at
        )
        resource = issued_document.written(document, {**about, "id": next(ids)}, self.organization)
        resource = issued_document.attached(resource, content, wish.kind.title.in_language(wish.language), at)
        changes = [
            *changes,
            Change.create(binary(content, document.content, about["subject"])),
            Change.create(resource),
        ]
        ((*_, committed),) = await hospital.carry_out([record.errand(changes)])
        return await self._read(committed.id)

    async def revoke(self, record: Record, id: str, reason: str) -> Resource:
        """Marks it as no longer holding. Raises NotFound, Forbidden, Conflict."""
        found = await found_document(record, id)
        if found.document.standing != "current":
            raise Conflict(Text("It does not hold any more already.", "Dokumen ini sudah tidak berlaku."))
        await self.change(record, found, replace(found.document, standing="revoked", reason=reason), remark=reason)
        return await self._read(id)

    async def change(
        self, record: Record, found: Found, document: IssuedDocument, *, content: bytes | None = None, remark: str = ""
    ) -> None:
        """Writes how a document stands now, and its new content, if nobody was faster. Raises PreconditionFailed,
        Conflict."""
        resource, changes = issued_document.changed(found.resource, document), list[Change]()
        if content is not None:
            title = resource["content"][0]["attachment"].get("title", "")
            resource = issued_document.attached(resource, content, title, self.clock())
            changes = [Change.update(binary(content, document.content, resource["subject"]), document.content)]
        changes.append(Change.update(resource, found.resource["id"], if_match=found.version))
        await self.office.hospital().carry_out([record.errand(changes, remark=remark)])

    async def _read(self, id: str) -> Resource:
        resource: Resource = (await self.office.hospital().read(TYPE, id))["resource"]
        return resource

    def _about(self, wish: Wish, chart: Chart, author: str | None) -> Resource:
        focus, patient = chart.about, f"Patient/{chart.patient['id']}"
        visit = chart.focus if chart.focus.startswith("Encounter/") else name_of(focus.get("encounter"), chart.base)
        summary = of_encounter(chart)
        related = [chart.focus] if chart.focus != patient else []
        related += [f"Composition/{summary['id']}"] if summary is not None else []
        context = {
            **({"encounter": [{"reference": visit}]} if visit.startswith("Encounter/") else {}),
            **({"related": [{"reference": name} for name in related]} if related else {}),
        }
        return {
            "type": issued_document.type_of(wish.kind.coding),
            "subject": {"reference": patient},
            **({"author": [{"reference": author}]} if author else {}),
            "custodian": {"reference": f"Organization/{self.office.stationery.organization}"},
            **({"context": context} if context else {}),
        }


def check_address(base: str, verification: str) -> str:
    """The public page of a document. `base`: the FHIR base."""
    return f"{base.removesuffix('/fhir')}/v/{verification}"


async def found_document(record: Record, id: str) -> Found:
    """An issued document that this caller may change. Raises NotFound, Gone, Forbidden."""
    stored: Document = await record.read(TYPE, id)
    document = issued_document.read(stored["resource"])
    if document is None:
        raise NotFound(
            Text("This is no document that the hospital has issued.", "Ini bukan dokumen yang diterbitkan rumah sakit.")
        )
    if not (_issues(record) and writable(record.caller, TYPE, "u").allows(stored)):
        raise _not_yours()
    return Found(document, stored["resource"], stored["version"])


def binary(content: bytes, id: str, subject: Resource) -> Resource:
    """In the patient's record, and changed by nobody else."""
    return {
        "resourceType": "Binary",
        "id": id,
        "meta": {"tag": [{"system": DOCUMENT, "code": "content"}]},
        "contentType": "application/pdf",
        "securityContext": subject,
        "data": base64.b64encode(content).decode(),
    }


def _signers(kind: Kind, chart: Chart) -> list[str]:
    """The Practitioners who are named where the document is signed."""
    people = [one for one in kind.signers(chart) if one is not None and one.get("resourceType") == "Practitioner"]
    return list(dict.fromkeys(f"Practitioner/{one['id']}" for one in people))


def _superseded(found: Found) -> Change:
    document = replace(found.document, standing="superseded")
    resource = issued_document.changed(found.resource, document)
    return Change.update(resource, found.resource["id"], if_match=found.version)


def _check(record: Record, about: Resource) -> None:
    """Raises Forbidden where this caller may not add documents to this patient's record."""
    description = record.site.describe({"resourceType": TYPE, "status": "current", "content": [], **about})
    if not _issues(record):
        raise _not_yours()
    allowed = writable(record.caller, TYPE, "c")
    if not allowed.allows({"compartments": description.compartments, "labels": description.labels}):
        raise _not_yours()


def _issues(record: Record) -> bool:
    """A patient may add documents to the own record, but not in the hospital's name."""
    caller = record.caller
    return caller.everything or (caller.role is not None and caller.role.issues)


def _not_yours() -> Forbidden:
    return Forbidden(Text("You may not issue or change this document.", "Anda tidak berhak menerbitkan dokumen ini."))
