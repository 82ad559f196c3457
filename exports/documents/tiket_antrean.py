"""Tiket antrean: the number in the queue of a service point, on a roll of 80 or 58 mm.

A slip gets lost in a waiting room: it has the name masked, and neither record number nor NIK nor anything clinical.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from exports import options, saying, wording
from exports.chart import Chart
from exports.composition import categories
from exports.documents import letters, slips
from exports.making import Kind, Making
from exports.sheet import Block, Line, Rule, Sheet, Space
from fhir_server.errors import NotFound
from fhir_server.messages import Resource
from resources.extensions import values
from resources.issues import Text
from resources.systems import BOOKING_PREFIX, TICKET

PAPERS = {"80": "roll80", "58": "roll58"}
NUMBER = {"80": 72, "58": 60}
"""Points: read from afar."""

CODE = {"80": 26, "58": 24}
WAIT = "Mohon menunggu sampai nomor Anda dipanggil"
OVER = ("cancelled", "entered-in-error", "noshow", "rejected", "failed")


def sheet(making: Making) -> Sheet:
    """Of a Task. Raises NotFound for one that is no ticket or was cancelled, InvalidParameter."""
    task, ticket = making.chart.about, values(making.chart.about, TICKET)
    if "number" not in ticket or task.get("status") in OVER:
        raise NotFound(Text("This is no ticket of a queue that holds.", "Ini bukan tiket antrean yang berlaku."))
    chart = making.chart
    booking = next(iter(chart.all(task.get("basedOn", ()))), None)
    rows = [
        ("Tujuan", _point(chart, task)),
        ("Dokter", saying.name(letters.person(chart, task.get("owner")))),
        ("Tanggal", _moment(chart, task.get("authoredOn"))),
        ("Perkiraan", expected(chart, booking) if "poli" in categories(task, "code") else ""),
        ("Pasien", masked(chart)),
        ("Keterangan", "Prioritas" if ticket.get("priority") else ""),
    ]
    return slip(KIND, making, (number(ticket), code(booking)), rows, advice=WAIT)


def slip(kind: Kind, making: Making, large: tuple[str, str], rows: Iterable[tuple[str, str]], *, advice: str) -> Sheet:
    """`large`: the number in the queue and the code of the booking; what is not known is left out."""
    size = options.one_of(making.options, "paper", *PAPERS)
    blocks: list[Block] = [
        *slips.head(making),
        *_large(large[0], NUMBER[size]),
        slips.short_fields((label, value) for label, value in rows if value not in ("", wording.DASH)),
        *_booking_code(large[1], CODE[size]),
        Rule(),
        Line(advice, 9, strong=True, align="center", lines=1 if size == "80" else 2),
    ]
    return slips.small(kind, making, blocks, PAPERS[size])


def _large(number: str, points: float) -> tuple[Block, ...]:
    if not number:
        return ()
    title = Line("NOMOR ANTREAN ANDA", 11, strong=True, align="center")
    return (title, Line(number, points, strong=True, align="center"), Space(4))


def _booking_code(code: str, size: float) -> tuple[Block, ...]:
    return (*slips.square(code, size), Line(f"Kode booking {code}", 10, strong=True, align="center")) if code else ()


def number(told: Mapping[str, Any]) -> str:
    """A-12; nothing before a booking is confirmed."""
    return f"{told.get('letter', '')}-{told['number']}" if told.get("number") is not None else ""


def code(appointment: Resource | None) -> str:
    return saying.identifier(appointment, BOOKING_PREFIX)


def _point(chart: Chart, task: Resource) -> str:
    """Where the patient waits: the room, else the kind of service point."""
    place = chart.get(task.get("location"))
    return saying.name(place) if place is not None else saying.concept(task.get("code"))


def expected(chart: Chart, appointment: Resource | None) -> str:
    """As it was planned for this number."""
    start = (appointment or {}).get("start")
    return f"sekitar {wording.clock(chart.moment(start), chart.zone)}" if start else ""


def _moment(chart: Chart, at: str | None) -> str:
    return wording.date_and_time(chart.moment(at), chart.zone) if at else ""


def masked(chart: Chart) -> str:
    patient = chart.resources.get(chart.patient_name)
    return wording.masked(saying.name(patient)) if patient is not None else ""


KIND = Kind(
    "tiket-antrean",
    Text("Queue ticket", "Tiket Antrean"),
    "Task",
    (),
    sheet,
    coding=("", "Tiket antrean"),
    also=("Appointment",),
    archived=False,
    signed=False,
    options=("paper",),
)
