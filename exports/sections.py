"""The resume medis as SATUSEHAT orders it: its 13 sections, and the Composition that is drawn up of what the record has
for each, for the clinician to complete. Pure.

https://satusehat.kemkes.go.id/platform/docs/id/fhir/resources/composition/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exports import composition, narrative, saying, wording
from exports.chart import Chart
from fhir_server.messages import Resource
from resources.systems import LOINC

KEMKES = "http://terminology.kemkes.go.id"
NOT_YET = "Belum diisi."

Coding = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """`coding`: system, code, display; `chosen`: what of a chart belongs here."""

    title: str
    coding: Coding
    chosen: composition.Chosen


@dataclass(frozen=True, slots=True)
class Section:
    """With parts, or with entries of its own."""

    title: str
    coding: Coding
    parts: tuple[Part, ...] = ()
    chosen: composition.Chosen = lambda chart: []


def _complaint(part: str, *codes: str) -> Part:
    titles = {"10154-3": "Keluhan Utama", "11450-4": "Keluhan Penyerta"}
    displays = {"10154-3": "Chief complaint Narrative - Reported", "11450-4": "Problem list - Reported"}
    return Part(titles[part], (LOINC, part, displays[part]), composition.of_category("Condition", *codes))


SECTIONS = (
    Section(
        "Anamnesis",
        (KEMKES, "TK000003", "Anamnesis"),
        (
            _complaint("10154-3", "chief-complaint"),
            _complaint("11450-4", "additional-complaint"),
            Part(
                "Riwayat Penyakit Terdahulu",
                (LOINC, "11348-0", "History of Past illness note"),
                composition.past,
            ),
            Part(
                "Riwayat Penyakit Sekarang",
                (LOINC, "10164-2", "History of Present illness Narrative"),
                lambda chart: composition.impressions(chart, prognosis=False),
            ),
            Part(
                "Riwayat Penyakit Keluarga",
                (LOINC, "10157-6", "History of family member diseases note"),
                composition.of_type("FamilyMemberHistory"),
            ),
            Part("Riwayat Alergi", (LOINC, "48765-2", "Allergies"), composition.allergies),
            Part(
                "Riwayat Pengobatan",
                (LOINC, "10160-0", "History of Medication use Narrative"),
                composition.of_type("MedicationStatement"),
            ),
        ),
    ),
    Section(
        "Pemeriksaan Fisik",
        (KEMKES, "TK000007", "Pemeriksaan Fisik"),
        (
            Part(
                "Tanda Vital", (LOINC, "8716-3", "Vital signs"), composition.of_category("Observation", "vital-signs")
            ),
            Part(
                "Head to Toe",
                (LOINC, "10187-3", "Review of systems Narrative - Reported"),
                composition.of_category("Observation", "exam"),
            ),
        ),
    ),
    Section(
        "Pemeriksaan Fungsional",
        (LOINC, "47420-5", "Functional status assessment note"),
        chosen=composition.of_category("Observation", "survey"),
    ),
    Section("Perencanaan Perawatan", (LOINC, "18776-5", "Plan of care note"), chosen=composition.of_type("CarePlan")),
    Section(
        "Pemeriksaan Penunjang",
        (KEMKES, "TK000009", "Hasil Pemeriksaan Penunjang"),
        (
            Part("Laboratorium", (LOINC, "11502-2", "Laboratory report"), composition.results),
            Part(
                "Radiologi",
                (LOINC, "18782-3", "Radiology Study observation (narrative)"),
                composition.of_category("DiagnosticReport", "RAD", "IMG"),
            ),
        ),
    ),
    Section(
        "Diagnosis",
        (KEMKES, "TK000004", "Diagnosis"),
        (
            Part("Diagnosis Awal", (LOINC, "42347-5", "Admission diagnosis (narrative)"), composition.first),
            Part("Diagnosis Akhir", (LOINC, "78375-3", "Discharge diagnosis Narrative"), composition.final),
        ),
    ),
    Section(
        "Tindakan/Prosedur Medis",
        (KEMKES, "TK000005", "Tindakan/Prosedur Medis"),
        chosen=lambda chart: composition.procedures(chart, education=False),
    ),
    Section(
        "Farmasi",
        (KEMKES, "TK000013", "Obat"),
        (
            Part(
                "Obat Saat Kunjungan",
                (LOINC, "42346-7", "Medications on admission (narrative)"),
                lambda chart: composition.prescribed(chart, discharge=False),
            ),
            Part(
                "Obat Pulang",
                (LOINC, "75311-1", "Discharge medications Narrative"),
                lambda chart: composition.prescribed(chart, discharge=True),
            ),
            Part("Imunisasi", (LOINC, "11369-6", "History of Immunization note"), composition.of_type("Immunization")),
        ),
    ),
    Section("Diet", (LOINC, "42344-2", "Discharge diet (narrative)"), chosen=composition.of_type("NutritionOrder")),
    Section(
        "Edukasi",
        (LOINC, "34895-3", "Education note"),
        chosen=lambda chart: composition.procedures(chart, education=True),
    ),
    Section(
        "Kondisi Saat Meninggalkan Rumah Sakit",
        (LOINC, "10184-0", "Hospital discharge physical findings Narrative"),
        chosen=lambda chart: [*composition.impressions(chart, prognosis=True), *composition.leaving(chart)],
    ),
    Section("Rencana Tindak Lanjut", (LOINC, "8653-8", "Hospital discharge instructions"), chosen=composition.planned),
    Section("Perjalanan Kunjungan Pasien", (LOINC, "8648-8", "Hospital course Narrative")),
)


CHOSEN: Mapping[str, composition.Chosen] = {
    **{section.coding[1]: section.chosen for section in SECTIONS},
    **{part.coding[1]: part.chosen for section in SECTIONS for part in section.parts},
}


def told(found: Resource, code: str, chart: Chart) -> tuple[str, list[Resource]]:
    """The words and the resources of a section, or of a part of one, by its code: as the Composition has it, else as
    the record of the visit does."""
    for section in found.get("section", ()):
        for part in (section, *section.get("section", ())):
            if code in composition.categories(part, "code"):
                return words(part), chart.all(part.get("entry", ()))
    return "", CHOSEN[code](composition.of_visit(chart)) if code in CHOSEN else []


def words(section: Resource) -> str:
    """The narrative of a section, nothing where it is only to be filled in."""
    text = narrative.words(section.get("text"))
    return "" if text == NOT_YET else text


def composed(chart: Chart) -> Resource:
    """A Composition of the visit that the chart is about, not yet final: each section has what the record knows, or
    says that it is to be filled in."""
    chart = composition.of_visit(chart)
    encounter, patient = chart.about, chart.patient
    period, provider = encounter.get("period", {}), encounter.get("serviceProvider")
    stay = composition.is_stay(encounter)
    day = chart.day(period.get("start"))
    code, display = composition.INPATIENT if stay else composition.OUTPATIENT
    kind = "Inap" if stay else "Jalan"
    title = f"Resume Medis Pasien Rawat {kind} {saying.name(patient)}"
    return {
        "resourceType": "Composition",
        "status": "preliminary",
        "type": {"coding": [{"system": LOINC, "code": code, "display": display}]},
        "category": [{"coding": [{"system": LOINC, "code": "LP173421-1", "display": "Report"}]}],
        "subject": encounter["subject"],
        "encounter": {"reference": chart.focus},
        "date": period.get("end") or period.get("start") or encounter["meta"]["lastUpdated"],
        "author": [composition.attending(encounter) or provider or encounter["subject"]],
        "title": f"{title} pada tanggal {wording.long_date(day)}" if day else title,
        **({"custodian": provider} if provider else {}),
        "section": [_section(section, chart) for section in SECTIONS],
    }


def _section(section: Section, chart: Chart) -> Resource:
    parts = [
        {"title": part.title, "code": _code(part.coding), "entry": entries}
        for part in section.parts
        if (entries := _entries(part.chosen(chart)))
    ]
    entries = _entries(section.chosen(chart))
    content: Resource = {"section": parts} if parts else {"entry": entries} if entries else {"text": _text(NOT_YET)}
    return {"title": section.title, "code": _code(section.coding), **content}


def _entries(resources: list[Resource]) -> list[Resource]:
    return [{"reference": f"{one['resourceType']}/{one['id']}"} for one in resources]


def _code(coding: Coding) -> Resource:
    system, code, display = coding
    return {"coding": [{"system": system, "code": code, "display": display}]}


def _text(words: str) -> Resource:
    return {"status": "additional", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>'}
