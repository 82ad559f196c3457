"""How many are in front, as Mobile JKN shows it: pure. A number leaves the count when its service ends (task id 5).

Who has a booking but has not come yet counts as well: they may still come before their turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bookings.booking import Booking
from bookings.order import in_order
from bookings.session import Session
from bookings.standing import latest
from bookings.ticket import CALLED, SERVED, Ticket

COMING = frozenset({"booked", "arrived"})
COUNTED = frozenset({"booked", "arrived", "fulfilled", "noshow"})


def total(bookings: Iterable[Booking]) -> int:
    """totalantrean: the numbers of a session, without those that were cancelled."""
    return sum(one.status in COUNTED and one.number is not None for one in bookings)


def left(bookings: Iterable[Booking], tickets: Sequence[Ticket]) -> int:
    """sisaantrean of a session. `tickets`: of its clinic and day."""
    return sum(one.status in COMING and not _is_done(one, tickets) for one in bookings)


def left_until(booking: Booking, bookings: Iterable[Booking], tickets: Sequence[Ticket]) -> int:
    """sisaantrean of a booking of the session: those in front, inside, and itself; 0 once it has been served."""
    own = [one for one in tickets if one.appointment == booking.url and one.session == booking.session]
    present = next((one for one in own if not one.is_over), None)
    if booking.status not in COMING or (own and present is None):
        return 0
    if present is not None and present.status in (CALLED, SERVED):
        return 1
    inside = sum(one.session == booking.session and one.status in (CALLED, SERVED) for one in tickets)
    return inside + _waiting(booking, present, tickets) + _awaited(booking, bookings, tickets) + 1


def called(tickets: Iterable[Ticket], session: str = "") -> Ticket | None:
    """antreanpanggil: who was called last, in this session where one is named."""
    return next(iter(latest((one for one in tickets if session in ("", one.session)), 1)), None)


def is_skipped(booking: Booking, tickets: Iterable[Ticket]) -> bool:
    return any(one.appointment == booking.url and one.note == "skipped" and not one.is_over for one in tickets)


def seconds(session: Session, left: int) -> int:
    """waktutunggu, by the minutes that are planned for each patient (SPM)."""
    return max(session.minutes * 60 * (left - 1), 0)


def _waiting(booking: Booking, present: Ticket | None, tickets: Sequence[Ticket]) -> int:
    """Those at the clinic who will be called before."""
    waiting = in_order(tickets, booking.session)
    if present is not None:
        places = [place for place, one in enumerate(waiting) if one.id == present.id]
        return places[0] if places else 0
    return sum(1 for one in waiting if one.priority or one.number < (booking.number or 0))


def _awaited(booking: Booking, bookings: Iterable[Booking], tickets: Sequence[Ticket]) -> int:
    """Those with a lower number who have not come to the clinic yet."""
    there = {one.appointment for one in tickets}
    return sum(
        one.status in COMING and one.number is not None and one.number < (booking.number or 0) and one.url not in there
        for one in bookings
    )


def _is_done(booking: Booking, tickets: Iterable[Ticket]) -> bool:
    own = [one for one in tickets if one.appointment == booking.url and one.session == booking.session]
    return bool(own) and all(one.is_over for one in own)
