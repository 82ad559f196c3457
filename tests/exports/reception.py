"""A patient who has checked in: the booking, the visit and the ticket, as the reception writes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bookings import booking as bookings
from bookings import ticket as tickets
from bookings import visit
from exports.chart import Chart
from fhir_server.messages import Resource
from tests.bookings import queues
from tests.exports import charts

CODE = "20261124000123"
SESSION = replace(
    queues.SESSION,
    location="Location/ruang-int",
    location_name="Ruang Poli Penyakit Dalam",
    doctor="Practitioner/nakes-003",
)
STAMP = {"versionId": "1", "lastUpdated": "2026-11-24T08:30:00+08:00"}
TASK, APPOINTMENT, ENCOUNTER = "Task/t-12", "Appointment/b12", "Encounter/e12"


def checked_in(number: int, focus: str, /, **ticket: Any) -> Chart:
    """The chart of a patient of the demo with A-12 of the clinic, about one of the three; `ticket`: other values of the
    ticket."""
    patient = f"Patient/pasien-{number:06d}"
    booked = queues.booking(12, patient=patient, code=CODE, expected=queues.minutes(45))
    waiting: dict[str, Any] = {"patient": patient, "encounter": ENCOUNTER, "doctor": SESSION.doctor}
    taken = queues.ticket(12, **{**waiting, "queued": queues.minutes(5), **ticket})
    made: list[Resource] = [
        bookings.write(booked, SESSION),
        visit.new(booked, SESSION, queues.minutes(5), "e12"),
        tickets.write(taken),
    ]
    return Chart(
        focus,
        {
            **charts.chart(number, patient).resources,
            **{f"{one['resourceType']}/{one['id']}": {**one, "meta": STAMP} for one in made},
        },
    )
