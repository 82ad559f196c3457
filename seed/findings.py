"""What is found at the bedside: complaints, diagnoses, vital signs, allergies."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

from fhir_server.messages import Resource
from resources.systems import LOINC, UCUM
from seed.chart import Chart, Visit, add, note
from seed.codes import ALLERGENS, CONFLICTS, DIAGNOSES, ICD10
from seed.elements import KEMKES, Element, Number, concept, hl7, identifier, instant, local_id, reference

_VITAL_SIGNS = [hl7("observation-category", "vital-signs", "Vital Signs")]
_DIAGNOSIS = [hl7("condition-category", "encounter-diagnosis", "Encounter Diagnosis")]
_PROBLEM = [hl7("condition-category", "problem-list-item", "Problem List Item")]
_COMPLAINT = [concept(KEMKES, "chief-complaint", "Chief Complaint")]
_CONFIRMED = hl7("condition-ver-status", "confirmed", "Confirmed")
CLINICAL = {
    "active": hl7("condition-clinical", "active", "Active"),
    "resolved": hl7("condition-clinical", "resolved", "Resolved"),
}
USES = {
    "DD": hl7("diagnosis-role", "DD", "Discharge diagnosis"),
    "AD": hl7("diagnosis-role", "AD", "Admission diagnosis"),
    "CC": hl7("diagnosis-role", "CC", "Chief complaint"),
}

SIGNS = {
    "systolic": ("8480-6", "Systolic blood pressure", "mm[Hg]"),
    "diastolic": ("8462-4", "Diastolic blood pressure", "mm[Hg]"),
    "pulse": ("8867-4", "Heart rate", "/min"),
    "breaths": ("9279-1", "Respiratory rate", "/min"),
    "temperature": ("8310-5", "Body temperature", "Cel"),
    "saturation": ("2708-6", "Oxygen saturation in Arterial blood", "%"),
    "weight": ("29463-7", "Body weight", "kg"),
    "height": ("8302-2", "Body height", "cm"),
    "pain": ("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported", "{score}"),
    "fundus": ("11881-0", "Uterus Fundal height Tape measure", "cm"),
    "fetal-heart": ("55283-6", "Fetal Heart rate", "/min"),
    "coma": ("9269-2", "Glasgow coma score total", "{score}"),
}
_SIGN_CODES = {sign: concept(LOINC, code, display) for sign, (code, display, _) in SIGNS.items()}

_WEIGHTS = ((0, 3.1), (1, 9.2), (2, 11.8), (5, 17.5), (10, 31), (15, 49), (20, 58))
_HEIGHTS = ((0, 49), (1, 75), (2, 86), (5, 108), (10, 136), (15, 157), (20, 160))


def complain(chart: Chart, visit: Visit, text: str) -> None:
    """The chief complaint, in the patient's words."""
    condition = add(
        chart,
        "Condition",
        "keluhan",
        clinicalStatus=CLINICAL["active"],
        category=_COMPLAINT,
        code={"text": text},
        subject=chart.subject,
        encounter=reference(visit.encounter),
        recordedDate=instant(visit.clock),
        recorder=visit.nurse.reference,
    )
    entry = note(visit, "complaint", condition)
    visit.encounter["diagnosis"].append({"condition": entry, "use": USES["CC"]})


def diagnose(
    chart: Chart, visit: Visit, code: str, *, lasting: bool = False, use: str = "DD", heals_in: int = 7
) -> Resource:
    """A diagnosis of this encounter. `lasting`: a problem that stays; else it is over after `heals_in` days."""
    healed = visit.clock + timedelta(days=heals_in)
    over = not lasting and healed.date() < chart.today
    condition = add(
        chart,
        "Condition",
        "diagnosis",
        clinicalStatus=CLINICAL["resolved" if over else "active"],
        verificationStatus=_CONFIRMED,
        category=_DIAGNOSIS,
        code=ICD10[code],
        subject=chart.subject,
        encounter=reference(visit.encounter),
        onsetDateTime=instant(visit.clock - timedelta(days=0 if lasting else 1)),
        **({"abatementDateTime": instant(healed)} if over else {}),
        recordedDate=instant(visit.clock),
        recorder=visit.doctor.reference,
    )
    rank = sum(1 for entry in visit.encounter["diagnosis"] if entry["use"] is USES[use]) + 1
    entry = {**note(visit, "diagnosis", condition), "display": DIAGNOSES[code][1]}
    visit.encounter["diagnosis"].append({"condition": entry, "use": USES[use], "rank": rank})
    if visit.inpatient and rank == 1:
        visit.encounter["diagnosis"].append({"condition": entry, "use": USES["AD"]})
    return condition


def problem(chart: Chart, visit: Visit, code: str) -> Resource:
    """The problem list's entry of a lasting disease, made when it is first seen here."""
    return add(
        chart,
        "Condition",
        "masalah",
        clinicalStatus=CLINICAL["active"],
        verificationStatus=_CONFIRMED,
        category=_PROBLEM,
        code=ICD10[code],
        subject=chart.subject,
        encounter=reference(visit.encounter),
        onsetDateTime=visit.day.isoformat(),
        recordedDate=instant(visit.clock),
        recorder=visit.doctor.reference,
    )


def vitals(chart: Chart, visit: Visit, **found: Number) -> None:
    """Vital signs: the usual ones of that age, with what differs given by name (see SIGNS)."""
    signs = {**usual(chart, visit), **found}
    at = instant(visit.later(3))
    encounter, performer = reference(visit.encounter), [visit.nurse.reference]
    for sign, value in signs.items():
        unit = SIGNS[sign][2]
        observation = add(
            chart,
            "Observation",
            "amatan",
            status="final",
            category=_VITAL_SIGNS,
            code=_SIGN_CODES[sign],
            subject=chart.subject,
            encounter=encounter,
            effectiveDateTime=at,
            issued=at,
            performer=performer,
            valueQuantity={"value": value, "unit": unit, "system": UCUM, "code": unit},
        )
        note(visit, "vitals", observation)


def usual(chart: Chart, visit: Visit) -> dict[str, Number]:
    """What one expects of a well person of that age. The pressure of small children is not taken."""
    rng = chart.rng
    years = chart.person.age(visit.day)
    signs: dict[str, Number] = {}
    if years >= 3:
        signs["systolic"] = rng.randint(106, 128) if years >= 15 else 84 + 2 * years + rng.randint(0, 8)
        signs["diastolic"] = rng.randint(66, 82) if years >= 15 else 52 + years + rng.randint(0, 6)
    signs["pulse"] = rng.randint(68, 94) if years >= 12 else rng.randint(112, 140) - 4 * years
    signs["breaths"] = rng.randint(16, 20) if years >= 12 else rng.randint(32, 38) - years
    signs["temperature"] = tenths(rng, 36.2, 37.1)
    signs["weight"] = weight(chart, visit)
    return signs


def weight(chart: Chart, visit: Visit) -> Decimal:
    """By age and the person's build, a little up and down."""
    age = (visit.day - chart.person.born).days / 365.25
    base = _between(_WEIGHTS, age) * (1.08 if chart.person.gender == "male" else 1)
    return Decimal(f"{base * float(chart.size) + chart.rng.uniform(-0.2, 0.2) * min(age, 3):.1f}")


def height(chart: Chart, visit: Visit) -> Decimal:
    age = (visit.day - chart.person.born).days / 365.25
    base = _between(_HEIGHTS, age) - (6 if chart.person.gender == "female" and age > 15 else 0)
    return Decimal(f"{base * (float(chart.size) + 2) / 3:.0f}")


def tenths(rng: Random, low: float, high: float) -> Decimal:
    """A measured value with one decimal."""
    return Decimal(f"{rng.uniform(low, high):.1f}")


def _between(table: tuple[tuple[float, float], ...], age: float) -> float:
    for (low, first), (high, last) in pairwise(table):
        if age < high:
            return first + (last - first) * (age - low) / (high - low)
    return table[-1][1]


def allergy(chart: Chart, visit: Visit, key: str) -> None:
    """https://hl7.org/fhir/R4/allergyintolerance.html"""
    category, code, text, reaction, severity = ALLERGENS[key]
    chart.avoided.update(CONFLICTS.get(key, ()))
    resource = add(
        chart,
        "AllergyIntolerance",
        "alergi",
        identifier=[identifier(local_id("allergy"), f"ALG-{chart.person.mrn}-{key}")],
        clinicalStatus=hl7("allergyintolerance-clinical", "active", "Active"),
        verificationStatus=hl7("allergyintolerance-verification", "confirmed", "Confirmed"),
        type="allergy",
        category=[category],
        criticality="high" if severity == "severe" else "low",
        code=_allergen(code, text),
        patient=chart.subject,
        encounter=reference(visit.encounter),
        recordedDate=instant(visit.clock),
        recorder=visit.doctor.reference,
        reaction=[{"manifestation": [{"text": reaction}], "severity": severity}],
    )
    note(visit, "allergies", resource)


def _allergen(code: Element, text: str) -> Element:
    return {"coding": [code], "text": text} if code else {"text": text}
