"""A document as a download: the operation $pdf, or what was issued, as a FHIR client would ask for it."""

from __future__ import annotations

import base64
from typing import Protocol

from starlette.responses import Response, StreamingResponse

from exports.catalogue import KINDS
from exports.issued_document import read as read_document
from fhir_server.errors import NotFound
from fhir_server.messages import FhirResponse, Parameters
from resources.issues import Text

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}


class Asks(Protocol):
    """Asks the table of interactions as the caller of this request. Raises FhirError."""

    async def __call__(self, method: str, path: str, *, query: Parameters = ()) -> FhirResponse: ...


async def issued(ask: Asks, id: str) -> Response:
    """What was issued, as it was stored. `id`: of its DocumentReference. Raises FhirError."""
    document = read_document((await ask("GET", f"DocumentReference/{id}")).resource or {})
    if document is None:
        raise NotFound(
            Text("This is no document that the hospital has issued.", "Ini bukan dokumen yang diterbitkan rumah sakit.")
        )
    content = (await ask("GET", f"Binary/{document.content}")).content
    assert content is not None
    headers = {**_headers(document.kind, id), "Content-Length": str(content.size)}
    return StreamingResponse(content.read(0, content.size), media_type="application/pdf", headers=headers)


async def drawn(ask: Asks, document: str, id: str, query: Parameters = ()) -> Response:
    """The document of a resource, drawn now. `query`: what it may be asked for besides. Raises FhirError."""
    kind = KINDS.get(document)
    if kind is None:
        raise NotFound(
            Text(f"There is no document {document}.", f"Tidak ada dokumen {document}."), code="not-supported"
        )
    found = await ask("GET", f"{kind.type}/{id}/$pdf", query=(("document", document), *query))
    content = base64.b64decode((found.resource or {})["data"])
    return Response(content, 200, _headers(document, id), "application/pdf")


def _headers(document: str, id: str) -> dict[str, str]:
    return {**HEADERS, "Content-Disposition": f'inline; filename="{document}-{id}.pdf"'}
