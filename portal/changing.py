"""A booking is moved to another session or cancelled, by the patient, as long as the hospital's rules allow it."""

from __future__ import annotations

from starlette.responses import Response

from auth.pages.forms import Form, PageRefused
from bookings.booking import Booking
from bookings.reading import session_of
from bookings.refusals import Refused
from bookings.session import Session
from portal.form_keys import key_of, new_key
from portal.paging import Page
from portal.refusing import PLAIN, plain
from portal.tickets import BY_CODE, NO_TICKET, booking_by_code, is_changeable
from portal.timetable import by_day, poli_name, timetable_now
from portal.visit import Visit, own
from portal.words import Words
from resources.issues import Text

LONGEST_REASON = 200


async def show_cancel(visit: Visit) -> Response:
    return _cancel_page(visit, *await _own(visit))


async def cancel(visit: Visit, form: Form) -> Response:
    """`reason`: may be left empty."""
    booking, session = await _checked(visit, form)
    reason = " ".join(form.one("reason").split())[:LONGEST_REASON]
    try:
        sent = {"reason": reason} if reason else {}
        await visit.ask("POST", f"Appointment/{booking.id}/$cancel", sent=sent, key=form.one("key"))
    except Refused as refused:
        return _cancel_page(visit, booking, session, problem=plain(refused), status=refused.status)
    return visit.redirect(f"/portal/tickets/{booking.code}")


def _cancel_page(
    visit: Visit, booking: Booking, session: Session, *, problem: Text | None = None, status: int = 200
) -> Response:
    return visit.page(
        "booking/cancel.html",
        status,
        words=Words(visit),
        booking=booking,
        session=session,
        name=poli_name(session),
        key=new_key(),
        longest=LONGEST_REASON,
        problem=problem or _why_not(visit, booking, session),
        can_change=booking.status in ("pending", "waitlist") or is_changeable(visit, booking, session),
    )


async def show_reschedule(visit: Visit) -> Response:
    return await _reschedule_page(visit, *await _own(visit))


async def reschedule(visit: Visit, form: Form) -> Response:
    """`session`: the id of the Slot wanted."""
    booking, session = await _checked(visit, form)
    wanted = form.one("session")
    try:
        sent, key = {"slot": wanted}, f"{form.one('key')}.{wanted}"
        made = await visit.response("POST", f"Appointment/{booking.id}/$reschedule", sent=sent, key=key)
    except Refused as refused:
        return await _reschedule_page(visit, booking, session, problem=plain(refused), status=refused.status)
    return visit.redirect(f"/portal/bookings/{(made.resource or {})['id']}")


async def _reschedule_page(
    visit: Visit, booking: Booking, session: Session, *, problem: Text | None = None, status: int = 200
) -> Response:
    known = await timetable_now(visit, session.poli)
    others = [one for one in known.sessions if one.poli == session.poli and one.id != session.id]
    open_ones = [one for one in known.offers(others) if one.state(booking.payer) == "open"]
    return visit.page(
        "booking/reschedule.html",
        status,
        words=Words(visit),
        booking=booking,
        session=session,
        name=poli_name(session),
        days=by_day(open_ones),
        key=new_key(),
        problem=problem or _why_not(visit, booking, session),
        can_change=is_changeable(visit, booking, session),
    )


async def _checked(visit: Visit, form: Form) -> tuple[Booking, Session]:
    own(visit, form)
    key_of(form)
    return await _own(visit)


async def _own(visit: Visit) -> tuple[Booking, Session]:
    """Raises PageRefused, the same where it is another's and where it is none's."""
    async with visit.reading(BY_CODE) as record:
        booking, is_own = await booking_by_code(visit, record)
    if not is_own:
        raise PageRefused(404, NO_TICKET)
    return booking, await session_of(visit.portal.hospital(), booking.session)


def _why_not(visit: Visit, booking: Booking, session: Session) -> Text | None:
    if booking.status == "arrived":
        return PLAIN["being-served"]
    if booking.status == "booked":
        return None if is_changeable(visit, booking, session) else PLAIN["cancel-too-late"]
    return None if booking.status in ("pending", "waitlist") else PLAIN["over"]


PAGES = (
    Page("tickets/{code}/cancel", "patient", show_cancel, cancel),
    Page("tickets/{code}/reschedule", "patient", show_reschedule, reschedule),
)
