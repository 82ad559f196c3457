"""Hasil laboratorium: results of one report in groups, what is normal for this patient, what was measured before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from exports import composition, measurements, normal, results, saying, wording
from exports.chart import Chart, name_of
from exports.documents import letters, visits
from exports.gathering import Further
from exports.making import Kind, Making, birth, letter, signature
from exports.sheet import (
    Beside,
    Block,
    Column,
    Fields,
    Heading,
    Paragraph,
    Plot,
    Row,
    Sheet,
    Signatures,
    Table,
    Together,
)
from fhir_server.errors import NotFound
from fhir_server.messages import Parameters, Resource
from resources.issues import Text
from resources.systems import LOINC

BACK = timedelta(days=731)
"""How far back the curves look: 24 months."""

MOST_CODES = 40
MOST_PLOTS = 6
NOT_LABORATORY = frozenset(("RAD", "IMG", "RX", "CT", "US", "NMR"))
VOID = frozenset(("cancelled", "entered-in-error"))
STATES = {
    "registered": "HASIL SEMENTARA: belum ada hasil yang disahkan.",
    "partial": "HASIL SEMENTARA: belum semua hasil selesai.",
    "preliminary": "HASIL SEMENTARA: belum disahkan penanggung jawab laboratorium.",
    "amended": "HASIL PERBAIKAN: menggantikan hasil yang diberikan sebelumnya.",
    "corrected": "HASIL PERBAIKAN: menggantikan hasil yang diberikan sebelumnya.",
    "appended": "HASIL TAMBAHAN: melengkapi hasil yang diberikan sebelumnya.",
}
SPECIMENS = {
    "119297000": "Darah",
    "119364003": "Serum",
    "119361006": "Plasma",
    "122575003": "Urin",
    "119334006": "Sputum",
    "119339001": "Feses",
}
"""SNOMED CT -> what the laboratory calls it."""

COLUMNS = (
    Column("No", 0.5, "right"),
    Column("Pemeriksaan", 2.8),
    Column("Hasil", 1.5, "right"),
    Column("", 0.9),
    Column("Nilai rujukan", 1.5),
    Column("Satuan", 1),
    Column("Keterangan", 1.7),
)


def earlier(chart: Chart) -> Parameters:
    """What was measured of the same by the same codes in the months before."""
    members = list(expanded(chart.all(chart.about.get("result", ())), chart))
    codes = {saying.code(one.get("code"), LOINC) for one in members if "valueQuantity" in one} - {""}
    last = _moment(chart)
    if not codes or last is None or not chart.patient_name:
        return ()
    asked = ",".join(f"{LOINC}|{code}" for code in sorted(codes)[:MOST_CODES])
    since, until = (last - BACK).date(), last.date()
    return (("patient", chart.patient_name), ("code", asked), ("date", f"ge{since}"), ("date", f"le{until}"))


def sheet(making: Making) -> Sheet:
    """Raises NotFound for a report of another kind, and for one that was withdrawn."""
    chart, report = making.chart, making.chart.about
    if composition.categories(report) & NOT_LABORATORY:
        raise NotFound(Text("This is no report of the laboratory.", "Ini bukan laporan laboratorium."))
    if report.get("status") in VOID:
        raise NotFound(Text("This report was withdrawn.", "Laporan ini telah dibatalkan."))
    measured = list(expanded(chart.all(report.get("result", ())), chart))
    state = STATES.get(str(report.get("status")))
    blocks: list[Block] = [
        Fields(_header(making), 2),
        *([Paragraph(state, "strong")] if state else []),
        *_alarm(measured, chart),
        *_results(measured, report, chart),
        *([Paragraph(f"Kesimpulan: {report['conclusion']}")] if report.get("conclusion") else []),
        *_curves(measured, chart),
        Signatures((signature(making, _responsible(chart), "Penanggung Jawab Laboratorium"),)),
    ]
    return letter(KIND, making, blocks)


def _header(making: Making) -> tuple[tuple[str, str], ...]:
    chart, report, patient = making.chart, making.chart.about, making.chart.patient
    last = _moment(chart)
    visit = chart.get(report.get("encounter"))
    requests = chart.all(report.get("basedOn", ()))
    asked_by = letters.person(chart, *(one.get("requester") for one in requests))
    specimens = chart.all(report.get("specimen", ()))
    received = sorted(str(one["receivedTime"]) for one in specimens if len(one.get("receivedTime", "")) > 10)
    return (
        ("No. laboratorium", _number(report)),
        ("Nama", saying.name(patient)),
        ("No. RM", wording.record_number(saying.record_number(patient)) or wording.DASH),
        ("Tanggal lahir", birth(patient, chart, last.date() if last else making.today)),
        ("Jenis kelamin", wording.gender(patient.get("gender", ""))),
        ("Poli / ruang", _ward(visit, chart)),
        ("Dokter pengirim", saying.name(asked_by)),
        ("Bahan", saying.listed(_specimen(one) for one in specimens)),
        ("Diterima", results.time_of(chart.moment(received[0]) if received else None, chart)),
        ("Selesai", results.time_of(last, chart)),
    )


def _number(report: Resource) -> str:
    numbers = (str(row["value"]) for row in report.get("identifier", ()) if row.get("value"))
    return next(numbers, wording.DASH)


def _moment(chart: Chart) -> datetime | None:
    """When the report was made known, else when the specimen was taken."""
    issued = str(chart.about.get("issued") or "")
    return chart.moment(issued) if issued else results.moment(chart.about, chart)


def _ward(visit: Resource | None, chart: Chart) -> str:
    if visit is None:
        return wording.DASH
    return visits.place(visit, chart) if composition.is_stay(visit) else visits.unit(visit, chart)


def _specimen(specimen: Resource) -> str:
    code = next((code for code in SPECIMENS if code in composition.categories(specimen, "type")), "")
    return SPECIMENS.get(code) or saying.concept(specimen.get("type"))


def _responsible(chart: Chart) -> Resource | None:
    report = chart.about
    return letters.person(chart, *report.get("resultsInterpreter", ()), *report.get("performer", ()))


def expanded(observations: Iterable[Resource], chart: Chart) -> Iterator[Resource]:
    """Each Observation with what a panel is made of; of a panel without a value of its own only that."""
    seen: set[str] = set()
    waiting = list(observations)
    while waiting:
        one = waiting.pop(0)
        if one["id"] in seen or one["resourceType"] != "Observation" or one.get("status") in VOID:
            continue
        seen.add(one["id"])
        members = chart.all(one.get("hasMember", ()))
        waiting[:0] = members
        if not members or "component" in one or any(key.startswith("value") for key in one):
            yield one


def _results(measured: Sequence[Resource], report: Resource, chart: Chart) -> list[Block]:
    """One table, a heading for each group."""
    groups: dict[measurements.Group, list[tuple[Resource, Resource]]] = {}
    for whole in measured:
        for one in results.measured(whole):
            groups.setdefault(_group(one, report), []).append((one, whole))
    rows: list[Row] = []
    for group in measurements.GROUPS:
        rows += [Row((group[0],), "group")] if group in groups else []
        for one, whole in groups.get(group, ()):
            number = sum(row.mark != "group" for row in rows) + 1
            told = results.row(one, chart, whole)
            rows.append(Row((f"{number}.", *told.cells, _remarks(one, whole, chart)), told.mark))
    if not rows:
        return [Paragraph("Tidak ada hasil yang dapat ditampilkan.", "quiet")]
    return [Table(COLUMNS, tuple(rows)), results.legend()]


def _group(one: Resource, report: Resource) -> measurements.Group:
    known = measurements.TESTS.get(saying.code(one.get("code"), LOINC))
    if known is not None:
        return known.group
    sections = composition.categories(report)
    return next((group for code, group in measurements.SECTIONS.items() if code in sections), measurements.OTHERS)


def _remarks(one: Resource, whole: Resource, chart: Chart) -> str:
    """Critical, corrected, the laboratory's notes, the method."""
    is_critical = normal.flag(one, results.whose(whole, chart)) in normal.CRITICAL
    method = saying.concept(whole.get("method"))
    told = [
        "KRITIS" if is_critical else "",
        "dikoreksi" if whole.get("status") in ("amended", "corrected") else "",
        *(str(note.get("text", "")) for note in whole.get("note", ())),
        method if method != wording.DASH else "",
    ]
    return "; ".join(part for part in told if part)


def _alarm(measured: Sequence[Resource], chart: Chart) -> list[Block]:
    """Critical results once more above all others, in words."""
    critical = [
        f"{saying.measurement(one)} {saying.observed(one)}"
        for whole in measured
        for one in results.measured(whole)
        if normal.flag(one, results.whose(whole, chart)) in normal.CRITICAL
    ]
    return [Paragraph(f"NILAI KRITIS: {', '.join(critical)}", "strong")] if critical else []


def _curves(measured: Sequence[Resource], chart: Chart) -> list[Block]:
    """Two abreast; those that are out of range first, as many as a reader looks at."""
    ordered = sorted(measured, key=lambda one: not normal.flag(one, results.whose(one, chart)))
    known = earlier_values(chart)
    drawn = (results.curve(saying.measurement(one), [("", history(one, known, chart))], chart) for one in ordered)
    plots = [plot for plot in drawn if plot is not None][:MOST_PLOTS]
    if not plots:
        return []
    rows = [_abreast(plots[start : start + 2]) for start in range(0, len(plots), 2)]
    return [Together((Heading("Perjalanan Hasil, 24 Bulan Terakhir"), rows[0])), *rows[1:]]


def _abreast(plots: Sequence[Plot]) -> Beside:
    return Beside((plots[0],), tuple(plots[1:]))


def earlier_values(chart: Chart) -> Mapping[str, list[tuple[datetime, Resource]]]:
    """Of this patient, by LOINC code."""
    found: dict[str, list[tuple[datetime, Resource]]] = {}
    for one in composition.current(chart, "Observation"):
        code, at = saying.code(one.get("code"), LOINC), results.moment(one, chart)
        if code and at is not None and name_of(one.get("subject"), chart.base) == chart.patient_name:
            found.setdefault(code, []).append((at, one))
    return found


def history(
    observation: Resource, known: Mapping[str, list[tuple[datetime, Resource]]], chart: Chart
) -> list[Resource]:
    """This result and those of the same code in the 24 months before it."""
    last = results.moment(observation, chart)
    if last is None:
        return []
    rows = known.get(saying.code(observation.get("code"), LOINC), ())
    return [one for at, one in rows if last - BACK <= at <= last]


KIND = Kind(
    "hasil-laboratorium",
    Text("Laboratory results", "Hasil Laboratorium"),
    "DiagnosticReport",
    (Further("Observation", earlier), letters.DOCTORS),
    sheet,
    number=("HL", "LAB"),
    coding=("11502-2", "Laboratory report"),
    signers=lambda chart: (_responsible(chart),),
    also=("Observation", "ServiceRequest", "Specimen"),
)
