"""An issued document is signed: once, whatever breaks on the way.

It is claimed before a signer hears of it (state signing, in the version that was read). What comes back is stored
(signed), or why there is no signature (failed: it may be asked for again). Where nobody knows (unknown), and where a
claim is older than LONGEST, a person looks at the signer first and says that there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import SecretStr

from exports import saying
from exports.issued_document import IssuedDocument, sha256
from exports.issuing import Found, Issuing, check_address, found_document
from exports.signing.port import NotSigned, Signatory, Signer, Uncertain, Unsigned
from fhir_server.errors import Conflict, Forbidden, Invalid, Unavailable
from fhir_server.messages import Resource
from fhir_server.record import Record
from fhir_server.store.documents import now
from resources.issues import Issue, Text
from resources.systems import NIK

LONGEST = timedelta(minutes=5)
NO_SIGNER = Text(
    "This server has no electronic signature: set RSUD_SIGNING_KEYS or RSUD_BSRE_URL.",
    "Server ini belum memiliki tanda tangan elektronik: isi RSUD_SIGNING_KEYS atau RSUD_BSRE_URL.",
)
NOT_A_PERSON = Text(
    "Only a person whose account belongs to a Practitioner signs.",
    "Hanya orang yang akunnya terhubung dengan Practitioner yang dapat menandatangani.",
)
ANOTHER = Text(
    "The document names another doctor: nobody else signs it.",
    "Dokumen ini atas nama dokter lain: hanya dokter itu yang dapat menandatangani.",
)
UNKNOWN = Text(
    "It is not known whether a signature was given. Look at the signing service; if there is none, send unsigned=true.",
    "Belum diketahui apakah tanda tangan sudah diberikan. Periksa layanannya; jika belum ada, kirim unsigned=true.",
)
NOT_WAITING = {
    "issued": Text("This document is signed on paper.", "Dokumen ini ditandatangani di atas kertas."),
    "signing": Text("It is being signed at this moment.", "Dokumen ini sedang ditandatangani."),
    "signed": Text("It is signed already.", "Dokumen ini sudah ditandatangani."),
    "unknown": UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Signing:
    """`signer` None: the hospital has none."""

    issuing: Issuing
    signer: Signer | None
    clock: Callable[[], datetime] = now

    async def sign(self, record: Record, id: str, passphrase: SecretStr, *, unsigned: bool = False) -> Resource:
        """The DocumentReference with its signed content. `unsigned`: a person says that what is unknown was not signed.
        Raises NotFound, Forbidden, Conflict, Invalid (the signer has refused), Unavailable (unknown)."""
        found = await found_document(record, id)
        if self.signer is None:
            raise Conflict(NO_SIGNER)
        who = await self._signatory(record, passphrase)
        if {"reference": record.caller.person} not in found.resource.get("author", ()):
            raise Forbidden(ANOTHER)
        self._check(found.document, unsigned=unsigned)
        claimed = await self._claim(record, found)
        file = await self._file(record, claimed)
        try:
            signed = await self.signer.sign(file, who)
        except NotSigned as error:
            await self._settle(record, claimed, replace(claimed.document, state="failed", reason=error.text.id))
            raise Invalid([Issue("error", "processing", error.text)]) from error
        except Uncertain as error:
            await self._settle(record, claimed, replace(claimed.document, state="unknown"))
            raise Unavailable(UNKNOWN) from error
        document = replace(claimed.document, state="signed", signer=who.name, reason="", sha256=sha256(signed))
        await self._settle(record, claimed, document, signed)
        resource: Resource = (await self.issuing.office.hospital().read("DocumentReference", id))["resource"]
        return resource

    def _check(self, document: IssuedDocument, *, unsigned: bool) -> None:
        """Raises Conflict unless it waits for a signature."""
        if document.standing != "current":
            raise Conflict(Text("This document does not hold any more.", "Dokumen ini sudah tidak berlaku."))
        state = document.state
        if state == "signing" and document.since is not None and self.clock() - document.since > LONGEST:
            state = "unknown"
        if state in NOT_WAITING and not (state == "unknown" and unsigned):
            raise Conflict(NOT_WAITING[state])

    async def _claim(self, record: Record, found: Found) -> Found:
        """The document as nobody else may sign it now. Raises Conflict where somebody was faster."""
        document = replace(found.document, state="signing", since=self.clock(), reason="")
        await self.issuing.change(record, found, document)
        stored = await self.issuing.office.hospital().read("DocumentReference", found.resource["id"])
        return Found(document, stored["resource"], stored["version"])

    async def _settle(
        self, record: Record, found: Found, document: IssuedDocument, content: bytes | None = None
    ) -> None:
        await self.issuing.change(record, found, replace(document, since=self.clock()), content=content)

    async def _file(self, record: Record, found: Found) -> Unsigned:
        hospital, document = self.issuing.office.hospital(), found.document
        content = hospital.content(await hospital.read("Binary", document.clean))
        assert content is not None
        whole = b"".join([piece async for piece in content.read(0, content.size)])
        title = found.resource["content"][0]["attachment"].get("title", "")
        return Unsigned(whole, title, check_address(record.site.base, document.verification))

    async def _signatory(self, record: Record, passphrase: SecretStr) -> Signatory:
        """Raises Forbidden."""
        type, _, id = (record.caller.person or "").partition("/")
        if type != "Practitioner":
            raise Forbidden(NOT_A_PERSON)
        person = (await self.issuing.office.hospital().read(type, id))["resource"]
        return Signatory(id, saying.name(person), saying.identifier(person, NIK), passphrase)
