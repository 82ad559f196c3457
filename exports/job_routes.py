"""Documents that take longer than a request: POST /exports/jobs, see how far it is, get the ZIP, or end it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from exports.archives import Asked, Wished, check, zipped
from exports.catalogue import KINDS
from exports.office import Office
from fhir_server.errors import BadRequest
from fhir_server.jobs import Jobs
from fhir_server.json_routes import Answering, Asking
from fhir_server.messages import FhirRequest
from fhir_server.store.jobs import Job
from resources.issues import Text

LONGEST = timedelta(days=366)
NO_STORE = {"Cache-Control": "no-store"}
JobId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]

router = APIRouter(route_class=Answering)


class JobWished(BaseModel):
    """Documents of a kind: that about the resource `id`, or those of the days from `since` to `until`, both counted."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    document: Annotated[str, Field(max_length=40)]
    id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9\-.]{1,64}$")] = None
    since: Annotated[date | None, Field(alias="from")] = None
    until: Annotated[date | None, Field(alias="to")] = None


class JobShown(BaseModel):
    """`state`: waiting, running, completed, failed, cancelled; `done` of `total` documents; `file`: where the ZIP is,
    once it is complete."""

    id: str
    state: str
    done: int
    total: int
    reason: str = ""
    file: str = ""


@router.post("/jobs", status_code=202)
async def start(ask: Asking, wished: JobWished, response: Response) -> JobShown:
    """Starts a job with the access of who asks."""
    kind = KINDS.get(wished.document)
    if kind is None:
        known = ", ".join(KINDS)
        raise BadRequest(
            Text(f"document is one of: {known}.", f"document adalah salah satu dari: {known}."), expression="document"
        )
    days = Wished(kind, wished.since, wished.until, wished.id)
    check(days)
    if wished.since is not None and wished.until is not None and wished.until - wished.since > LONGEST:
        raise BadRequest(Text("At most a year at a time.", "Paling lama satu tahun sekaligus."), expression="to")
    asked, printer = await _asked(ask), _office(ask.web)
    job = await _jobs(ask.web).start(
        asked.record.caller, kind.code, lambda advance: zipped(printer, asked, days, advance)
    )
    response.headers["Location"] = f"/exports/jobs/{job.id}"
    return _shown(ask.web, job)


@router.get("/jobs/{id}")
async def see(ask: Asking, id: JobId) -> JobShown:
    return _shown(ask.web, await _jobs(ask.web).get((await _asked(ask)).record.caller, id))


@router.get("/jobs/{id}/file")
async def file(ask: Asking, id: JobId) -> Response:
    """The ZIP."""
    caller = (await _asked(ask)).record.caller
    job = await _jobs(ask.web).get(caller, id)
    content = await _jobs(ask.web).content(caller, id)
    headers = {
        **NO_STORE,
        "Content-Length": str(content.size),
        "Content-Disposition": f'attachment; filename="{job.kind}.zip"',
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(content.read(0, content.size), media_type="application/zip", headers=headers)


@router.delete("/jobs/{id}", status_code=204)
async def cancel(ask: Asking, id: JobId) -> None:
    await _jobs(ask.web).cancel((await _asked(ask)).record.caller, id)


async def _asked(ask: Asking) -> Asked:
    address = ask.web.client.host if ask.web.client is not None else ""
    request = FhirRequest(ask.web.method, ("Binary",), base=ask.door.base, address=address)
    return Asked(await ask.record(request), request)


def _shown(web: Request, job: Job) -> JobShown:
    state = _jobs(web).seen(job)
    place = f"/exports/jobs/{job.id}/file" if state == "completed" else ""
    return JobShown(id=job.id, state=state, done=job.done, total=job.total, reason=job.reason, file=place)


def _jobs(web: Request) -> Jobs:
    found: Jobs = web.state.jobs
    return found


def _office(web: Request) -> Office:
    found: Office = web.state.office
    return found
