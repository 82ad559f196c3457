"""What bookings do to sessions: pure. A ledger holds what was read; each ask is judged by what those before it left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from bookings import refusals, rules
from bookings.booking import LIVE, TAKES_A_PLACE, Booking
from bookings.rules import Rules
from bookings.session import Payer, Session
from resources.booking import one_a_day

What = Literal["hold", "book", "waitlist", "confirm", "cancel", "reschedule", "expire", "miss"]
RESCHEDULED = "Dijadwalkan ulang"
NOT_CONFIRMED = "Tidak dikonfirmasi sampai waktu habis"


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that is asked for. `id`, `code`: of a new Appointment; `booking`: the id of the one it is about;
    `session`: the id of the Slot wanted; `patient`: Patient/id; `referred`: the date of the referral; `reason`: of a
    cancellation; `overbook`: why it goes beyond the places and the cut-off; `is_desk`: not bound by the time limits of
    patients."""

    what: What
    now: datetime
    booking: str = ""
    session: str = ""
    patient: str = ""
    payer: Payer = "umum"
    kind: int | None = None
    referral: str = ""
    referred: date | None = None
    is_new: bool = False
    reason: str = ""
    overbook: str = ""
    is_desk: bool = False
    id: str = ""
    code: str = ""


@dataclass(slots=True)
class Ledger:
    """`sessions`, `bookings`: by id, as they were read and as the asks have left them; the bookings are those that the
    asks name, the live ones that theirs could collide with, and the waiting lists; `patients`: those who exist;
    `begun`: the bookings whose patients have been served."""

    rules: Rules
    sessions: dict[str, Session] = field(default_factory=dict)
    bookings: dict[str, Booking] = field(default_factory=dict)
    patients: frozenset[str] = frozenset()
    begun: frozenset[str] = frozenset()

    def carry_out(self, ask: Ask) -> Booking:
        """What the ask makes of a booking. Raises Refused, and then nothing has changed."""
        return _ACTS[ask.what](self, ask)

    def live(self, patient: str, poli: str, day: date) -> Booking | None:
        """The patient's live booking at that clinic on that day."""
        wanted = one_a_day(patient, poli, day)
        return next((one for one in self.bookings.values() if one.status in LIVE and _once(one) == wanted), None)

    def session(self, id: str) -> Session:
        """Raises Refused."""
        found = self.sessions.get(id)
        if found is None:
            raise refusals.no_session()
        return found

    def booking(self, id: str) -> Booking:
        """Raises Refused where there is none, or it is over."""
        found = self.bookings.get(id)
        if found is None:
            raise refusals.unknown()
        if found.status not in LIVE:
            raise refusals.over()
        return found


def _once(booking: Booking) -> str:
    return one_a_day(booking.patient, booking.poli, booking.day)


def _hold(ledger: Ledger, ask: Ask) -> Booking:
    session = _free_session(ledger, ask)
    return _put(ledger, _new(ledger, ask, session), session.with_taken(ask.payer, 1))


def _book(ledger: Ledger, ask: Ask) -> Booking:
    session = _free_session(ledger, ask)
    booking, session = _numbered(_new(ledger, ask, session), session.with_taken(ask.payer, 1))
    return _put(ledger, booking, session)


def _confirm(ledger: Ledger, ask: Ask) -> Booking:
    """Makes a booking of a hold."""
    booking = ledger.booking(ask.booking)
    if booking.status == "booked":
        return booking
    if booking.status != "pending":
        raise refusals.over() if booking.status == "arrived" else refusals.hold_over()
    if booking.expires is not None and booking.expires <= ask.now:
        raise refusals.hold_over()
    session = ledger.session(booking.session)
    rules.check_held(session, ask.now)
    booking, session = _numbered(booking, session)
    return _put(ledger, booking, session)


def _waitlist(ledger: Ledger, ask: Ask) -> Booking:
    session = ledger.session(ask.session)
    _check_new(ledger, ask, session)
    if session.quota(ask.payer).left:
        raise refusals.not_full()
    booking = _new(ledger, ask, session).moved("waitlist", expires=None)
    return _put(ledger, booking, replace(session, waiting=session.waiting + 1))


def _cancel(ledger: Ledger, ask: Ask) -> Booking:
    booking = ledger.booking(ask.booking)
    session = ledger.session(booking.session)
    if booking.status == "arrived":
        _check_may_leave(ledger, booking, ask)
    if booking.status == "booked" and not ask.is_desk:
        rules.check_changeable(session, ask.now, ledger.rules)
    return end(ledger, booking, ask.reason, ask.now)


def _check_may_leave(ledger: Ledger, booking: Booking, ask: Ask) -> None:
    """Who has checked in is in the hospital: the desk cancels, says why, and only before they are served."""
    if not ask.is_desk:
        raise refusals.being_served()
    if booking.id in ledger.begun:
        raise refusals.visit_begun()
    if len(ask.reason.strip()) < rules.SHORTEST_REASON:
        raise refusals.no_reason(rules.SHORTEST_REASON)


def _expire(ledger: Ledger, ask: Ask) -> Booking:
    """Ends a hold whose time is over; one that was confirmed meanwhile stays."""
    booking = ledger.bookings[ask.booking]
    if booking.status != "pending" or booking.expires is None or booking.expires > ask.now:
        return booking
    return end(ledger, booking, NOT_CONFIRMED, ask.now)


def _miss(ledger: Ledger, ask: Ask) -> Booking:
    """Of who did not come until the session was over. The place is not free again: the session is over."""
    booking = ledger.bookings[ask.booking]
    if booking.status == "waitlist":
        return end(ledger, booking, ask.reason, ask.now)
    if booking.status != "booked":
        return booking
    return _put(ledger, booking.moved("noshow", reason=ask.reason), ledger.session(booking.session))


def _reschedule(ledger: Ledger, ask: Ask) -> Booking:
    """The new place or the old one, never neither: the new one is taken in the same write that gives the old one up."""
    old = ledger.booking(ask.booking)
    if old.status == "arrived":
        raise refusals.being_served()
    if old.status != "booked":
        raise refusals.not_booked()
    if not ask.is_desk:
        rules.check_changeable(ledger.session(old.session), ask.now, ledger.rules)
    wish = replace(
        ask, patient=old.patient, payer=old.payer, kind=old.kind, referral=old.referral, is_new=old.is_new, what="book"
    )
    before = dict(ledger.sessions), dict(ledger.bookings)
    end(ledger, old, RESCHEDULED, ask.now)
    try:
        return _book(ledger, wish)
    except refusals.Refused:
        ledger.sessions, ledger.bookings = before
        raise


_ACTS: Mapping[What, Callable[[Ledger, Ask], Booking]] = {
    "hold": _hold,
    "book": _book,
    "confirm": _confirm,
    "waitlist": _waitlist,
    "cancel": _cancel,
    "reschedule": _reschedule,
    "expire": _expire,
    "miss": _miss,
}


def _free_session(ledger: Ledger, ask: Ask) -> Session:
    """The session that the ask may have a place in. Raises Refused."""
    session = ledger.session(ask.session)
    _check_new(ledger, ask, session)
    if not ask.overbook and not session.quota(ask.payer).left:
        raise refusals.full(ask.payer)
    return session


def _check_new(ledger: Ledger, ask: Ask, session: Session) -> None:
    if ask.patient not in ledger.patients:
        raise refusals.no_patient()
    if ask.overbook:
        rules.check_held(session, ask.now)
    else:
        rules.check_open(session, ask.now, ledger.rules)
    rules.check_referral(ask.referred, session, ledger.rules)
    if ledger.live(ask.patient, session.poli, session.day(ledger.rules.zone)) is not None:
        raise refusals.once_a_day()
    if ask.referral and any(one.status in LIVE and one.referral == ask.referral for one in ledger.bookings.values()):
        raise refusals.referral_used()


def _new(ledger: Ledger, ask: Ask, session: Session) -> Booking:
    """A held booking, without a number."""
    return Booking(
        id=ask.id,
        status="pending",
        patient=ask.patient,
        session=session.id,
        poli=session.poli,
        day=session.day(ledger.rules.zone),
        payer=ask.payer,
        code=ask.code,
        letter=session.letter,
        kind=ask.kind,
        referral=ask.referral,
        expires=ask.now + ledger.rules.hold,
        is_new=ask.is_new,
        reason=ask.overbook,
        expected=session.planned(session.issued + 1),
        created=ask.now,
    )


def _numbered(booking: Booking, session: Session) -> tuple[Booking, Session]:
    number = session.issued + 1
    booked = booking.moved("booked", number=number, expires=None, expected=session.planned(number))
    return booked, replace(session, issued=number)


def end(ledger: Ledger, booking: Booking, reason: str, now: datetime) -> Booking:
    """Cancels; the place goes to who has waited longest for one of this payer, and is held for them."""
    session = ledger.session(booking.session)
    ended = booking.moved("cancelled", reason=reason, expires=None)
    if booking.status == "waitlist":
        return _put(ledger, ended, replace(session, waiting=session.waiting - 1))
    _put(ledger, ended, session.with_taken(booking.payer, -1))
    promote(ledger, booking.session, booking.payer, now)
    return ended


def promote(ledger: Ledger, id: str, payer: Payer, now: datetime) -> None:
    """Gives what is free in a session to who has waited longest for one of this payer, and holds it for them."""
    session = ledger.session(id)
    waiting = sorted(
        (one for one in ledger.bookings.values() if _waits(one, id, payer)),
        key=lambda one: (one.created or now, one.id),
    )
    for one in waiting[: session.quota(payer).left]:
        if session.closed or now >= session.end:
            return
        session = replace(session.with_taken(payer, 1), waiting=session.waiting - 1)
        until = min(now + ledger.rules.promised, session.end)
        _put(ledger, one.moved("pending", expires=until, expected=session.planned(session.issued + 1)), session)


def _waits(booking: Booking, session: str, payer: Payer) -> bool:
    return booking.status == "waitlist" and booking.session == session and booking.payer == payer


def _put(ledger: Ledger, booking: Booking, session: Session) -> Booking:
    ledger.bookings[booking.id] = booking
    ledger.sessions[session.id] = session
    return booking


def taken(bookings: Iterable[Booking], session: str, payer: Payer) -> int:
    """How many places of a session bookings take: what its quota must say."""
    return sum(one.session == session and one.payer == payer and one.status in TAKES_A_PLACE for one in bookings)
