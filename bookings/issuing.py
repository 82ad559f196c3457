"""Which number a patient gets at a service point: pure. Numbers count from 1 for each point and day, without gaps."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bookings.booking import Booking
from bookings.order import RETURNED
from bookings.session import Session
from bookings.ticket import Kind, Ticket

LETTERS: Mapping[Kind, str] = {"loket": "L", "poli": RETURNED, "farmasi": "F", "lab": "B", "radiologi": "R"}
"""Of numbers that are counted here; to the poli, a booking brings its own."""


class ServicePoint(NamedTuple):
    """`url`: of the Location."""

    url: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a number is given out, and when; `taken`: all that the point has given out on that day (A-12)."""

    point: ServicePoint
    at: datetime
    taken: Collection[str] = ()


def first_point(booking: Booking, session: Session, loket: str) -> ServicePoint:
    """Where who checks in goes first: a new patient to the loket (Location/id), others to the poli."""
    return ServicePoint(loket, "loket") if booking.is_new else poli_of(session)


def poli_of(session: Session) -> ServicePoint:
    return ServicePoint(session.location, "poli")


def first_ticket(
    booking: Booking, session: Session, counter: Counter, *, id: str, encounter: str, priority: str = ""
) -> Ticket:
    """The ticket of who checks in. `counter`: at `first_point`; `encounter`: Encounter/id; `priority`: of
    PRIORITIES."""
    is_own = counter.point == poli_of(session)
    letter, number = _number(counter, booking if is_own else None)
    return Ticket(
        id=id,
        kind=counter.point.kind,
        point=counter.point.url,
        day=booking.day,
        letter=letter,
        number=number,
        status="requested",
        patient=booking.patient,
        encounter=encounter,
        organization=session.organization,
        queued=counter.at,
        session=session.id if is_own else "",
        doctor=session.doctor if is_own else "",
        appointment=booking.url,
        priority=priority,
    )


def following(
    ticket: Ticket, counter: Counter, *, booking: Booking | None = None, session: Session | None = None
) -> Ticket:
    """The ticket of who goes on from here to another point; at the poli of their booking it has its number."""
    own = session if session is not None and counter.point == poli_of(session) else None
    letter, number = _number(counter, booking if own else None)
    return Ticket(
        id=following_id(ticket.id),
        kind=counter.point.kind,
        point=counter.point.url,
        day=ticket.day,
        letter=letter,
        number=number,
        status="requested",
        patient=ticket.patient,
        encounter=ticket.encounter,
        organization=ticket.organization,
        queued=counter.at,
        session=own.id if own else "",
        doctor=own.doctor if own else "",
        appointment=ticket.appointment,
        priority=ticket.priority,
    )


def following_id(id: str) -> str:
    """One ticket is followed by one at most, however often it is finished."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"Task/{id}"))


def next_number(taken: Iterable[str], letter: str) -> int:
    own = (one.removeprefix(f"{letter}-") for one in taken if one.startswith(f"{letter}-"))
    return max(map(int, own), default=0) + 1


def _number(counter: Counter, booking: Booking | None) -> tuple[str, int]:
    """The booking's, where it has not been given out here before; else the next one."""
    if booking is not None and booking.number is not None and booking.ticket not in counter.taken:
        return booking.letter, booking.number
    letter = LETTERS[counter.point.kind]
    return letter, next_number(counter.taken, letter)
