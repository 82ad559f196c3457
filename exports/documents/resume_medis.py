"""Resume medis rawat jalan: drawn from the Composition of the visit, or from what the record knows of it."""

from __future__ import annotations

from exports import composition, describing, narrative, saying, wording
from exports.chart import Chart
from exports.gathering import Read
from exports.making import Kind, Making, birth, letter, signature
from exports.sheet import Block, Fields, Heading, Paragraph, Sheet, Signatures
from fhir_server.errors import NotFound
from fhir_server.messages import Resource
from resources.issues import Text

OF_ENCOUNTER = (
    *(Read(type, "encounter") for type in "Composition Condition Observation Procedure DiagnosticReport".split()),
    *(Read(type, "encounter") for type in "MedicationRequest CarePlan NutritionOrder ClinicalImpression".split()),
    Read("ServiceRequest", "encounter"),
)
ALSO = ("AllergyIntolerance", "FamilyMemberHistory", "MedicationStatement", "Appointment", "Observation")


def sheet(making: Making) -> Sheet:
    """Raises NotFound for a stay on a ward, which has a document of its own."""
    encounter = making.chart.about
    if composition.is_stay(encounter):
        raise NotFound(
            Text(
                "This is a stay on a ward: its document is ringkasan-pulang.",
                "Ini rawat inap: dokumennya ringkasan-pulang.",
            )
        )
    blocks: list[Block] = [Fields(_header(making), 2), *sections(making.chart)]
    doctor = making.chart.get(composition.attending(encounter))
    blocks.append(Signatures((signature(making, doctor, "Dokter Penanggung Jawab Pelayanan"),)))
    return letter(KIND, making, blocks)


def _header(making: Making) -> tuple[tuple[str, str], ...]:
    chart, encounter, patient = making.chart, making.chart.about, making.chart.patient
    day = chart.day(encounter.get("period", {}).get("start"))
    doctor = chart.get(composition.attending(encounter))
    return (
        ("No. RM", wording.record_number(saying.record_number(patient)) or wording.DASH),
        ("Nama", saying.name(patient)),
        ("Tanggal lahir", birth(patient, chart, day or making.today)),
        ("Jenis kelamin", wording.gender(patient.get("gender", ""))),
        ("Alamat", saying.address(patient)),
        ("Poliklinik", saying.concept(encounter.get("serviceType"))),
        ("DPJP", saying.name(doctor)),
        ("Tanggal kunjungan", wording.long_date(day) if day else wording.DASH),
    )


def sections(chart: Chart) -> list[Block]:
    """The sections of the Composition in its order; a section that nothing was written into is left out."""
    found = composition.of_encounter(chart) or composition.composed(chart)
    return [block for section in found.get("section", ()) for block in _section(section, chart)]


def _section(section: Resource, chart: Chart) -> list[Block]:
    content = _content(section, chart)
    for part in section.get("section", ()):
        if inner := _content(part, chart):
            content += [Paragraph(str(part.get("title", "")), "strong"), *inner]
    return [Heading(str(section.get("title", ""))), *content] if content else []


def _content(section: Resource, chart: Chart) -> list[Block]:
    text = narrative.words(section.get("text"))
    written: list[Block] = [Paragraph(text)] if text and text != composition.NOT_YET else []
    return [*written, *describing.blocks(chart.all(section.get("entry", ())), chart)]


KIND = Kind(
    "resume-medis",
    Text("Outpatient discharge summary", "Resume Medis Rawat Jalan"),
    "Encounter",
    OF_ENCOUNTER,
    sheet,
    number=("RM", "RAJAL"),
    coding=composition.OUTPATIENT,
    also=ALSO,
)
