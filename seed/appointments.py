"""Bookings past and coming. https://hl7.org/fhir/R4/appointment.html"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from fhir_server.messages import Resource
from seed.chart import Chart, add
from seed.elements import Element, hl7, identifier, instant, local_id, reference, wita, wita_date
from seed.hospital import SLOT_MINUTES, service_type
from seed.staff import Staff

_REASONS = (
    hl7("appointment-cancellation-reason", "pat", "Patient") | {"text": "Dibatalkan pasien"},
    hl7("appointment-cancellation-reason", "prov", "Provider") | {"text": "Dokter berhalangan praktik"},
)
_ROUTINE = hl7("v2-0276", "ROUTINE", "Routine appointment - default if not valued")
_FOLLOW_UP = hl7("v2-0276", "FOLLOWUP", "A follow up visit from a previous appointment")


def fulfilled(chart: Chart, doctor: Staff, arrived: datetime) -> Resource:
    """The booking that led to a visit."""
    start = arrived + timedelta(minutes=chart.rng.randint(5, 15))
    return _appointment(chart, doctor, start, status="fulfilled")


def missed(chart: Chart, clinic: str, day: date) -> None:
    """A booking that came to nothing: the patient stayed away, or it was cancelled."""
    if day in chart.taken or day > chart.until or day < chart.since or day.weekday() == 6:
        return
    chart.taken.add(day)
    rng = chart.rng
    doctor = chart.hospital.doctor(clinic, day, rng.randint(0, 5))
    status = "noshow" if rng.random() < 0.5 else "cancelled"
    start = wita(day, rng.randint(8, 11), rng.choice((0, 20, 40)))
    appointment = _appointment(chart, doctor, start, status=status)
    if status == "cancelled":
        appointment["cancelationReason"] = rng.choice(_REASONS)


def coming(chart: Chart, clinic: str) -> Resource | None:
    """A booked appointment, on a slot while there are any for this patient, else weeks ahead. Gives the slot."""
    slots = chart.hospital.slots[clinic]
    place = chart.person.number - 1
    if place >= len(slots):
        day = chart.today + timedelta(days=chart.rng.randint(16, 45))
        day += timedelta(days=day.weekday() == 6)
        doctor = chart.hospital.doctor(clinic, day, chart.rng.randint(0, 5))
        _appointment(chart, doctor, wita(day, chart.rng.randint(8, 11), chart.rng.choice((0, 20, 40))), status="booked")
        return None
    slot = {**slots[place], "status": "busy"}
    chart.resources.append(slot)
    number = slot["schedule"]["reference"].removeprefix("Schedule/jadwal-")
    doctor = next(doctor for doctor in chart.hospital.staff[clinic] if doctor.practitioner["id"].endswith(number))
    appointment = _appointment(chart, doctor, datetime.fromisoformat(slot["start"]), status="booked")
    appointment["slot"] = [reference(slot)]
    return slot


def _appointment(chart: Chart, doctor: Staff, start: datetime, *, status: str) -> Resource:
    day = wita_date(start)
    created = max(start - timedelta(days=chart.rng.randint(1, 7)), wita(chart.since, 0))
    if day > chart.today:
        created = wita(chart.today - timedelta(days=chart.rng.randint(1, 5)), 10)
    room = doctor.role["location"][0]
    participants: list[Element] = [
        {"actor": actor, "required": "required", "status": "accepted"}
        for actor in (chart.subject, doctor.reference, room)
    ]
    return add(
        chart,
        "Appointment",
        "janji",
        identifier=[identifier(local_id("kodebooking"), f"{day:%Y%m%d}{chart.person.number:06d}")],
        status=status,
        serviceType=[service_type(doctor)],
        specialty=doctor.role["specialty"],
        appointmentType=_FOLLOW_UP if chart.counts.get("kunjungan") else _ROUTINE,
        start=instant(start),
        end=instant(start + timedelta(minutes=SLOT_MINUTES)),
        minutesDuration=SLOT_MINUTES,
        created=instant(created),
        comment=f"Kunjungan {service_type(doctor)['text']}",
        participant=participants,
    )
