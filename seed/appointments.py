"""Bookings past and coming. https://hl7.org/fhir/R4/appointment.html"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bookings import booking as bookings
from bookings.asking import ALPHABET, RANDOM_CHARACTERS
from bookings.booking import Booking
from fhir_server.messages import Resource
from seed.chart import Chart, add
from seed.elements import Element, hl7, identifier, instant, local_id, wita, wita_date
from seed.hospital import ZONE, service_type
from seed.staff import Staff

MINUTES = 20
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


def coming(chart: Chart, clinic: str) -> None:
    """A booking of a session of the coming days, sooner rather than later; `seed.queues` gives it its number."""
    open_ones = [session for session in chart.hospital.sessions[clinic] if not session.closed]
    if not open_ones:
        return
    rng, person = chart.rng, chart.person
    session = open_ones[int(len(open_ones) * rng.random() ** 2)]
    day = session.day(ZONE)
    follows, insured = chart.next_clinic is not None, person.bpjs is not None
    booking = Booking(
        id=f"janji-{person.number:06d}-{chart.counts.get('janji', 0) + 1:03d}",
        status="booked",
        patient=chart.subject["reference"],
        session=session.id,
        poli=session.poli,
        day=day,
        payer="jkn" if insured else "umum",
        code=f"{day:%Y%m%d}{''.join(rng.choices(ALPHABET, k=RANDOM_CHARACTERS))}",
        letter=session.letter,
        kind=(3 if follows else 1) if insured else None,
        referral=f"1799U001{chart.today:%m%y}K{person.number:06d}" if insured else "",
        expected=session.start,
        is_new=not chart.counts.get("kunjungan"),
        created=wita(chart.today - timedelta(days=rng.randint(1, 5)), 10),
    )
    chart.counts["janji"] = chart.counts.get("janji", 0) + 1
    chart.resources.append(bookings.write(booking, session))


def _appointment(chart: Chart, doctor: Staff, start: datetime, *, status: str) -> Resource:
    day = wita_date(start)
    created = max(start - timedelta(days=chart.rng.randint(1, 7)), wita(chart.since, 0))
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
        end=instant(start + timedelta(minutes=MINUTES)),
        minutesDuration=MINUTES,
        created=instant(created),
        comment=f"Kunjungan {service_type(doctor)['text']}",
        participant=participants,
    )
