"""One resource as a line of a document, or several of a kind as a table. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from exports import saying, wording
from exports.chart import Chart, when
from exports.composition import categories
from exports.sheet import Block, Column, Items, Mark, Paragraph, Row, Table
from fhir_server.messages import Resource
from resources.systems import ICD_9_CM, ICD_10, LOINC

VITAL_NAMES = {
    "8480-6": "Tekanan darah sistolik",
    "8462-4": "Tekanan darah diastolik",
    "8867-4": "Nadi",
    "9279-1": "Pernapasan",
    "8310-5": "Suhu tubuh",
    "29463-7": "Berat badan",
    "8302-2": "Tinggi badan",
    "39156-5": "Indeks massa tubuh",
    "2708-6": "Saturasi oksigen",
    "59408-5": "Saturasi oksigen",
    "8287-5": "Lingkar kepala",
    "8280-0": "Lingkar perut",
    "85354-9": "Tekanan darah",
}
"""LOINC -> what the form calls it. https://loinc.org"""

FLAGS = {"L": "L", "H": "H", "LL": "LL *", "HH": "HH *", "A": "A", "AA": "AA *", "<": "<", ">": ">"}
CRITICAL = frozenset(("LL", "HH", "AA"))
ABNORMAL = frozenset(("L", "H", "A", "<", ">")) | CRITICAL


def blocks(resources: Sequence[Resource], chart: Chart) -> list[Block]:
    """Observations as one table, reports each as a table with its name, others as a list."""
    found: list[Block] = []
    observations = [one for one in resources if one["resourceType"] == "Observation"]
    reports = [one for one in resources if one["resourceType"] == "DiagnosticReport"]
    others = [one for one in resources if one not in observations and one not in reports]
    if others:
        found.append(Items(tuple(line(one, chart) for one in others), numbered=len(others) > 1))
    if observations:
        found.append(results(observations, chart))
    for report in reports:
        found += report_blocks(report, chart)
    return found


def line(resource: Resource, chart: Chart) -> str:
    """Type by type what a reader wants to know; of a type that none is given for, its code and day."""
    return LINES.get(resource["resourceType"], _plain)(resource, chart)


def _condition(resource: Resource, chart: Chart) -> str:
    notes = [note.get("text", "") for note in resource.get("note", ())]
    return ". ".join([saying.with_code(resource.get("code"), ICD_10), *filter(None, notes)])


def _allergy(resource: Resource, chart: Chart) -> str:
    reactions = [
        saying.concept(sign) for reaction in resource.get("reaction", ()) for sign in reaction.get("manifestation", ())
    ]
    return saying.concept(resource.get("code")) + (f" (reaksi: {', '.join(reactions)})" if reactions else "")


def _procedure(resource: Resource, chart: Chart) -> str:
    day = chart.day(when(resource))
    return saying.with_code(resource.get("code"), ICD_9_CM) + (f", {wording.long_date(day)}" if day else "")


def _medicine(resource: Resource, chart: Chart) -> str:
    amount = resource.get("dispenseRequest", {}).get("quantity") or resource.get("quantity")
    number = f" No. {saying.quantity(amount)}" if amount else ""
    return f"{medicine(resource, chart)}{number}: {saying.dosage(resource)}"


def medicine(resource: Resource, chart: Chart) -> str:
    """The name of what was prescribed, handed out or taken."""
    if "medicationCodeableConcept" in resource:
        return saying.concept(resource["medicationCodeableConcept"])
    reference = resource.get("medicationReference", {})
    found = chart.get(reference, resource)
    return saying.concept(found.get("code")) if found is not None else str(reference.get("display") or wording.DASH)


def _plan(resource: Resource, chart: Chart) -> str:
    texts = [resource.get("title"), resource.get("description")]
    return ": ".join(text for text in texts if text) or _plain(resource, chart)


def _appointment(resource: Resource, chart: Chart) -> str:
    day = chart.day(resource.get("start"))
    kind = saying.listed(saying.concept(one) for one in resource.get("serviceType", ()))
    return f"Kontrol {kind}" + (f", {wording.long_date(day)}" if day else "")


def _impression(resource: Resource, chart: Chart) -> str:
    return str(resource.get("summary") or resource.get("description") or _plain(resource, chart))


def _relative(resource: Resource, chart: Chart) -> str:
    ills = saying.listed(saying.concept(one.get("code")) for one in resource.get("condition", ()))
    return f"{saying.concept(resource.get('relationship'))}: {ills}"


def _vaccine(resource: Resource, chart: Chart) -> str:
    day = chart.day(resource.get("occurrenceDateTime"))
    return saying.concept(resource.get("vaccineCode")) + (f", {wording.long_date(day)}" if day else "")


def _plain(resource: Resource, chart: Chart) -> str:
    day = chart.day(when(resource))
    return saying.concept(resource.get("code")) + (f", {wording.long_date(day)}" if day else "")


LINES: Mapping[str, Callable[[Resource, Chart], str]] = {
    "Condition": _condition,
    "AllergyIntolerance": _allergy,
    "Procedure": _procedure,
    "MedicationRequest": _medicine,
    "MedicationStatement": _medicine,
    "CarePlan": _plan,
    "Appointment": _appointment,
    "ClinicalImpression": _impression,
    "FamilyMemberHistory": _relative,
    "Immunization": _vaccine,
}

RESULT_COLUMNS = (
    Column("Pemeriksaan", 3),
    Column("Hasil", 1.6, "right"),
    Column("", 0.5),
    Column("Nilai rujukan", 1.6),
    Column("Satuan", 1),
)


def results(observations: Sequence[Resource], chart: Chart) -> Table:
    """What was measured, component by component."""
    return Table(RESULT_COLUMNS, tuple(row for one in observations for row in result_rows(one)))


def result_rows(observation: Resource) -> list[Row]:
    components = observation.get("component", ())
    own = [observation] if not components or any(key.startswith("value") for key in observation) else []
    return [_row(one) for one in (*own, *components)]


def _row(one: Resource) -> Row:
    flags = categories(one, "interpretation")
    flag = next((FLAGS[code] for code in FLAGS if code in flags), "")
    mark: Mark = "critical" if flags & CRITICAL else "abnormal" if flags & ABNORMAL else ""
    value = one.get("valueQuantity")
    if isinstance(value, dict) and "value" in value:
        shown, unit = (
            saying.quantity({**value, "unit": "", "code": ""}),
            str(value.get("unit") or value.get("code") or ""),
        )
    else:
        shown, unit = saying.observed(one), ""
    return Row((test_name(one), shown, flag, reference_range(one), unit), mark)


def test_name(one: Resource) -> str:
    return VITAL_NAMES.get(saying.code(one.get("code"), LOINC)) or saying.concept(one.get("code"))


def reference_range(one: Resource) -> str:
    """12,0 – 16,0; of several the first: the laboratory sends that of the patient's sex and age first."""
    for row in one.get("referenceRange", ()):
        low, high = row.get("low", {}).get("value"), row.get("high", {}).get("value")
        if row.get("text"):
            return str(row["text"])
        if low is not None and high is not None:
            return f"{wording.decimal(low)} – {wording.decimal(high)}"
        if low is not None or high is not None:
            return f"≥ {wording.decimal(low)}" if high is None else f"≤ {wording.decimal(high)}"
    return ""


def report_blocks(report: Resource, chart: Chart) -> list[Block]:
    day = chart.day(report.get("issued") or when(report))
    title = saying.concept(report.get("code")) + (f", {wording.long_date(day)}" if day else "")
    found: list[Block] = [Paragraph(title, "strong")]
    observations = chart.all(report.get("result", ()))
    if observations:
        found.append(results(observations, chart))
    if conclusion := report.get("conclusion"):
        found.append(Paragraph(f"Kesimpulan: {conclusion}"))
    return found
