"""FHIR read and vread. https://hl7.org/fhir/R4/http.html#read"""

from __future__ import annotations

from fhir_server.errors import NotFound
from fhir_server.interactions.preconditions import not_modified
from fhir_server.messages import FhirRequest, FhirResponse
from fhir_server.record import Record
from fhir_server.store.documents import Document
from resources.issues import Text


async def read(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
    return _answer(request, await record.read(type, id), record)


async def vread(request: FhirRequest, record: Record, *, type: str, id: str, version: str) -> FhirResponse:
    if not (version.isascii() and version.isdigit() and len(version) <= 9):
        raise NotFound(
            Text(f"There is no version {version} of {type}/{id}.", f"Tidak ada versi {version} dari {type}/{id}.")
        )
    return _answer(request, await record.vread(type, id, int(version)), record)


def _answer(request: FhirRequest, document: Document, record: Record) -> FhirResponse:
    version, updated = document["version"], document["updated"]
    if not_modified(request, version, updated):
        return FhirResponse(304, version=version, updated=updated)
    is_part = any(name in ("_summary", "_elements") for name, _ in request.query)
    content = None if is_part else record.content(document)
    return FhirResponse(200, document["resource"], version=version, updated=updated, content=content)
