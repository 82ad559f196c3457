"""What a board shows of a service point, and how a booking stands in its queue: pure, as plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bookings import moves, pace
from bookings.booking import Booking
from bookings.order import in_order
from bookings.session import Session
from bookings.spoken import spoken
from bookings.ticket import CALLED, SERVED, WAITING, Ticket

LAST_CALLS = 6
MISSED = ("skipped", "absent")


@dataclass(frozen=True)
class Line:
    """The tickets of a service point and day. `writes`: how often they were written, all together: of two readings the
    one with more is the newer, whichever process read it."""

    tickets: Sequence[Ticket]
    writes: int
    _places: dict[str, Mapping[str, int]] = field(default_factory=dict)

    def places(self, session: str) -> Mapping[str, int]:
        """Id of a ticket that waits -> how many will be called before it, by the doctor of this session."""
        if session not in self._places:
            ordered = in_order(self.tickets, session)
            self._places[session] = {one.id: place for place, one in enumerate(ordered)}
        return self._places[session]


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session and its bookings, whose tickets are in a queue."""

    session: Session
    bookings: Sequence[Booking]
    writes: int

    def awaited(self, number: int) -> int:
        """How many with a lower number are booked and have not come yet."""
        return sum(one.status == "booked" and one.number is not None and one.number < number for one in self.bookings)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a booking stands. `ticket`: the number that will be called (A-12); `state`: of its ticket, or of the booking
    before check-in and after its end; `point`: where it waits, a Location; `ahead`: how many are called before it;
    `called`: the number that was called last in the same queue; `expected`: when it is likely to be called."""

    ticket: str
    state: str
    point: str
    counter: str = ""
    ahead: int | None = None
    called: str = ""
    expected: datetime | None = None


def shown(point: str, name: str, queue: Line, names: Mapping[str, str]) -> dict[str, Any]:
    """What a board shows of a service point: the latest calls, who is being served, how many wait. `names`: masked, by
    the patients' references, where the hospital shows them."""
    return {
        "point": point,
        "name": name,
        "calls": [_call(one, name, names) for one in latest(queue.tickets)],
        "serving": sorted(one.ticket for one in queue.tickets if one.status == SERVED),
        "waiting": sum(one.status == WAITING and one.note != "skipped" for one in queue.tickets),
    }


def latest(tickets: Iterable[Ticket], most: int = LAST_CALLS) -> list[Ticket]:
    """Those called last, the newest first."""
    called = [(one.last_called, one.id, one) for one in tickets if one.last_called is not None]
    return [one for _, _, one in sorted(called, reverse=True)[:most]]


def _call(ticket: Ticket, place: str, names: Mapping[str, str]) -> dict[str, Any]:
    found = {
        "ticket": ticket.ticket,
        "counter": ticket.counter,
        "at": ticket.last_called.isoformat() if ticket.last_called else None,
        "calls": ticket.calls,
        "spoken": spoken(ticket.letter, ticket.number, place, ticket.counter),
    }
    return {**found, "name": names[ticket.patient]} if ticket.patient in names else found


def standing(booking: Booking, sitting: Sitting, queues: Mapping[str, Line], now: datetime) -> Standing:
    """`queues`: by their points (Location/id): of the session, and of where the patient has a ticket."""
    own = [one for queue in queues.values() for one in queue.tickets if one.appointment == booking.url]
    present = max(own, key=lambda one: (not one.is_over, one.queued), default=None)
    if present is None:
        return _before_check_in(booking, sitting, queues[sitting.session.location], now)
    queue = queues[present.point]
    ahead = queue.places(present.session).get(present.id)
    found = Standing(
        present.ticket,
        moves.state(present),
        present.point,
        counter=present.counter if present.status in (CALLED, SERVED) else "",
        ahead=ahead,
        called=_called(queue, present.session),
    )
    if ahead is None:
        return found
    if present.session == sitting.session.id:
        return _expected(found, sitting, queue, now, number=present.number)
    return replace(found, expected=pace.expected(point_today(present, queue, now), ahead))


def _before_check_in(booking: Booking, sitting: Sitting, queue: Line, now: datetime) -> Standing:
    session = sitting.session
    found = Standing(booking.ticket, booking.status, session.location, called=_called(queue, session.id))
    if booking.status != "booked" or booking.number is None:
        return found
    waiting = [one for one in in_order(queue.tickets, session.id) if one.priority or one.number < booking.number]
    return _expected(replace(found, ahead=len(waiting)), sitting, queue, now, number=booking.number)


def _expected(found: Standing, sitting: Sitting, queue: Line, now: datetime, *, number: int) -> Standing:
    ahead = found.ahead or 0
    at = pace.expected(today(sitting.session, queue, now), ahead, sitting.awaited(number))
    return replace(found, expected=at)


def today(session: Session, queue: Line, now: datetime) -> pace.Today:
    """The session as its doctor has worked it off so far."""
    own = [one for one in queue.tickets if one.session == session.id]
    absent = sum(one.note in MISSED for one in own)
    return pace.Today(session.start, session.minutes, now, _services(own), absent)


def point_today(ticket: Ticket, queue: Line, now: datetime) -> pace.Today:
    """A service point that has no sessions, as all its counters together have worked it off so far."""
    return pace.Today(ticket.queued, pace.USUAL_MINUTES[ticket.kind], now, _services(queue.tickets))


def _services(tickets: Iterable[Ticket]) -> list[pace.Service]:
    return [(one.started, one.finished) for one in tickets if one.started is not None]


def _called(queue: Line, session: str) -> str:
    found = latest((one for one in queue.tickets if one.session == session), 1)
    return found[0].ticket if found else ""


def told(booking: Booking, found: Standing, name: str) -> dict[str, Any]:
    """A standing as JSON, with the minute in which it is expected. `name`: of the point."""
    expected = found.expected.replace(second=0, microsecond=0).isoformat() if found.expected else None
    return {
        "code": booking.code,
        "status": booking.status,
        "ticket": found.ticket,
        "state": found.state,
        "point": found.point.removeprefix("Location/"),
        "name": name,
        "counter": found.counter,
        "ahead": found.ahead,
        "called": found.called,
        "expected": expected,
    }


def masked(name: str) -> str:
    """Siti Rahmawati -> S*** R***."""
    return " ".join(f"{part[0].upper()}***" for part in name.split()[:3])
