"""The discharge summary (resume medis), care plans and episodes of care. https://hl7.org/fhir/R4/composition.html"""

from __future__ import annotations

from datetime import date, timedelta

from fhir_server.messages import Resource
from resources.systems import LOINC, SNOMED
from seed.chart import Chart, Visit, add
from seed.elements import KEMKES, Element, concept, identifier, instant, kemkes, local_id, reference, wita, wita_date

MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)

_REPORT = [concept(LOINC, "LP173421-1", "Report")]
_INPATIENT = concept(LOINC, "34105-7", "Hospital Discharge summary")
_OUTPATIENT = concept(LOINC, "88645-7", "Outpatient hospital Discharge summary")

SECTIONS: tuple[tuple[str, Element, tuple[tuple[str, Element, str], ...]], ...] = (
    (
        "Anamnesis",
        concept(KEMKES, "TK000003", "Anamnesis"),
        (
            ("Keluhan Utama", concept(LOINC, "10154-3", "Chief complaint Narrative - Reported"), "complaint"),
            ("Riwayat Alergi", concept(LOINC, "48765-2", "Allergies"), "allergies"),
        ),
    ),
    (
        "Pemeriksaan Fisik",
        concept(KEMKES, "TK000007", "Pemeriksaan Fisik"),
        (("Tanda Vital", concept(LOINC, "8716-3", "Vital signs"), "vitals"),),
    ),
    (
        "Pemeriksaan Penunjang",
        concept(KEMKES, "TK000009", "Hasil Pemeriksaan Penunjang"),
        (
            ("Laboratorium", concept(LOINC, "11502-2", "Laboratory report"), "laboratory"),
            ("Radiologi", concept(LOINC, "18782-3", "Radiology Study observation (narrative)"), "imaging"),
        ),
    ),
    (
        "Diagnosis",
        concept(KEMKES, "TK000004", "Diagnosis"),
        (("Diagnosis Akhir", concept(LOINC, "78375-3", "Discharge diagnosis Narrative"), "diagnosis"),),
    ),
    (
        "Tindakan/Prosedur Medis",
        concept(KEMKES, "TK000005", "Tindakan/Prosedur Medis"),
        (("Tindakan", concept(LOINC, "8724-7", "Surgical operation note description Narrative"), "procedures"),),
    ),
    (
        "Farmasi",
        concept(KEMKES, "TK000013", "Obat"),
        (
            ("Obat Saat Kunjungan", concept(LOINC, "42346-7", "Medications on admission (narrative)"), "medicines"),
            ("Obat Pulang", concept(LOINC, "75311-1", "Discharge medications Narrative"), "home-medicines"),
        ),
    ),
)
"""Section -> its parts, each with what a visit has noted for it; the order of the official resume medis."""


_CONDITION = concept(LOINC, "10184-0", "Hospital discharge physical findings Narrative")
_COURSE = concept(LOINC, "8648-8", "Hospital course Narrative")


def summary(chart: Chart, visit: Visit, condition: str, course: str) -> Resource:
    """The resume medis of a closed visit. Sections without anything are left out. `condition`: of the patient on
    leaving; `course`: what the doctor tells of the stay."""
    day = wita_date(visit.clock)
    kind = "Inap" if visit.inpatient else "Jalan"
    resource = add(
        chart,
        "Composition",
        "resume",
        identifier=identifier(
            local_id("composition"), f"RM-{chart.person.mrn}-{chart.counts.get('resume', 0) + 1:03d}"
        ),
        status="final",
        type=_INPATIENT if visit.inpatient else _OUTPATIENT,
        category=_REPORT,
        subject=chart.subject,
        encounter=reference(visit.encounter),
        date=instant(visit.clock),
        author=[visit.doctor.reference],
        title=f"Resume Medis Pasien Rawat {kind} {chart.person.name.text} pada tanggal {indonesian(day)}",
        custodian={"reference": "Organization/org-rsud"},
        section=[
            *(section for title, code, parts in SECTIONS for section in _section(title, code, parts, visit)),
            _told("Kondisi Saat Meninggalkan Rumah Sakit", _CONDITION, condition),
            _told("Perjalanan Kunjungan Pasien", _COURSE, course),
        ],
    )
    return resource


def _section(title: str, code: Element, parts: tuple[tuple[str, Element, str], ...], visit: Visit) -> list[Element]:
    inner = [
        {"title": name, "code": part, "entry": visit.entries[key]} for name, part, key in parts if key in visit.entries
    ]
    return [{"title": title, "code": code, "section": inner}] if inner else []


def _told(title: str, code: Element, words: str) -> Element:
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>'
    return {"title": title, "code": code, "text": {"status": "additional", "div": div}}


def indonesian(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def care_plan(chart: Chart, visit: Visit, title: str, description: str, *problems: Resource) -> None:
    """https://hl7.org/fhir/R4/careplan.html"""
    add(
        chart,
        "CarePlan",
        "rencana",
        identifier=[
            identifier(local_id("careplan"), f"CP-{chart.person.mrn}-{chart.counts.get('rencana', 0) + 1:03d}")
        ],
        status="active",
        intent="plan",
        category=[concept(SNOMED, "736271009", "Outpatient care plan")],
        title=title,
        description=description,
        subject=chart.subject,
        encounter=reference(visit.encounter),
        period={"start": visit.day.isoformat()},
        created=instant(visit.clock),
        author=visit.doctor.reference,
        addresses=[reference(problem) for problem in problems],
    )


EPISODES = {
    "ANC": kemkes("episodeofcare-type", "ANC", "Antenatal Care"),
    "CKD": kemkes("episodeofcare-type", "CKD", "Chronic Kidney Disease"),
    "CVD": kemkes("episodeofcare-type", "CVD", "Cerebrovascular Disease"),
    "TB": {"text": "Pengobatan tuberkulosis"},
}


def episode(chart: Chart, visit: Visit, kind: str, end: date | None) -> Resource:
    """An episode that begins with this visit, before which it stands; finished where it has an end. https://hl7.org/fhir/R4/episodeofcare.html"""
    opened = instant(wita(visit.day, 0))
    over = end is not None and end <= chart.until
    period: Element = {"start": opened}
    history: list[Element] = [{"status": "active", "period": {"start": opened}}]
    if end is not None and over:
        period["end"] = closed = instant(wita(end, 15))
        history[0]["period"]["end"] = closed
        history.append({"status": "finished", "period": {"start": closed, "end": closed}})
    resource = add(
        chart,
        "EpisodeOfCare",
        "episode",
        identifier=[identifier(local_id("episode-of-care"), f"EOC-{chart.person.mrn}-{kind}")],
        status="finished" if over else "active",
        statusHistory=history,
        type=[EPISODES[kind]],
        patient=chart.subject,
        managingOrganization={"reference": "Organization/org-rsud"},
        period=period,
    )
    chart.resources.insert(chart.resources.index(visit.encounter), chart.resources.pop())
    belongs(visit, resource)
    return resource


def belongs(visit: Visit, episode: Resource) -> None:
    visit.encounter["episodeOfCare"] = [reference(episode)]


def every(start: date, days: int, times: int) -> list[date]:
    """Dates of repeated visits."""
    return [start + timedelta(days=days * number) for number in range(times)]
