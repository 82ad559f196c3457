"""A ticket by its booking code, for anybody who has it: the queue, and no name; more for the patient."""

from __future__ import annotations

import re
from dataclasses import dataclass

import segno
from starlette.responses import Response

from auth.pages.forms import Form, PageRefused
from auth.pages.visit import A_YEAR
from bookings import booking as bookings
from bookings.booking import Booking
from bookings.reading import found, session_of
from bookings.session import Session
from fhir_server.access import visible
from fhir_server.record import Record
from fhir_server.search.query import parse
from portal import following
from portal.bringing import to_bring
from portal.following import TRAVELS, USUAL_TRAVEL, Standing
from portal.paging import Page
from portal.schedule import PAYER_NAMES
from portal.timetable import poli_name
from portal.visit import Visit
from portal.words import Words
from resources.issues import Text

CODE = re.compile(r"[0-9]{8}[0-9A-Z]{6}")
TRAVEL_COOKIE = "travel"
BY_CODE = "$booking"
NO_TICKET = Text(
    "There is no booking with this code. Look at the code again, and type it once more.",
    "Tidak ada pendaftaran dengan kode ini. Periksa lagi kodenya, lalu ketik ulang.",
)
TOO_MANY = Text(
    "Too many wrong codes. Try again in a minute.", "Terlalu banyak kode yang salah. Coba lagi satu menit lagi."
)
CHOOSE = Text("Choose one of the times.", "Pilih salah satu waktu.")


@dataclass(frozen=True, slots=True)
class Ticket:
    """`is_own`: who looks may act for the patient; `encounter`: the id of the visit, for them, once there is one."""

    booking: Booking
    session: Session
    standing: Standing
    is_own: bool
    encounter: str = ""


async def find(visit: Visit) -> Response:
    """The form; with ?code=, as a QR code has it, the ticket."""
    return _to(visit, visit.query("code")) if visit.query("code") else visit.page("booking/find.html", problem=None)


async def look_up(visit: Visit, form: Form) -> Response:
    return _to(visit, form.one("code"))


def _to(visit: Visit, typed: str) -> Response:
    code = re.sub(r"[\s.\-]", "", typed).upper()
    if not CODE.fullmatch(code):
        return visit.page("booking/find.html", 404, problem=NO_TICKET)
    return visit.redirect(f"/portal/tickets/{code}")


async def show(visit: Visit) -> Response:
    async with visit.reading(BY_CODE) as record:
        ticket = await _ticket(visit, record)
    booking, session, travel = ticket.booking, ticket.session, _travel(visit)
    if ticket.is_own and booking.status in ("pending", "waitlist"):
        return visit.redirect(f"/portal/bookings/{booking.id}")
    standing, now = ticket.standing, visit.now
    return visit.page(
        "booking/ticket.html",
        words=Words(visit),
        ticket=ticket,
        booking=booking,
        session=session,
        standing=standing,
        name=poli_name(session),
        badge=following.BADGES.get(standing.state, following.BADGES["arrived"]),
        advice=following.advice(standing, booking, session, visit.portal.rules, now=now),
        can_change=ticket.is_own and is_changeable(visit, booking, session),
        travel=travel,
        travels=TRAVELS,
        goes=standing.state == "booked" and standing.expected is not None,
        leave=following.leave(standing.expected, travel, now) if standing.expected else None,
        payer=PAYER_NAMES[booking.payer],
        bring=to_bring(booking),
        qr_code=segno.make_qr(booking.code, error="m").svg_inline(border=4, light="#fff", omitsize=True),
    )


async def set_travel(visit: Visit, form: Form) -> Response:
    """`travel`: minutes to the hospital, of TRAVELS; this device remembers them."""
    if form.one("travel") not in map(str, TRAVELS) or not CODE.fullmatch(visit.path("code")):
        raise PageRefused(400, CHOOSE)
    response = visit.redirect(f"/portal/tickets/{visit.path('code')}#leave")
    visit.cookie(response, TRAVEL_COOKIE, form.one("travel"), seconds=A_YEAR)
    return response


def _travel(visit: Visit) -> int:
    chosen = visit.request.cookies.get(TRAVEL_COOKIE, "")
    return int(chosen) if chosen in map(str, TRAVELS) else USUAL_TRAVEL


async def _ticket(visit: Visit, record: Record) -> Ticket:
    booking, is_own = await booking_by_code(visit, record)
    session = await session_of(visit.portal.hospital(), booking.session)
    standing = await following.standing(visit, booking, session, record)
    encounter = await _encounter(record, booking) if is_own and booking.status in ("arrived", "fulfilled") else ""
    return Ticket(booking, session, standing, is_own, encounter)


async def _encounter(record: Record, booking: Booking) -> str:
    documents = (await record.search(parse("Encounter", (("appointment", booking.url), ("_count", "1"))))).documents
    return str(documents[0]["resource"]["id"]) if documents else ""


async def booking_by_code(visit: Visit, record: Record) -> tuple[Booking, bool]:
    """Who has the unguessable code sees the queue; and whether the booking is of the patient who is looked at. Of codes
    that are none an address may try so many a minute. Raises PageRefused, FhirError."""
    code, address = visit.path("code"), visit.sign_in.address
    documents = (
        await found(visit.portal.hospital(), "Appointment", (("identifier", code),)) if CODE.fullmatch(code) else []
    )
    allowed = visible(visit.caller, "Appointment", "r")
    for document in documents:
        booking = bookings.read(document["resource"])
        if booking is not None and booking.code == code:
            is_own = bool(visit.patient) and allowed.allows(document)
            if not is_own and visit.portal.barred(address):
                raise PageRefused(429, TOO_MANY)
            record.gives("Appointment", [document])
            return booking, is_own
    is_often = visit.portal.wrong(address)
    raise PageRefused(*((429, TOO_MANY) if is_often else (404, NO_TICKET)))


def is_changeable(visit: Visit, booking: Booking, session: Session) -> bool:
    """Whether the patient may still cancel or move it from home."""
    return booking.status == "booked" and visit.now <= session.start - visit.portal.rules.cancel


PAGES = (
    Page("tickets", "nobody", find, look_up),
    Page("tickets/{code}", "nobody", show, set_travel),
)
