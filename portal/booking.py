"""Taking a place: a session's tap holds it for some minutes, and one button more makes it a booking."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import Response

from auth.pages.forms import Form, PageRefused
from bookings import booking as bookings
from bookings.booking import Booking
from bookings.reading import session_of
from bookings.refusals import Refused
from bookings.session import PAYERS, Session
from fhir_server.errors import FhirError
from portal.bringing import to_bring
from portal.form_keys import AGAIN, is_keyed, key_of, new_key
from portal.paging import Page
from portal.record.reading import is_absent
from portal.refusing import plain
from portal.schedule import PAYER_NAMES, Wished, sessions_page, with_kind
from portal.timetable import poli_name, timetable_now
from portal.visit import Visit, own
from portal.words import Words
from resources.issues import Text

REFERRAL = re.compile(r"[0-9A-Z/.\-]{5,40}")
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
NO_BOOKING = Text("There is no such booking.", "Pendaftaran ini tidak ada.")
NO_SESSION = Text("There is no such session.", "Jadwal ini tidak ada.")
CHOOSE_KIND = Text("Choose the kind of the visit with BPJS.", "Pilih jenis kunjungan BPJS.")
TYPE_NUMBER = Text(
    "Type the number of the referral or of the control letter: letters, digits and / . - only.",
    "Isi nomor rujukan atau surat kontrol: hanya huruf, angka, dan / . -",
)


@dataclass(frozen=True, slots=True)
class Held:
    """A place that is held, or waited for. `is_over`: it was let go, or its time has run out."""

    booking: Booking
    session: Session
    is_over: bool


async def to_schedule(visit: Visit) -> Response:
    """Who comes here without a form: after signing in, or by the language link."""
    return visit.redirect("/portal/schedule")


async def hold(visit: Visit, form: Form) -> Response:
    """`session`, or `waitlist`: the id of a Slot; `payer`, `kind`, `referral`; `key`: the form's."""
    own(visit, form)
    waits = bool(form.one("waitlist"))
    session = await _session(visit, form.one("waitlist") or form.one("session"))
    wished = with_kind(Wished("jkn" if form.one("payer") == "jkn" else "umum"), form.one("kind"))
    wished = Wished(wished.payer, wished.kind, form.one("referral").replace(" ", "").upper())
    problem = _problem(form, wished)
    if problem is not None:
        return await _again(visit, session, wished, problem=problem, status=400)
    try:
        made = await visit.ask(
            "POST",
            f"Appointment/{'$waitlist' if waits else '$hold'}",
            sent=_sent(visit, session, wished),
            key=f"{form.one('key')}.{session.id}.{wished.payer}.{waits}",
        )
    except Refused as refused:
        return await _again(visit, session, wished, problem=plain(refused), status=refused.status)
    return visit.redirect(f"/portal/bookings/{made['id']}")


def _problem(form: Form, wished: Wished) -> Text | None:
    if form.one("payer") not in PAYERS or not is_keyed(form):
        return AGAIN
    if wished.payer == "jkn" and wished.kind is None:
        return CHOOSE_KIND
    return TYPE_NUMBER if wished.payer == "jkn" and not REFERRAL.fullmatch(wished.referral) else None


def _sent(visit: Visit, session: Session, wished: Wished) -> dict[str, Any]:
    sent: dict[str, Any] = {"slot": session.id, "patient": visit.patient, "payer": wished.payer}
    return sent | {"kind": wished.kind, "referral": wished.referral} if wished.payer == "jkn" else sent


async def _again(visit: Visit, session: Session, wished: Wished, *, problem: Text, status: int) -> Response:
    """The page of the doctor's sessions, as they are this moment."""
    where = session.poli, session.doctor.removeprefix("Practitioner/")
    return sessions_page(visit, await timetable_now(visit, session.poli), where, wished, problem=problem, status=status)


async def _session(visit: Visit, id: str) -> Session:
    """What anybody may know of it. Raises PageRefused."""
    try:
        return await session_of(visit.portal.hospital(), id)
    except Refused as refused:
        raise PageRefused(404, NO_SESSION) from refused


async def show(visit: Visit) -> Response:
    """A place that is held, until it is confirmed or its time is over; what was booked has its ticket."""
    booking = await own_booking(visit)
    if booking.status in ("booked", "arrived", "fulfilled"):
        return visit.redirect(f"/portal/tickets/{booking.code}")
    return await _page(visit, booking)


async def submit(visit: Visit, form: Form) -> Response:
    """Confirms the hold; `release`: gives the place back."""
    own(visit, form)
    booking, key = await own_booking(visit), key_of(form)
    code = "$cancel" if form.one("release") else "$book"
    try:
        await visit.ask("POST", f"Appointment/{booking.id}/{code}", sent={}, key=key)
    except Refused as refused:
        return await _page(visit, await own_booking(visit), problem=plain(refused), status=refused.status)
    return visit.redirect(f"/portal/tickets/{booking.code}" if code == "$book" else f"/portal/bookings/{booking.id}")


async def own_booking(visit: Visit) -> Booking:
    """The booking of this address. Raises PageRefused where there is none that is this patient's."""
    id = visit.path("id")
    if not ID.fullmatch(id):
        raise PageRefused(404, NO_BOOKING)
    try:
        found = bookings.read(await visit.ask("GET", f"Appointment/{id}"))
    except FhirError as error:
        raise (PageRefused(404, NO_BOOKING) if is_absent(error) else error) from error
    if found is None:
        raise PageRefused(404, NO_BOOKING)
    return found


async def _page(visit: Visit, booking: Booking, status: int = 200, problem: Text | None = None) -> Response:
    session = await _session(visit, booking.session)
    return visit.page(
        "booking/held.html",
        status,
        words=Words(visit),
        held=Held(booking, session, _is_over(booking, visit.now)),
        name=poli_name(session),
        again=f"/portal/schedule/{session.poli}/{session.doctor.removeprefix('Practitioner/')}",
        payer=PAYER_NAMES[booking.payer],
        bring=to_bring(booking),
        promised=visit.portal.rules.promised,
        key=new_key(),
        problem=problem,
    )


def _is_over(booking: Booking, now: datetime) -> bool:
    is_late = booking.expires is not None and booking.expires <= now
    return booking.status not in ("pending", "waitlist") or (booking.status == "pending" and is_late)


PAGES = (
    Page("booking/hold", "patient", to_schedule, hold),
    Page("bookings/{id}", "patient", show, submit),
)
