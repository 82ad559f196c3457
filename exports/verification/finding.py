"""What anybody may know of a document by the id of its QR code: that the hospital issued it, and whether it holds.

No clinical data, and of the name only the first letters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from exports import issued_document, saying, wording
from exports.catalogue import KINDS
from exports.issued_document import IssuedDocument
from fhir_server.audit.events import Trail
from fhir_server.interactions.operations.signing import ALGORITHM, key_of, public
from fhir_server.messages import FhirRequest, Resource
from fhir_server.record import Record
from fhir_server.search.query import parse
from fhir_server.store.documents import Document
from resources.issues import Text
from resources.systems import VERIFICATION

VERIFY = "$verify"
ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Verified:
    """`title`: what kind of document it is; `name`: masked; `at`: when it was issued; `zone`: of the hospital."""

    document: IssuedDocument
    title: Text
    name: str
    at: datetime
    zone: ZoneInfo

    @property
    def holds(self) -> bool:
        return self.document.standing == "current" and self.document.state in issued_document.FINAL


@dataclass(frozen=True, slots=True)
class Verifying:
    """`hospital`: gives the record without limits; `anonymous`: that of nobody, in whose name the journal is told."""

    hospital: Callable[[], Record]
    anonymous: Callable[[], Record]
    zone: ZoneInfo

    async def find(self, id: str, address: str = "") -> Verified | None:
        """None for an id that no document has. The journal tells that somebody looked, from an `address` in the net.
        Raises Unavailable."""
        if not ID.fullmatch(id):
            return None
        hospital = self.hospital()
        query = parse("DocumentReference", (("identifier", f"{VERIFICATION}|{id}"),))
        for found in (await hospital.search(query)).documents:
            document = issued_document.read(found["resource"])
            if document is not None:
                await self._tell(found, address)
                return await self._verified(hospital, found["resource"], document)
        return None

    async def _tell(self, found: Document, address: str) -> None:
        request = FhirRequest("GET", (found["type"], found["resource"]["id"], VERIFY), address=address)
        record = self.anonymous().watched(Trail(VERIFY, request))
        record.gives(found["type"], [found])
        await record.note()

    async def keys(self) -> dict[str, list[dict[str, str]]]:
        """The public half of the key by which document Bundles are signed, as a JWK Set (RFC 7517)."""
        key = public(key_of(await self.hospital().document_key()))
        row = {"use": "sig", "alg": ALGORITHM, "kid": key.thumbprint()}
        return {"keys": [{**{str(name): str(value) for name, value in key.as_dict().items()}, **row}]}

    async def _verified(self, hospital: Record, resource: Resource, document: IssuedDocument) -> Verified:
        type, _, id = resource["subject"]["reference"].partition("/")
        people = await hospital.read_many({type: [id]})
        name = wording.masked(saying.name(people[0]["resource"])) if people else wording.DASH
        kind = KINDS.get(document.kind)
        title = kind.title if kind is not None else Text(document.kind, document.kind)
        return Verified(document, title, name, document.at, self.zone)
