"""Resume medis rawat jalan: drawn from the Composition of the visit, or from what the record knows of it."""

from __future__ import annotations

from exports import composition, saying, sections, wording
from exports.chart import Chart
from exports.documents import letters, visits
from exports.making import Kind, Making, birth, letter
from exports.sheet import Block, Fields, Heading, Paragraph, Sheet
from fhir_server.errors import NotFound
from fhir_server.messages import Resource
from resources.issues import Text

EMERGENCY = "Resume Medis Gawat Darurat"
AT_THE_END = ("10184-0", "8653-8")
"""Sections that are told together under a heading of their own: how the patient left, what follows."""


def sheet(making: Making) -> Sheet:
    """Raises NotFound for a stay on a ward, which has a document of its own."""
    chart, encounter = making.chart, making.chart.about
    if composition.is_stay(encounter):
        raise NotFound(
            Text(
                "This is a stay on a ward: its document is ringkasan-pulang.",
                "Ini rawat inap: dokumennya ringkasan-pulang.",
            )
        )
    found = composition.of_encounter(chart) or sections.composed(chart)
    blocks = [
        Fields(_header(making), 2),
        *(block for section in found.get("section", ()) for block in _section(section, chart)),
        *_leaving(found, chart),
        visits.signed(making),
    ]
    is_emergency = encounter.get("class", {}).get("code") == "EMER"
    return letter(KIND, making, blocks, title=EMERGENCY if is_emergency else "")


def _header(making: Making) -> tuple[tuple[str, str], ...]:
    chart, encounter, patient = making.chart, making.chart.about, making.chart.patient
    day = chart.day(encounter.get("period", {}).get("start"))
    doctor = letters.person(chart, composition.attending(encounter))
    return (
        ("No. RM", wording.record_number(saying.record_number(patient)) or wording.DASH),
        ("Nama", saying.name(patient)),
        ("Tanggal lahir", birth(patient, chart, day or making.today)),
        ("Jenis kelamin", wording.gender(patient.get("gender", ""))),
        ("Alamat", saying.address(patient)),
        ("Tanggal", wording.long_date(day) if day else wording.DASH),
        ("Unit", visits.unit(encounter, chart)),
        ("DPJP", saying.name(doctor)),
        ("Cara bayar", visits.payer(chart)),
    )


def _section(section: Resource, chart: Chart) -> list[Block]:
    """A section that nothing was written into is left out."""
    codes = composition.categories(section, "code")
    if codes & {*AT_THE_END}:
        return []
    blocks = _content(section, chart)
    for part in section.get("section", ()):
        if inner := _content(part, chart):
            blocks += [Paragraph(str(part.get("title", "")), "strong"), *inner]
    return [Heading(str(section.get("title", ""))), *blocks] if blocks else []


def _content(section: Resource, chart: Chart) -> list[Block]:
    words = sections.words(section)
    code = next(iter(composition.categories(section, "code")), "")
    return [*([Paragraph(words)] if words else []), *visits.described(code, chart.all(section.get("entry", ())), chart)]


def _leaving(found: Resource, chart: Chart) -> list[Block]:
    """Kondisi pulang, and what follows; left out while the visit goes on."""
    told = visits.condition(found, chart)
    rows = [
        ("Kondisi pulang", told or ("Hidup" if visits.disposition(chart) else "")),
        ("Cara keluar", visits.way_out(chart) if visits.disposition(chart) else ""),
        ("Anjuran", visits.advice(chart)),
    ]
    fields = tuple((label, value) for label, value in rows if value)
    follow_up = visits.content(found, "8653-8", chart)
    blocks = [*([Fields(fields)] if fields else []), *follow_up]
    return visits.headed("Kondisi Pulang dan Tindak Lanjut", blocks)


KIND = Kind(
    "resume-medis",
    Text("Outpatient discharge summary", "Resume Medis Rawat Jalan"),
    "Encounter",
    visits.OF_ENCOUNTER,
    sheet,
    number=("RM", "RAJAL"),
    coding=composition.OUTPATIENT,
    also=visits.ALSO,
    signers=letters.attending,
)
