"""Ringkasan pulang: what a stay on a ward was for, what was done, and what follows, for the patient, who pays and who
goes on treating."""

from __future__ import annotations

from datetime import datetime

from exports import composition, describing, results, saying, sections, wording
from exports.chart import Chart
from exports.documents import letters, visits
from exports.making import Kind, Making, birth, letter
from exports.sheet import Block, Fields, Heading, Paragraph, Sheet, Together
from fhir_server.errors import NotFound
from fhir_server.messages import Resource
from resources.extensions import values
from resources.issues import Text

SERVICE_CLASS = "https://fhir.kemkes.go.id/r4/StructureDefinition/ServiceClass"
COPIES = "Lembar 1: pasien · Lembar 2: penjamin · Lembar 3: fasilitas kesehatan selanjutnya · Lembar 4: rekam medis"
HISTORY = (
    ("Keluhan utama", "10154-3"),
    ("Keluhan penyerta", "11450-4"),
    ("Riwayat penyakit sekarang", "10164-2"),
    ("Riwayat penyakit terdahulu", "11348-0"),
    ("Riwayat penyakit keluarga", "10157-6"),
    ("Riwayat pengobatan", "10160-0"),
)
USED = frozenset(
    (
        *(code for _, code in HISTORY),
        *("48765-2", "8716-3", "10187-3", "47420-5", "18776-5", "8648-8", "11502-2", "18782-3", "42347-5"),
        *("78375-3", "TK000005", "8724-7", "42346-7", "75311-1", "42344-2", "34895-3", "10184-0", "8653-8", "11369-6"),
    )
)
"""Sections that have a place of their own here."""

SOURCES = {
    "emd": "Dari Instalasi Gawat Darurat",
    "outp": "Dari rawat jalan",
    "born": "Lahir di rumah sakit ini",
    "hosp-trans": "Pindahan dari rumah sakit lain",
    "gp": "Rujukan dokter umum",
    "mp": "Rujukan dokter spesialis",
}
"""Code of admit-source -> cara masuk."""

PENDING = frozenset(("registered", "partial", "preliminary"))
LABORATORY = "108252007"


def sheet(making: Making) -> Sheet:
    """Raises NotFound for a visit that is no stay on a ward."""
    chart = making.chart
    if not composition.is_stay(chart.about):
        raise NotFound(
            Text(
                "This is no stay on a ward: its document is resume-medis.",
                "Ini bukan rawat inap: dokumennya resume-medis.",
            )
        )
    found = composition.of_encounter(chart) or sections.composed(chart)
    blocks = [
        Fields(_header(making), 2),
        *_admission(found, chart),
        *_findings(found, chart),
        *_treatment(found, chart),
        *visits.residue(found, chart, USED),
        *_discharge(found, chart),
        visits.signed(making),
        Paragraph(COPIES, "small"),
    ]
    return letter(KIND, making, blocks)


def _header(making: Making) -> tuple[tuple[str, str], ...]:
    chart, patient = making.chart, making.chart.patient
    first, last = (_moment(chart, side) for side in ("start", "end"))
    doctor = letters.person(chart, composition.attending(chart.about))
    return (
        ("No. RM", wording.record_number(saying.record_number(patient)) or wording.DASH),
        ("Nama", saying.name(patient)),
        ("Tanggal lahir", birth(patient, chart, first.date() if first else making.today)),
        ("Jenis kelamin", wording.gender(patient.get("gender", ""))),
        ("Alamat", saying.address(patient)),
        ("Cara bayar", visits.payer(chart)),
        ("Masuk", results.time_of(first, chart)),
        ("Keluar", results.time_of(last, chart)),
        ("Lama rawat", _length(first, last)),
        ("Kelas", service_class(chart)),
        ("Kamar", visits.place(chart.about, chart)),
        ("DPJP", saying.name(doctor)),
    )


def _moment(chart: Chart, side: str) -> datetime | None:
    value = chart.about.get("period", {}).get(side)
    return chart.moment(value) if value and len(value) > 10 else None


def _length(first: datetime | None, last: datetime | None) -> str:
    """In days, as hospitals count them: the day of leaving is not one, but a stay has at least one."""
    if first is None or last is None:
        return wording.DASH
    days = max((last.date() - first.date()).days, 1)
    return f"{days} hari"


def service_class(chart: Chart) -> str:
    """Kelas 2: of the last place."""
    for row in reversed(chart.about.get("location", ())):
        told = values(row, SERVICE_CLASS).get("value")
        if isinstance(told, dict):
            return saying.concept(told)
    return wording.DASH


def _admission(found: Resource, chart: Chart) -> list[Block]:
    first = composition.diagnoses(chart, sections.told(found, "42347-5", chart)[1])
    reasons = saying.listed(saying.concept(one) for one in chart.about.get("reasonCode", ()))
    source = chart.about.get("hospitalization", {}).get("admitSource")
    known = next((SOURCES[code] for code in SOURCES if code in composition.categories({"category": source})), "")
    rows = [
        ("Cara masuk", known or saying.concept(source)),
        ("Diagnosa awal masuk", describing.in_words(first)),
        ("Alasan masuk dirawat", reasons),
        *((label, _words(found, code, chart)) for label, code in HISTORY),
    ]
    always = ("Diagnosa awal masuk", "Alasan masuk dirawat", "Keluhan utama")
    kept = tuple((label, value) for label, value in rows if value != wording.DASH or label in always)
    return [Heading("Saat Masuk"), Fields(kept)]


def _words(found: Resource, code: str, chart: Chart) -> str:
    """A section in one value, its entries one below the other."""
    words, entries = sections.told(found, code, chart)
    lines = [*([words] if words else []), *(describing.line(one, chart) for one in entries)]
    return "\n".join(lines) or wording.DASH


def _findings(found: Resource, chart: Chart) -> list[Block]:
    words, vital = sections.told(found, "8716-3", chart)
    examined = [
        *([Paragraph(words)] if words else []),
        *_first_and_last(vital, chart),
        *visits.content(found, "10187-3", chart),
        *visits.content(found, "47420-5", chart),
    ]
    course = [*visits.content(found, "8648-8", chart), *visits.content(found, "18776-5", chart)]
    return [
        *visits.headed("Pemeriksaan Fisik", examined),
        *visits.headed("Perjalanan Penyakit Selama Perawatan", course),
        *visits.headed("Pemeriksaan Radiologi", visits.content(found, "18782-3", chart)),
        *visits.headed("Hasil Laboratorium Terpenting", _laboratory(found, chart)),
    ]


def _first_and_last(vital: list[Resource], chart: Chart) -> list[Block]:
    """Vital signs as they were in the beginning and in the end."""
    sets = list(results.signs_by_time(vital, chart))
    if len(sets) < 2:
        return results.vital_signs(vital, chart)
    ends = ((f"{label}, {results.time_of(at, chart)}", signs) for label, (at, signs) in _ends(sets))
    return [*results.signs_table([*ends])]


def _ends(sets: list[tuple[datetime | None, results.Signs]]) -> list[tuple[str, tuple[datetime | None, results.Signs]]]:
    return [("Masuk", sets[0]), ("Terakhir", sets[-1])]


def _laboratory(found: Resource, chart: Chart) -> list[Block]:
    words, reports = sections.told(found, "11502-2", chart)
    measured = [one for report in reports for one in chart.all(report.get("result", ()))]
    measured += [one for one in reports if one["resourceType"] == "Observation"]
    concluded = [str(one["conclusion"]) for one in reports if one.get("conclusion")]
    blocks: list[Block] = [Paragraph(words)] if words else []
    if measured:
        blocks += [results.course(measured, chart), results.legend()]
    return [*blocks, *(Paragraph(f"Kesimpulan: {conclusion}") for conclusion in concluded)]


def _treatment(found: Resource, chart: Chart) -> list[Block]:
    ended = [*sections.told(found, "78375-3", chart)[1]]
    done = visits.content(found, "TK000005", chart) or visits.content(found, "8724-7", chart)
    rows = (
        ("Alergi / reaksi obat", _words(found, "48765-2", chart)),
        ("Diet", _words(found, "42344-2", chart)),
        ("Hasil yang belum selesai", saying.listed(pending(chart))),
    )
    diagnoses = visits.described("78375-3", ended, chart) or [Paragraph(wording.DASH)]
    return [
        *visits.headed("Obat Selama di Rumah Sakit", visits.content(found, "42346-7", chart)),
        *visits.headed("Imunisasi", visits.content(found, "11369-6", chart)),
        Heading("Diagnosa"),
        *diagnoses,
        *visits.headed("Tindakan dan Operasi", done),
        Heading("Perhatian"),
        Fields(rows),
    ]


def pending(chart: Chart) -> list[str]:
    """Results of the laboratory that are still to come: reports that are not final, requests without a report."""
    visit = composition.of_visit(chart)
    reports = composition.results(visit)
    answered = {str(one.get("reference")) for report in reports for one in report.get("basedOn", ())}
    asked = [one for one in composition.current(visit, "ServiceRequest") if LABORATORY in composition.categories(one)]
    open_requests = [
        one for one in asked if one.get("status") == "active" and f"ServiceRequest/{one['id']}" not in answered
    ]
    unfinished = [one for one in reports if one.get("status") in PENDING]
    return [saying.concept(one.get("code")) for one in (*unfinished, *open_requests)]


def _discharge(found: Resource, chart: Chart) -> list[Block]:
    taught = visits.content(found, "34895-3", chart)
    controls = [describing.line(one, chart) for one in sections.told(found, "8653-8", chart)[1]]
    follow_up = sections.told(found, "8653-8", chart)[0]
    rows = (
        ("Cara keluar", visits.way_out(chart)),
        ("Keadaan waktu keluar", visits.condition(found, chart) or wording.DASH),
        ("Anjuran", visits.advice(chart) or wording.DASH),
        ("Tindak lanjut", "\n".join([*([follow_up] if follow_up else []), *controls]) or wording.DASH),
    )
    medicines = visits.content(found, "75311-1", chart)
    return [
        *visits.headed("Instruksi dan Edukasi", taught),
        Together((Heading("Keadaan Pulang"), Fields(rows))),
        *visits.headed("Obat Pulang", medicines),
    ]


KIND = Kind(
    "ringkasan-pulang",
    Text("Inpatient discharge summary", "Ringkasan Pulang Rawat Inap"),
    "Encounter",
    visits.OF_ENCOUNTER,
    sheet,
    number=("RP", "RANAP"),
    coding=composition.INPATIENT,
    also=visits.ALSO,
    signers=letters.attending,
)
