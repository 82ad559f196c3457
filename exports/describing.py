"""One resource as a line of a document, or several of a kind as blocks of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from exports import results, saying, wording
from exports.chart import Chart, when
from exports.composition import Diagnosis, categories
from exports.sheet import Block, Column, Items, Paragraph, Row, Table
from exports.units import Language
from fhir_server.messages import Resource
from resources.systems import ICD_9_CM, ICD_10

FOLLOW_UP = "185389009"
"""SNOMED CT: follow-up visit. https://snomed.info/id/185389009"""

ROLES = {
    "id": {"AD": "Saat masuk", "DD": "Sekunder", "": "Lainnya"},
    "en": {"AD": "Admission", "DD": "Secondary", "": "Other"},
}
MAIN = {"id": "Utama", "en": "Main"}


def blocks(resources: Sequence[Resource], chart: Chart) -> list[Block]:
    """Vital signs and results of the laboratory as tables, reports each with its name, others as a list."""
    observations = [one for one in resources if one["resourceType"] == "Observation"]
    vital = [one for one in observations if "vital-signs" in categories(one)]
    numbers = [one for one in observations if one not in vital and "valueQuantity" in one]
    reports = [one for one in resources if one["resourceType"] == "DiagnosticReport"]
    others = [one for one in resources if all(one not in some for some in (vital, numbers, reports))]
    found: list[Block] = []
    if others:
        found.append(items([line(one, chart) for one in others]))
    found += results.vital_signs(vital, chart)
    if numbers:
        found.append(results.table(numbers, chart))
    for report in reports:
        found += report_blocks(report, chart)
    return found


def items(lines: Sequence[str]) -> Items:
    """Numbered where there are several."""
    return Items(tuple(lines), numbered=len(lines) > 1)


def line(resource: Resource, chart: Chart, language: Language = "id") -> str:
    """Type by type what a reader wants to know; of a type that none is given for, its code and day."""
    return LINES.get(resource["resourceType"], _plain)(resource, chart, language)


def _dated(words: str, day: str | None, chart: Chart, language: Language) -> str:
    found = chart.day(day)
    return f"{words}, {wording.long_date(found, language)}" if found else words


def _condition(resource: Resource, chart: Chart, language: Language) -> str:
    notes = [note.get("text", "") for note in resource.get("note", ())]
    return ". ".join([saying.with_code(resource.get("code"), ICD_10, language), *filter(None, notes)])


def _allergy(resource: Resource, chart: Chart, language: Language) -> str:
    signs = [sign for reaction in resource.get("reaction", ()) for sign in reaction.get("manifestation", ())]
    told = ", ".join(saying.concept(sign, language) for sign in signs)
    reaction = {"id": "reaksi", "en": "reaction"}[language]
    severe = {"id": "risiko tinggi", "en": "high risk"}[language] if resource.get("criticality") == "high" else ""
    more = "; ".join(part for part in (f"{reaction}: {told}" if told else "", severe) if part)
    return saying.concept(resource.get("code"), language) + (f" ({more})" if more else "")


def _procedure(resource: Resource, chart: Chart, language: Language) -> str:
    return _dated(saying.with_code(resource.get("code"), ICD_9_CM, language), when(resource), chart, language)


def _medicine(resource: Resource, chart: Chart, language: Language) -> str:
    amount = resource.get("dispenseRequest", {}).get("quantity") or resource.get("quantity")
    number = f", {saying.quantity(amount, language)}" if amount else ""
    how = saying.dosage(resource)
    return f"{medicine(resource, chart)}{number}" + (f": {how}" if how != wording.DASH else "")


def medicine(resource: Resource, chart: Chart) -> str:
    """The name of what was prescribed, handed out or taken."""
    if "medicationCodeableConcept" in resource:
        return saying.concept(resource["medicationCodeableConcept"])
    reference = resource.get("medicationReference", {})
    found = chart.get(reference, resource)
    return saying.concept(found.get("code")) if found is not None else str(reference.get("display") or wording.DASH)


def _plan(resource: Resource, chart: Chart, language: Language) -> str:
    texts = [resource.get("title"), resource.get("description")]
    return ": ".join(text for text in texts if text) or _plain(resource, chart, language)


def _appointment(resource: Resource, chart: Chart, language: Language) -> str:
    where = saying.listed(saying.concept(one) for one in resource.get("serviceType", ()))
    at = resource.get("start")
    told = {"id": f"Kontrol {where}", "en": f"Follow-up, {where}"}[language]
    return f"{told}, {wording.date_and_time(chart.moment(at), chart.zone, language)}" if at else told


def _request(resource: Resource, chart: Chart, language: Language) -> str:
    """A control, a referral, or anything else that is asked for."""
    code = categories(resource, "code")
    words = "Kontrol kembali" if FOLLOW_UP in code and language == "id" else saying.concept(resource.get("code"))
    told = _dated(words, resource.get("occurrenceDateTime"), chart, language)
    instruction = resource.get("patientInstruction")
    return f"{told}. {instruction}" if instruction else told


def _impression(resource: Resource, chart: Chart, language: Language) -> str:
    prognosis = saying.listed(saying.concept(one, language) for one in resource.get("prognosisCodeableConcept", ()))
    told = [
        resource.get("summary") or resource.get("description"),
        f"Prognosis: {prognosis}" if prognosis != wording.DASH else "",
    ]
    return ". ".join(part for part in told if part) or _plain(resource, chart, language)


def _relative(resource: Resource, chart: Chart, language: Language) -> str:
    ills = saying.listed(saying.concept(one.get("code"), language) for one in resource.get("condition", ()))
    return f"{saying.concept(resource.get('relationship'), language)}: {ills}"


def _vaccine(resource: Resource, chart: Chart, language: Language) -> str:
    return _dated(
        saying.concept(resource.get("vaccineCode"), language), resource.get("occurrenceDateTime"), chart, language
    )


def _diet(resource: Resource, chart: Chart, language: Language) -> str:
    types = saying.listed(saying.concept(one, language) for one in resource.get("oralDiet", {}).get("type", ()))
    instruction = resource.get("oralDiet", {}).get("instruction")
    notes = [note.get("text") for note in resource.get("note", ())]
    told = [types if types != wording.DASH else "", instruction, *notes]
    return ". ".join(part for part in told if part) or wording.DASH


def _observation(resource: Resource, chart: Chart, language: Language) -> str:
    told = [
        f"{saying.measurement(one, language)}: {saying.observed(one, language)}" for one in results.measured(resource)
    ]
    return "; ".join(told)


def _plain(resource: Resource, chart: Chart, language: Language) -> str:
    return _dated(saying.concept(resource.get("code"), language), when(resource), chart, language)


LINES: Mapping[str, Callable[[Resource, Chart, Language], str]] = {
    "Condition": _condition,
    "AllergyIntolerance": _allergy,
    "Procedure": _procedure,
    "MedicationRequest": _medicine,
    "MedicationStatement": _medicine,
    "MedicationDispense": _medicine,
    "CarePlan": _plan,
    "Appointment": _appointment,
    "ServiceRequest": _request,
    "ClinicalImpression": _impression,
    "FamilyMemberHistory": _relative,
    "Immunization": _vaccine,
    "NutritionOrder": _diet,
    "Observation": _observation,
}


def diagnoses(found: Sequence[Diagnosis], language: Language = "id") -> list[Block]:
    """The main one first, each with its ICD-10 code in a column of its own."""
    is_ranked = any(one.use == "DD" for one in found)
    roles = ROLES[language]
    rows: list[Row] = []
    for one in found:
        is_main = is_ranked and one.use == "DD" and not any(row.cells[0] == MAIN[language] for row in rows)
        role = MAIN[language] if is_main else roles.get(one.use, roles[""]) if is_ranked or one.use else ""
        code = one.condition.get("code")
        rows.append(Row((role, saying.concept(code, language), saying.code(code, ICD_10) or wording.DASH)))
    title = {"id": "Diagnosa", "en": "Diagnosis"}[language]
    return [Table((Column("", 1), Column(title, 5), Column("ICD-10", 1)), tuple(rows))] if rows else []


def in_words(found: Sequence[Diagnosis]) -> str:
    """Demam tifoid (A01.0); Hipertensi (I10)"""
    return saying.listed(saying.with_code(one.condition.get("code"), ICD_10) for one in found)


def procedures(found: Sequence[Resource], chart: Chart) -> list[Block]:
    """The main one (the record's order) first, each with its day and its ICD-9-CM code."""
    rows = []
    for place, one in enumerate(found):
        day = chart.day(when(one))
        code = one.get("code")
        told = (saying.concept(code), wording.long_date(day) if day else "")
        rows.append(Row(("Sekunder" if place else "Utama", *told, saying.code(code, ICD_9_CM) or wording.DASH)))
    columns = (Column("", 1), Column("Tindakan", 3.4), Column("Tanggal", 1.6), Column("ICD-9-CM", 1))
    return [Table(columns, tuple(rows))] if rows else []


def report_blocks(report: Resource, chart: Chart, language: Language = "id") -> list[Block]:
    title = _dated(saying.concept(report.get("code"), language), report.get("issued") or when(report), chart, language)
    found: list[Block] = [Paragraph(title, "strong")]
    observations = chart.all(report.get("result", ()))
    told = [one for one in observations if "valueString" in one]
    counted = [one for one in observations if one not in told]
    if counted:
        found.append(results.table(counted, chart, language))
    found += [Paragraph(_told(one, report, language)) for one in told]
    if conclusion := report.get("conclusion"):
        found.append(Paragraph({"id": "Kesimpulan", "en": "Conclusion"}[language] + f": {conclusion}"))
    return found


def _told(observation: Resource, report: Resource, language: Language) -> str:
    """Findings in words; under the report's own name without a name of their own."""
    name, words = saying.measurement(observation, language), saying.observed(observation, language)
    return words if name == saying.concept(report.get("code"), language) else f"{name}: {words}"
