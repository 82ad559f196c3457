"""The resume medis as SATUSEHAT orders it: its 13 sections, which resources of a visit belong into each, and the
Composition that is drawn up of them for the clinician to complete. Pure.

https://satusehat.kemkes.go.id/platform/docs/id/fhir/resources/composition/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from exports import saying, wording
from exports.chart import Chart, name_of
from fhir_server.messages import Resource
from resources.systems import LOINC

KEMKES = "http://terminology.kemkes.go.id"
OUTPATIENT = ("88645-7", "Outpatient hospital Discharge summary")
INPATIENT = ("34105-7", "Hospital Discharge summary")
NOT_YET = "Belum diisi."
EDUCATION = "409073007"

Chosen = Callable[[Chart], list[Resource]]
Coding = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """`coding`: system, code, display; `chosen`: what of a chart belongs here."""

    title: str
    coding: Coding
    chosen: Chosen


@dataclass(frozen=True, slots=True)
class Section:
    """With parts, or with entries of its own."""

    title: str
    coding: Coding
    parts: tuple[Part, ...] = ()
    chosen: Chosen = lambda chart: []


def of_category(type: str, *codes: str) -> Chosen:
    """The resources of a type in one of these categories."""

    def chosen(chart: Chart) -> list[Resource]:
        return [one for one in current(chart, type) if categories(one) & {*codes}]

    return chosen


def of_type(type: str) -> Chosen:
    return lambda chart: current(chart, type)


def current(chart: Chart, type: str) -> list[Resource]:
    """Without what was entered in error, cancelled or not done."""
    void = {"entered-in-error", "cancelled", "not-done", "revoked"}
    return [
        one
        for one in chart.of(type)
        if one.get("status") not in void and "entered-in-error" not in categories(one, "verificationStatus")
    ]


def categories(resource: Resource, element: str = "category") -> set[str]:
    """The codes of an element that is a CodeableConcept or a list of them."""
    value = resource.get(element) or []
    rows = value if isinstance(value, list) else [value]
    return {str(coding.get("code")) for row in rows if isinstance(row, dict) for coding in row.get("coding", ())}


def _results(chart: Chart) -> list[Resource]:
    return [one for one in current(chart, "DiagnosticReport") if not categories(one) & {"RAD", "IMG"}]


def _prescribed(chart: Chart, *, discharge: bool) -> list[Resource]:
    return [one for one in current(chart, "MedicationRequest") if ("discharge" in categories(one)) is discharge]


def _procedures(chart: Chart, *, education: bool) -> list[Resource]:
    return [one for one in current(chart, "Procedure") if (EDUCATION in categories(one)) is education]


def _planned(chart: Chart) -> list[Resource]:
    """Referrals and visits to come that this visit has led to."""
    referrals = [one for one in current(chart, "ServiceRequest") if categories(one) & {"3457005", "306206005"}]
    return [*referrals, *current(chart, "Appointment")]


def _complaint(part: str, *codes: str) -> Part:
    titles = {"10154-3": "Keluhan Utama", "11450-4": "Keluhan Penyerta"}
    displays = {"10154-3": "Chief complaint Narrative - Reported", "11450-4": "Problem list - Reported"}
    return Part(titles[part], (LOINC, part, displays[part]), of_category("Condition", *codes))


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
                of_category("Condition", "previous-condition", "problem-list-item"),
            ),
            Part(
                "Riwayat Penyakit Sekarang",
                (LOINC, "10164-2", "History of Present illness Narrative"),
                of_type("ClinicalImpression"),
            ),
            Part(
                "Riwayat Penyakit Keluarga",
                (LOINC, "10157-6", "History of family member diseases note"),
                of_type("FamilyMemberHistory"),
            ),
            Part("Riwayat Alergi", (LOINC, "48765-2", "Allergies"), of_type("AllergyIntolerance")),
            Part(
                "Riwayat Pengobatan",
                (LOINC, "10160-0", "History of Medication use Narrative"),
                of_type("MedicationStatement"),
            ),
        ),
    ),
    Section(
        "Pemeriksaan Fisik",
        (KEMKES, "TK000007", "Pemeriksaan Fisik"),
        (
            Part("Tanda Vital", (LOINC, "8716-3", "Vital signs"), of_category("Observation", "vital-signs")),
            Part(
                "Head to Toe",
                (LOINC, "10187-3", "Review of systems Narrative - Reported"),
                of_category("Observation", "exam"),
            ),
        ),
    ),
    Section(
        "Pemeriksaan Fungsional",
        (LOINC, "47420-5", "Functional status assessment note"),
        chosen=of_category("Observation", "survey"),
    ),
    Section("Perencanaan Perawatan", (LOINC, "18776-5", "Plan of care note"), chosen=of_type("CarePlan")),
    Section(
        "Pemeriksaan Penunjang",
        (KEMKES, "TK000009", "Hasil Pemeriksaan Penunjang"),
        (
            Part("Laboratorium", (LOINC, "11502-2", "Laboratory report"), _results),
            Part(
                "Radiologi",
                (LOINC, "18782-3", "Radiology Study observation (narrative)"),
                of_category("DiagnosticReport", "RAD", "IMG"),
            ),
        ),
    ),
    Section(
        "Diagnosis",
        (KEMKES, "TK000004", "Diagnosis"),
        (
            Part(
                "Diagnosis Akhir",
                (LOINC, "78375-3", "Discharge diagnosis Narrative"),
                of_category("Condition", "encounter-diagnosis"),
            ),
        ),
    ),
    Section(
        "Tindakan/Prosedur Medis",
        (KEMKES, "TK000005", "Tindakan/Prosedur Medis"),
        chosen=lambda chart: _procedures(chart, education=False),
    ),
    Section(
        "Farmasi",
        (KEMKES, "TK000013", "Obat"),
        (
            Part(
                "Obat Saat Kunjungan",
                (LOINC, "42346-7", "Medications on admission (narrative)"),
                lambda chart: _prescribed(chart, discharge=False),
            ),
            Part(
                "Obat Pulang",
                (LOINC, "75311-1", "Discharge medications Narrative"),
                lambda chart: _prescribed(chart, discharge=True),
            ),
        ),
    ),
    Section("Diet", (LOINC, "42344-2", "Discharge diet (narrative)"), chosen=of_type("NutritionOrder")),
    Section("Edukasi", (LOINC, "34895-3", "Education note"), chosen=lambda chart: _procedures(chart, education=True)),
    Section(
        "Kondisi Saat Meninggalkan Rumah Sakit", (LOINC, "10184-0", "Hospital discharge physical findings Narrative")
    ),
    Section("Rencana Tindak Lanjut", (LOINC, "8653-8", "Hospital discharge instructions"), chosen=_planned),
    Section("Perjalanan Kunjungan Pasien", (LOINC, "8648-8", "Hospital course Narrative")),
)


def composed(chart: Chart) -> Resource:
    """A Composition of the visit that the chart is about, not yet final: each section has what the record knows, or
    says that it is to be filled in."""
    encounter, patient = chart.about, chart.patient
    stay = is_stay(encounter)
    day = chart.day(encounter.get("period", {}).get("start"))
    code, display = INPATIENT if stay else OUTPATIENT
    kind = "Inap" if stay else "Jalan"
    title = f"Resume Medis Pasien Rawat {kind} {saying.name(patient)}"
    return {
        "resourceType": "Composition",
        "status": "preliminary",
        "type": {"coding": [{"system": LOINC, "code": code, "display": display}]},
        "category": [{"coding": [{"system": LOINC, "code": "LP173421-1", "display": "Report"}]}],
        "subject": encounter["subject"],
        "encounter": {"reference": chart.focus},
        "date": encounter.get("period", {}).get("end") or encounter["period"]["start"],
        "author": [doctor] if (doctor := attending(encounter)) else [encounter["subject"]],
        "title": f"{title} pada tanggal {wording.long_date(day)}" if day else title,
        **({"custodian": encounter["serviceProvider"]} if "serviceProvider" in encounter else {}),
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


def is_stay(encounter: Resource) -> bool:
    """Rawat inap."""
    return encounter.get("class", {}).get("code") in ("IMP", "ACUTE", "NONAC")


def attending(encounter: Resource) -> Resource | None:
    """The reference to the doctor in charge (DPJP), else to the first person who took part."""
    people = [row for row in encounter.get("participant", ()) if "individual" in row]
    chosen = next((row for row in people if "ATND" in categories(row, "type")), people[0] if people else None)
    return dict(chosen["individual"]) if chosen is not None else None


def all_entries(section: Resource) -> Iterator[Resource]:
    """The references of a section and of those inside of it."""
    yield from section.get("entry", ())
    for part in section.get("section", ()):
        yield from all_entries(part)


def of_encounter(chart: Chart) -> Resource | None:
    """The newest Composition of the visit that is a resume medis and holds, where one was read."""
    codes = {OUTPATIENT[0], INPATIENT[0]}
    found = [
        one
        for one in chart.of("Composition")
        if categories(one, "type") & codes
        and one.get("status") != "entered-in-error"
        and name_of(one.get("encounter"), chart.base) == chart.focus
    ]
    return found[-1] if found else None
