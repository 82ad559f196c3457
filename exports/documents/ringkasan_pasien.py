"""Ringkasan pasien: what matters of a record on few pages, in Bahasa Indonesia or in English.

What is chosen for each section is what $summary chooses; results and vital signs are those of 24 months.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from exports import composition, describing, results, saying, wording
from exports.chart import Chart, name_of, when
from exports.documents import letters, visits
from exports.documents.patient_curves import curves
from exports.gathering import Further, Read
from exports.making import Kind, Making, birth, letter, told
from exports.sheet import Block, Column, Fields, Heading, Paragraph, Row, Sheet, Table, Together
from exports.units import Language
from fhir_server.interactions.operations import summary_sections as ips
from fhir_server.messages import Parameters, Resource
from resources.issues import Text
from resources.systems import ICD_9_CM, ICD_10

BACK = timedelta(days=731)
MOST_VISITS = 15
ACTIVE = frozenset(("active", "recurrence", "relapse"))
REFUTED = frozenset(("refuted", "entered-in-error"))
FINAL = frozenset(("final", "amended", "corrected"))
TAKEN = frozenset(("active", "on-hold", "intended"))
HELD = frozenset(("arrived", "triaged", "in-progress", "onleave", "finished"))
CLASSES = {
    "AMB": Text("Outpatient", "Rawat jalan"),
    "EMER": Text("Emergency", "Gawat darurat"),
    "IMP": Text("Inpatient", "Rawat inap"),
    "OBSENC": Text("Observation", "Observasi"),
    "HH": Text("At home", "Kunjungan rumah"),
    "VR": Text("Telemedicine", "Telekonsultasi"),
}
NOTHING = Text("Nothing is recorded.", "Tidak ada yang tercatat.")
EARLIER = Text("and {} earlier visits", "dan {} kunjungan sebelumnya")
REMARK = Text(
    "It holds what whoever printed it may see. What is not recorded here may still be so.",
    "Memuat data yang boleh dilihat oleh pencetaknya. Yang tidak tercatat di sini belum tentu tidak ada.",
)

Titles = tuple[Text, ...]


def recent(chart: Chart) -> Parameters:
    """Results and vital signs of the two years before the newest visit; of who never came, all."""
    days = [day for one in chart.of("Encounter") if (day := chart.day(when(one))) is not None]
    asked = (
        ("patient", chart.patient_name),
        ("category", "vital-signs,laboratory"),
        ("status", ",".join(sorted(FINAL))),
    )
    return (*asked, ("date", f"ge{max(days) - BACK}")) if days else asked


def sheet(making: Making) -> Sheet:
    chart, language = making.chart, making.language
    blocks: list[Block] = [
        Fields(_header(making), 2),
        *_allergies(chart, language),
        *_problems(chart, language),
        *_medicines(chart, language),
        *_vital_signs(chart, language),
        *_results(chart, language),
        *curves(_observations(chart), chart, language),
        *_immunizations(chart, language),
        *_procedures(chart, language),
        *_visits(chart, language),
        Paragraph(REMARK.in_language(language), "small"),
    ]
    return letter(KIND, making, blocks)


def _header(making: Making) -> tuple[tuple[str, str], ...]:
    chart, patient, language = making.chart, making.chart.patient, making.language
    labels = {
        "id": ("Nama", "No. RM", "Tanggal lahir", "Jenis kelamin", "Golongan darah", "Telepon", "Alamat"),
        "en": ("Name", "Medical record no.", "Date of birth", "Sex", "Blood group", "Telephone", "Address"),
    }[language]
    values = (
        saying.name(patient),
        wording.record_number(saying.record_number(patient)) or wording.DASH,
        birth(patient, chart, making.today, language),
        wording.gender(patient.get("gender", ""), language),
        _blood_group(chart, language),
        saying.telecom(patient, "phone") or wording.DASH,
        saying.address(patient),
    )
    return tuple(zip(labels, values, strict=True))


def _blood_group(chart: Chart, language: Language) -> str:
    observations = letters.observations(chart)
    found = [letters.newest(observations, *codes) for codes in (("883-9", "882-1", "57743-7"), ("10331-7",))]
    return saying.listed(saying.observed(one, language) for one in found if one is not None)


def _own(chart: Chart, type: str) -> list[Resource]:
    """Of this patient, the newest first, without what is void."""
    subjects = (
        (one, name_of(one.get("subject") or one.get("patient"), chart.base)) for one in composition.current(chart, type)
    )
    return [one for one, subject in subjects if subject == chart.patient_name][::-1]


def _titled(title: Text, table: Table | None, language: Language) -> list[Block]:
    blocks: list[Block] = [table] if table is not None and table.rows else []
    return [Heading(title.in_language(language)), *told(blocks, NOTHING.in_language(language))]


def _columns(titles: Titles, shares: Sequence[float], language: Language) -> tuple[Column, ...]:
    return tuple(Column(title.in_language(language), share) for title, share in zip(titles, shares, strict=True))


def _date(value: str, chart: Chart, language: Language) -> str:
    day = chart.day(value)
    return wording.long_date(day, language) if day else value or wording.DASH


def _allergies(chart: Chart, language: Language) -> list[Block]:
    found = [
        one
        for one in _own(chart, "AllergyIntolerance")
        if not composition.categories(one, "clinicalStatus") & {"inactive", "resolved"}
        and not composition.categories(one, "verificationStatus") & REFUTED
    ]
    risk = {"high": Text("high", "tinggi"), "low": Text("low", "rendah")}
    rows = []
    for one in found:
        signs = [sign for reaction in one.get("reaction", ()) for sign in reaction.get("manifestation", ())]
        how = saying.listed(saying.concept(sign, language) for sign in signs)
        is_severe = one.get("criticality") == "high"
        danger = risk[one["criticality"]].in_language(language) if one.get("criticality") in risk else wording.DASH
        rows.append(Row((saying.concept(one.get("code"), language), how, danger), "critical" if is_severe else ""))
    titles = (Text("Allergy to", "Alergi terhadap"), Text("Reaction", "Reaksi"), Text("Risk", "Risiko"))
    table = Table(_columns(titles, (2, 3, 1), language), tuple(rows))
    return _titled(Text("Allergies and intolerances", "Alergi dan Intoleransi"), table, language)


def problems(chart: Chart) -> list[Resource]:
    """Active ones, of several entries of one diagnosis the first: since when it is known."""
    found: dict[str, Resource] = {}
    for one in _own(chart, "Condition"):
        is_diagnosis = composition.categories(one) & {"problem-list-item", "encounter-diagnosis"}
        is_active = composition.categories(one, "clinicalStatus") & ACTIVE
        if is_diagnosis and is_active and not composition.categories(one, "verificationStatus") & REFUTED:
            found[ips.code(one) or one["id"]] = one
    return list(found.values())


def _problems(chart: Chart, language: Language) -> list[Block]:
    rows = tuple(
        Row(
            (
                saying.concept(one.get("code"), language),
                saying.code(one.get("code"), ICD_10) or wording.DASH,
                _date(str(one.get("onsetDateTime") or when(one)), chart, language),
            )
        )
        for one in problems(chart)
    )
    titles = (Text("Problem", "Masalah"), Text("ICD-10", "ICD-10"), Text("Since", "Sejak"))
    table = Table(_columns(titles, (4, 1, 1.6), language), rows)
    return _titled(Text("Active problems", "Masalah Kesehatan Aktif"), table, language)


def _medicines(chart: Chart, language: Language) -> list[Block]:
    found: dict[str, Row] = {}
    for one in (*_own(chart, "MedicationRequest"), *_own(chart, "MedicationStatement")):
        name = describing.medicine(one, chart)
        if one.get("status") in TAKEN and name not in found:
            found[name] = Row((name, saying.dosage(one, language), _date(when(one), chart, language)))
    titles = (Text("Medicine", "Obat"), Text("How it is taken", "Aturan pakai"), Text("Prescribed", "Diresepkan"))
    table = Table(_columns(titles, (3, 3, 1.6), language), tuple(found.values()))
    return _titled(Text("Current medicines", "Obat yang Sedang Dipakai"), table, language)


def _observations(chart: Chart) -> list[Resource]:
    """The oldest first."""
    return [one for one in _own(chart, "Observation")[::-1] if one.get("status") in FINAL]


def _vital_signs(chart: Chart, language: Language) -> list[Block]:
    """Those of the last time."""
    vital = [one for one in _observations(chart) if "vital-signs" in composition.categories(one)]
    sets = list(results.signs_by_time(vital, chart, language))
    title = Text("Vital signs", "Tanda Vital Terakhir").in_language(language)
    if not sets:
        return []
    at, signs = sets[-1]
    dated = f"{title}, {wording.long_date(at.date(), language)}" if at is not None else title
    return [Together((Heading(dated), Fields(tuple(signs.items()), 2)))]


def _results(chart: Chart, language: Language) -> list[Block]:
    """The last of each test."""
    last: dict[str, Row] = {}
    for whole in sorted(_observations(chart), key=results.taken):
        if "laboratory" not in composition.categories(whole):
            continue
        for one in results.measured(whole):
            row = results.row(one, chart, whole, language)
            day = _date(results.taken(whole), chart, language)
            last[row.cells[0]] = Row((*row.cells, day), row.mark)
    titles = (
        *(Text(*pair) for pair in zip(results.TITLES["en"], results.TITLES["id"], strict=True)),
        Text("Date", "Tanggal"),
    )
    columns = _columns(titles, (2.6, 1.3, 0.9, 1.5, 1, 1.7), language)
    columns = (columns[0], replace(columns[1], align="right"), *columns[2:])
    table = Table(columns, tuple(last[name] for name in sorted(last)))
    title = Text("Last laboratory results (24 months)", "Hasil Laboratorium Terakhir (24 Bulan)")
    return [*_titled(title, table, language), *([results.legend(language)] if last else [])]


def _immunizations(chart: Chart, language: Language) -> list[Block]:
    rows = []
    for one in reversed(_own(chart, "Immunization")):
        if one.get("status") == "completed":
            doses = (
                row.get("doseNumberPositiveInt") or row.get("doseNumberString")
                for row in one.get("protocolApplied", ())
            )
            dose = next((str(dose) for dose in doses if dose), wording.DASH)
            name = saying.concept(one.get("vaccineCode"))
            rows.append(Row((name, dose, _date(str(one.get("occurrenceDateTime", "")), chart, language))))
    titles = (Text("Vaccine", "Vaksin"), Text("Dose", "Dosis ke"), Text("Date", "Tanggal"))
    table = Table(_columns(titles, (4, 1, 1.6), language), tuple(rows))
    return _titled(Text("Immunizations", "Imunisasi"), table, language)


def _procedures(chart: Chart, language: Language) -> list[Block]:
    done = [one for one in _own(chart, "Procedure") if one.get("status") in ("completed", "in-progress")]
    rows = tuple(
        Row(
            (
                saying.concept(one.get("code"), language),
                saying.code(one.get("code"), ICD_9_CM) or wording.DASH,
                _date(when(one), chart, language),
            )
        )
        for one in done[:MOST_VISITS]
    )
    titles = (Text("Procedure", "Tindakan"), Text("ICD-9-CM", "ICD-9-CM"), Text("Date", "Tanggal"))
    table = Table(_columns(titles, (4, 1, 1.6), language), rows)
    return _titled(Text("Procedures", "Tindakan"), table, language)


def _visits(chart: Chart, language: Language) -> list[Block]:
    found = [one for one in _own(chart, "Encounter") if one.get("status") in HELD]
    rows = tuple(Row(_visit(one, chart, language)) for one in found[:MOST_VISITS])
    titles = (
        Text("Date", "Tanggal"),
        Text("Kind", "Jenis"),
        Text("Department", "Unit"),
        Text("Doctor", "Dokter"),
        Text("Diagnosis", "Diagnosa"),
    )
    table = Table(_columns(titles, (1.7, 1.2, 1.8, 2.2, 2.3), language), rows)
    more = len(found) - MOST_VISITS
    rest = [Paragraph(EARLIER.in_language(language).format(more), "quiet")] if more > 0 else []
    return [*_titled(Text("Visits", "Kunjungan"), table, language), *rest]


def _visit(encounter: Resource, chart: Chart, language: Language) -> tuple[str, ...]:
    visit = Chart(f"Encounter/{encounter['id']}", chart.resources, chart.zone, chart.base)
    conditions = (found for row in encounter.get("diagnosis", ()) if (found := chart.get(row.get("condition"))))
    ranked = composition.diagnoses(visit, _diagnoses(conditions))
    kind = CLASSES.get(str(encounter.get("class", {}).get("code")))
    doctor = letters.person(chart, composition.attending(encounter))
    return (
        _date(str(encounter.get("period", {}).get("start", "")), chart, language),
        kind.in_language(language) if kind else wording.DASH,
        visits.unit(encounter, chart),
        saying.name(doctor),
        saying.listed(saying.with_code(one.condition.get("code"), ICD_10, language) for one in ranked),
    )


def _diagnoses(conditions: Iterable[Resource]) -> list[Resource]:
    """Without complaints."""
    return [one for one in conditions if "encounter-diagnosis" in composition.categories(one)]


READS: tuple[Read | Further, ...] = (
    *(
        Read(type, "patient", more)
        for section in (ips.ALLERGIES, ips.MEDICATIONS, ips.IMMUNIZATIONS, ips.PROCEDURES)
        for type, more in section.sources.items()
    ),
    Read("Condition", "patient"),
    Read("Encounter", "patient"),
    Further("Observation", recent),
    letters.LASTING,
)

KIND = Kind(
    "ringkasan-pasien",
    Text("Patient summary", "Ringkasan Pasien"),
    "Patient",
    READS,
    sheet,
    number=("RKP", "RM"),
    coding=("60591-5", "Patient summary Document"),
    signed=False,
    languages=("id", "en"),
)
