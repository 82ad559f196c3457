"""Bukti pendaftaran: that a patient is registered for a visit, on A5 or as a slip of a roll.

It is shown at the clinic, where the full name and the record number are compared; no NIK, nothing clinical.
"""

from __future__ import annotations

from exports import options, saying, wording
from exports.chart import name_of
from exports.composition import attending, categories
from exports.documents import letters, slips, tiket_antrean, visits
from exports.gathering import Further, Read, of_patient
from exports.making import Kind, Making, letter
from exports.sheet import Beside, Block, Code, Fields, Line, Paragraph, Rule, Sheet, Space
from resources.extensions import values
from resources.issues import Text
from resources.systems import BOOKING, ENCOUNTER_PREFIX, TICKET

PAPERS = {"a5": "a5", "80": "roll80", "58": "roll58"}
THANKS = "Terima Kasih Atas Kepercayaan Anda"
WISH = "Semoga Lekas Sembuh"
BRING = "Simpan bukti ini dan tunjukkan kepada petugas poliklinik, farmasi, dan kasir."


def sheet(making: Making) -> Sheet:
    """Raises NotFound for a visit that was cancelled, InvalidParameter."""
    letters.held(making.chart.about)
    paper = options.one_of(making.options, "paper", *PAPERS)
    return _letter(making) if paper == "a5" else _slip(making, PAPERS[paper])


def _letter(making: Making) -> Sheet:
    code, number = _code(making), queue_number(making)
    large = (Line("No. Antrean", 9, align="center", tone="quiet"), Line(number, 54, strong=True, align="center"))
    beside: tuple[Block, ...] = tuple(Code(one.kind, one.value, 30, f"Kode booking {code}") for one in _square(code))
    blocks: list[Block] = [
        Line(visits.payer(making.chart), 12, strong=True, align="center"),
        Space(2),
        *([Beside(large if number else (), beside)] if number or beside else []),
        Space(2),
        Fields(_rows(making)),
        Paragraph(BRING),
        Space(4),
        Paragraph(f"{THANKS}\n{WISH}", "center"),
    ]
    return letter(KIND, making, blocks, paper="a5")


def _square(code: str) -> list[Code]:
    return [one for one in slips.square(code, 30) if isinstance(one, Code)]


def _slip(making: Making, paper: str) -> Sheet:
    number, code = queue_number(making), _code(making)
    blocks: list[Block] = [
        *slips.head(making),
        Line("BUKTI REGISTER PASIEN", 11, strong=True, align="center"),
        Line(visits.payer(making.chart), 10, strong=True, align="center", lines=2),
        *_large(number),
        slips.short_fields(_rows(making)),
        *slips.square(code, 22),
        Rule(),
        Line(THANKS, 8.5, strong=True, align="center"),
        Line(WISH, 8.5, align="center"),
    ]
    return slips.small(KIND, making, blocks, paper)


def _large(number: str) -> tuple[Block, ...]:
    title = Line("No. Antrean", 8.5, align="center", tone="quiet")
    return (title, Line(number, 48, strong=True, align="center"), Space(3)) if number else ()


def _rows(making: Making) -> tuple[tuple[str, str], ...]:
    chart, encounter, patient = making.chart, making.chart.about, making.chart.patient
    start = encounter.get("period", {}).get("start")
    born, day = chart.day(patient.get("birthDate")), chart.day(start) or making.today
    return (
        ("Tanggal", wording.date_and_time(chart.moment(start), chart.zone) if start else wording.DASH),
        ("No. rawat", saying.identifier(encounter, ENCOUNTER_PREFIX) or wording.DASH),
        ("Nama", saying.name(patient)),
        ("No. RM", wording.record_number(saying.record_number(patient)) or wording.DASH),
        ("Jenis kelamin", wording.gender(patient.get("gender", ""))),
        ("Umur", wording.age(born, day) if born else wording.DASH),
        ("Poliklinik", visits.unit(encounter, chart)),
        ("Dokter", saying.name(letters.person(chart, attending(encounter)))),
    )


def queue_number(making: Making) -> str:
    """A-12: of the ticket of the clinic, else of the first ticket, else of the booking."""
    chart = making.chart
    own = [one for one in chart.of("Task") if name_of(one.get("encounter"), chart.base) == chart.focus]
    tickets = [one for one in own if "number" in values(one, TICKET)]
    clinic = [one for one in tickets if "poli" in categories(one, "code")]
    told = [values(one, TICKET) for one in (clinic or tickets)]
    told += [values(one, BOOKING) for one in chart.all(chart.about.get("appointment", ()))]
    return next(filter(None, map(tiket_antrean.number, told)), "")


def _code(making: Making) -> str:
    bookings = making.chart.all(making.chart.about.get("appointment", ()))
    return next(filter(None, map(tiket_antrean.code, bookings)), "")


KIND = Kind(
    "bukti-pendaftaran",
    Text("Proof of registration", "Bukti Pendaftaran"),
    "Encounter",
    (Read("Task", "encounter"), Further("Coverage", of_patient("beneficiary"))),
    sheet,
    coding=("", "Bukti pendaftaran"),
    also=("Appointment",),
    archived=False,
    signed=False,
    options=("paper",),
)
