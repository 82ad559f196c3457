"""People in a queue, for tests: tickets as values, and a small hospital in which visits lie in the store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bookings import booking as bookings
from bookings import session as sessions
from bookings import ticket as tickets
from bookings import visit
from bookings.booking import Booking
from bookings.issuing import Counter, first_point, first_ticket
from bookings.progress import given_out
from bookings.queue import Moved
from bookings.session import Quota, Session
from bookings.ticket import Ticket, queue
from fhir_server.changes import Change
from fhir_server.record import Record

DAY = date(2026, 11, 24)
OPENS = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
"""08:00 at the hospital."""

ROOM, LOKET, FARMASI, LAB = "Location/ruang-int", "Location/loket", "Location/farmasi", "Location/lab"
POINTS = (ROOM, LOKET, FARMASI, LAB, "Location/ruang-jan")

SESSION = Session(
    id="int-pagi",
    schedule="Schedule/int",
    organization="100099999",
    poli="INT",
    poli_name="Penyakit Dalam",
    doctor="Practitioner/dokter",
    doctor_name="dr. Contoh",
    location=ROOM,
    location_name="Ruang Penyakit Dalam",
    provider="Organization/org-rsud",
    start=OPENS,
    end=OPENS + timedelta(hours=4),
    letter="A",
    minutes=10,
    jkn=Quota(50),
    umum=Quota(50, 30),
    issued=30,
)


def minutes(number: float) -> datetime:
    """So many minutes after the session opens."""
    return OPENS + timedelta(minutes=number)


def ticket(number: int, **changes: Any) -> Ticket:
    """A-<number> of the poli, waiting since the session opens."""
    chosen: dict[str, Any] = {
        "id": f"t-{number}",
        "kind": "poli",
        "point": ROOM,
        "day": DAY,
        "letter": "A",
        "number": number,
        "status": "requested",
        "patient": f"Patient/p{number}",
        "encounter": f"Encounter/e{number}",
        "organization": SESSION.organization,
        "queued": OPENS,
        "session": SESSION.id,
        "doctor": SESSION.doctor,
        "appointment": f"Appointment/b{number}",
        **changes,
    }
    return Ticket(**chosen)


def booking(number: int, **changes: Any) -> Booking:
    """Of the patient of this number, who has arrived."""
    chosen: dict[str, Any] = {
        "id": f"b{number}",
        "status": "arrived",
        "patient": f"Patient/p{number}",
        "session": SESSION.id,
        "poli": "INT",
        "day": DAY,
        "payer": "umum",
        "code": f"20261124{number:06d}",
        "letter": "A",
        "number": number,
        "expected": SESSION.planned(number),
        "created": OPENS - timedelta(days=1),
        **changes,
    }
    return Booking(**chosen)


async def open_hospital(record: Record) -> None:
    """A session, and the points where people wait."""
    places = [
        {"resourceType": "Location", "id": url.removeprefix("Location/"), "name": url, "status": "active"}
        for url in POINTS
    ]
    await record.commit([Change.create(sessions.write(SESSION)), *(Change.create(place) for place in places)])


async def arrive(record: Record, number: int, at: datetime = OPENS, **changes: Any) -> Ticket:
    """A patient checks in: Appointment, Encounter and first ticket. `changes`: of the booking; priority."""
    priority = changes.pop("priority", "")
    booked = booking(number, **changes)
    point = first_point(booked, SESSION, LOKET)
    taken = await given_out(record, queue(point.url, DAY))
    encounter = visit.new(booked, SESSION, at, f"e{number}")
    first = first_ticket(
        booked,
        SESSION,
        Counter(point, at, taken),
        id=f"t-{number}",
        encounter=f"Encounter/e{number}",
        priority=priority,
    )
    written = [bookings.write(booked, SESSION), encounter, tickets.write(first)]
    await record.commit([Change.create(one) for one in written])
    return first


class Clock:
    """Each look at it is a minute later."""

    def __init__(self) -> None:
        self.minute = 0

    def __call__(self) -> datetime:
        self.minute += 1
        return minutes(self.minute)


def of(moved: Moved | None) -> Ticket:
    assert moved is not None
    assert moved.task.resource is not None
    found = tickets.read(moved.task.resource)
    assert found is not None
    return found


def next_of(moved: Moved) -> Ticket:
    assert moved.following is not None
    return of(Moved(moved.following))
