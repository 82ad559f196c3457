"""Documents at plain addresses: GET /exports/{document}/{id}.pdf asks the operation $pdf, as a FHIR client would."""

from __future__ import annotations

import base64
from typing import Annotated

from fastapi import APIRouter, FastAPI, Path
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Mount

from exports import job_routes
from exports.catalogue import KINDS
from exports.issued_document import read as read_document
from fhir_server.errors import NotFound
from fhir_server.json_routes import Answering, Asking, Door, http_refused
from resources.issues import Text

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}
Name = Annotated[str, Path(pattern=r"^[a-z-]{1,40}$")]
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9\-.]{1,64}$")]

router = APIRouter(route_class=Answering)


def mount(base: str, *, is_open: bool) -> Mount:
    """/exports. `base`: the public URL of the FHIR base."""
    app = FastAPI(title="Dokumen RSUD", docs_url=None, redoc_url=None)
    app.state.door = Door(base, is_open)
    app.include_router(job_routes.router)
    app.include_router(router)
    app.add_exception_handler(HTTPException, _refused)
    return Mount("/exports", app=app)


async def _refused(web: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return http_refused(web, error)


@router.get("/issued/{id}.pdf")
async def issued(ask: Asking, id: Id) -> Response:
    """What was issued, as it was stored. `id`: of its DocumentReference."""
    resource = await ask("GET", f"DocumentReference/{id}")
    document = read_document(resource)
    if document is None:
        raise NotFound(
            Text("This is no document that the hospital has issued.", "Ini bukan dokumen yang diterbitkan rumah sakit.")
        )
    content = (await ask.response("GET", f"Binary/{document.content}")).content
    assert content is not None
    name = f'inline; filename="{document.kind}-{id}.pdf"'
    headers = {**HEADERS, "Content-Disposition": name, "Content-Length": str(content.size)}
    return StreamingResponse(content.read(0, content.size), media_type="application/pdf", headers=headers)


@router.get("/{document}/{id}.pdf")
async def pdf(ask: Asking, document: Name, id: Id) -> Response:
    """The document of a resource, drawn now; what it may be asked for besides goes into the query."""
    kind = KINDS.get(document)
    if kind is None:
        raise NotFound(
            Text(f"There is no document {document}.", f"Tidak ada dokumen {document}."), code="not-supported"
        )
    query = (("document", document), *ask.web.query_params.multi_items())
    found = await ask("GET", f"{kind.type}/{id}/$pdf", query=query)
    name = f'inline; filename="{document}-{id}.pdf"'
    return Response(base64.b64decode(found["data"]), 200, {**HEADERS, "Content-Disposition": name}, "application/pdf")
