"""Documents at plain addresses: GET /exports/{document}/{id}.pdf asks the operation $pdf, as a FHIR client would."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, FastAPI, Path
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount

from exports import downloads, job_routes
from fhir_server.json_routes import Answering, Asking, Door, http_refused

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
    return await downloads.issued(ask.response, id)


@router.get("/{document}/{id}.pdf")
async def pdf(ask: Asking, document: Name, id: Id) -> Response:
    """The document of a resource, drawn now; what it may be asked for besides goes into the query."""
    return await downloads.drawn(ask.response, document, id, tuple(ask.web.query_params.multi_items()))
