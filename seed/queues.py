"""The numbers of coming bookings: 1, 2, … in each session, in the order of the patients. https://hl7.org/fhir/R4/slot.html"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bookings import booking as bookings
from bookings.booking import Booking
from bookings.session import Session
from fhir_server.messages import Resource
from seed.hospital import Hospital

Queues = dict[str, Session]
"""Sessions by their id, as those before have left them."""


def queues_of(hospital: Hospital) -> Queues:
    return {session.id: session for sessions in hospital.sessions.values() for session in sessions}


def numbered(record: list[Resource], queues: Queues) -> Iterator[Resource]:
    """The resources of a patient, with a number for the booking, in its session or, where that is full, in the next of
    the clinic; without the booking where all are full. The queues have grown by it."""
    for resource in record:
        booking = bookings.read(resource) if resource["resourceType"] == "Appointment" else None
        if booking is None:
            yield resource
        elif (session := _with_place(booking, queues)) is not None:
            number = session.issued + 1
            queues[session.id] = replace(session.with_taken(booking.payer, 1), issued=number)
            yield bookings.write(_placed(booking, session, number), session)


def _placed(booking: Booking, session: Session, number: int) -> Booking:
    code = f"{session.start:%Y%m%d}{booking.code[8:]}"
    return replace(
        booking,
        session=session.id,
        day=session.start.date(),
        code=code,
        letter=session.letter,
        number=number,
        expected=session.planned(number),
    )


def _with_place(booking: Booking, queues: Queues) -> Session | None:
    later = [one for one in queues.values() if one.poli == booking.poli and one.start >= queues[booking.session].start]
    later.sort(key=lambda one: (one.id != booking.session, one.start, one.id))
    return next((one for one in later if not one.closed and one.quota(booking.payer).left), None)
