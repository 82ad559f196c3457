"""Bookings and the queue as plain JSON, for kiosks, pages and counters: each endpoint asks an operation of FHIR."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, Path, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount

from bookings import refusals
from bookings import session as sessions
from bookings import ticket as tickets
from bookings.session import Session
from bookings.shapes import (
    Arrived,
    BookingShown,
    CalledNext,
    Cancelled,
    Code,
    Id,
    MovedShown,
    MoveOf,
    Rescheduled,
    SessionShown,
    TicketShown,
    Wished,
    booking_shown,
    moved_shown,
    session_shown,
    ticket_shown,
)
from fhir_server.errors import Forbidden, Gone, NotFound
from fhir_server.json_routes import Answering, Ask, Asking, Door, http_refused
from fhir_server.messages import FhirRequest, Parameters, Resource
from fhir_server.store.documents import now
from resources.issues import Text

MOST_TICKETS = "1000"
Move = Literal["call", "recall", "skip", "absent", "serve", "finish", "transfer", "priority"]
Word = Annotated[str, Query(max_length=64)]

router = APIRouter(route_class=Answering)


def mount(base: str, *, is_open: bool) -> Mount:
    """/bookings. `base`: the public URL of the FHIR base. It finds in the state what the door to FHIR finds there."""
    app = FastAPI(title="Antrean RSUD", docs_url=None, redoc_url=None)
    app.state.door = Door(base, is_open)
    app.include_router(router)
    app.add_exception_handler(HTTPException, _refused)
    return Mount("/bookings", app=app)


async def _refused(web: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return http_refused(web, error)


@router.get("/sessions")
async def find_sessions(
    ask: Asking,
    *,
    poli: Word = "",
    doctor: Word = "",
    since: Annotated[date | None, Query(alias="from")] = None,
    until: Annotated[date | None, Query(alias="to")] = None,
) -> list[SessionShown]:
    """Sessions with what is left in them. `poli`: its code; `doctor`: the id of a Practitioner."""
    sent = {"poli": poli, "doctor": f"Practitioner/{doctor}" if doctor else "", "from": since, "to": until}
    query = tuple((name, str(value)) for name, value in sent.items() if value)
    found = await ask("GET", "Appointment/$find", query=query)
    shown = (session_shown(row["resource"]) for row in found.get("entry", ()))
    return [one for one in shown if one is not None]


@router.post("/hold", status_code=201)
async def hold(ask: Asking, wished: Wished) -> BookingShown:
    """Keeps a place for some minutes."""
    return await _booked(ask, await ask("POST", "Appointment/$hold", sent=wished.parameters()))


@router.post("/book", status_code=201)
async def book(ask: Asking, wished: Wished) -> BookingShown:
    return await _booked(ask, await ask("POST", "Appointment/$book", sent=wished.parameters()))


@router.post("/waitlist", status_code=201)
async def join_waitlist(ask: Asking, wished: Wished) -> BookingShown:
    return await _booked(ask, await ask("POST", "Appointment/$waitlist", sent=wished.parameters()))


@router.post("/queue/{point}/next")
async def call_next(ask: Asking, point: Annotated[Id, Path()], body: CalledNext | None = None) -> MovedShown:
    """Calls who is next at a service point."""
    sent = (body or CalledNext()).model_dump()
    return moved_shown(await ask("POST", f"Location/{point}/$next", sent=sent))


@router.post("/queue/{point}/{move}")
async def move_ticket(ask: Asking, point: Annotated[Id, Path()], move: Move, body: MoveOf) -> MovedShown:
    """Does something with a ticket of today."""
    query = (("identifier", f"{await _queue(ask, point)}/{body.ticket}"), ("_elements", "id"))
    found = await ask("GET", "Task", query=query)
    id = next((row["resource"]["id"] for row in found.get("entry", ())), None)
    if id is None:
        raise NotFound(
            Text(f"There is no ticket {body.ticket} here today.", f"Tidak ada nomor antrean {body.ticket} hari ini.")
        )
    return moved_shown(await ask("POST", f"Task/{id}/${move}", sent=body.parameters()))


@router.get("/queue/{point}")
async def see_queue(ask: Asking, point: Annotated[Id, Path()]) -> list[TicketShown]:
    """All tickets of today at a service point."""
    query: Parameters = (("group-identifier", await _queue(ask, point)), ("_sort", "_id"), ("_count", MOST_TICKETS))
    found = await ask("GET", "Task", query=query)
    read = (tickets.read(row["resource"]) for row in found.get("entry", ()) if row["search"]["mode"] == "match")
    return sorted((ticket_shown(one) for one in read if one is not None), key=lambda one: (one.queued, one.number))


@router.get("/{code}")
async def see(ask: Asking, code: Annotated[Code, Path()]) -> BookingShown:
    found = await ask("GET", "Appointment", query=(("identifier", code),))
    rows = [row["resource"] for row in found.get("entry", ()) if row["search"]["mode"] == "match"]
    if not rows:
        raise refusals.unknown()
    return await _booked(ask, rows[0])


@router.post("/{code}/confirm")
async def confirm(ask: Asking, code: Annotated[Code, Path()]) -> BookingShown:
    """Makes a booking of a hold."""
    return await _booked(ask, await ask("POST", "Appointment/$book", sent={"code": code}))


@router.post("/{code}/cancel")
async def cancel(ask: Asking, code: Annotated[Code, Path()], body: Cancelled | None = None) -> BookingShown:
    sent = {"code": code, "reason": body.reason if body else ""}
    return await _booked(ask, await ask("POST", "Appointment/$cancel", sent=sent))


@router.post("/{code}/reschedule", status_code=201)
async def reschedule(ask: Asking, code: Annotated[Code, Path()], body: Rescheduled) -> BookingShown:
    """The new booking."""
    sent = {"code": code, "slot": body.session}
    return await _booked(ask, await ask("POST", "Appointment/$reschedule", sent=sent))


@router.post("/{code}/check-in")
async def check_in(ask: Asking, code: Annotated[Code, Path()], body: Arrived | None = None) -> BookingShown:
    sent = {"code": code, "priority": body.priority if body else ""}
    return await _booked(ask, await ask("POST", "Appointment/$check-in", sent=sent))


async def _booked(ask: Ask, appointment: Resource) -> BookingShown:
    shown = booking_shown(appointment, await _session(ask, appointment))
    if shown is None:
        raise refusals.unknown()
    return shown


async def _session(ask: Ask, appointment: Resource) -> Session | None:
    """Where the caller may see it."""
    url = next((row["reference"] for row in appointment.get("slot", ())), "")
    try:
        return sessions.read(await ask("GET", url)) if url else None
    except (Forbidden, NotFound, Gone):
        return None


async def _queue(ask: Ask, point: str) -> str:
    """The name of the queue of a point today."""
    record = await ask.record(FhirRequest("GET", ("Task",)))
    return tickets.queue(point, now().astimezone(record.site.zone).date())
