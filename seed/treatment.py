"""What is done about it: prescriptions and their dispensing, procedures, immunizations."""

from __future__ import annotations

from datetime import timedelta

from fhir_server.messages import Resource
from resources.systems import ICD_9_CM, UCUM
from seed.chart import Chart, Visit, add, note
from seed.codes import PROCEDURE_KINDS, PROCEDURES, VACCINES
from seed.drugs import ATC, DRUG_FORM_OF, FORMULARY, Drug, dosage
from seed.elements import (
    DRUG_FORM,
    Element,
    coding,
    concept,
    hl7,
    identifier,
    instant,
    kemkes,
    local_id,
    reference,
    span,
    spread,
)

_CATEGORIES = {
    "outpatient": ("outpatient", "Outpatient"),
    "inpatient": ("inpatient", "Inpatient"),
    "discharge": ("discharge", "Discharge"),
}
_REQUEST = {key: [hl7("medicationrequest-category", *value)] for key, value in _CATEGORIES.items()}
_DISPENSE = {
    key: concept("http://terminology.hl7.org/fhir/CodeSystem/medicationdispense-category", *value)
    for key, value in _CATEGORIES.items()
}
_COURSES = {
    "acute": hl7("medicationrequest-course-of-therapy", "acute", "Short course (acute) therapy"),
    "continuous": hl7("medicationrequest-course-of-therapy", "continuous", "Continuing long term therapy"),
}
_WHOLE_PACKS = ("BS055", "BS030", "BS084", "inhaler")
"""Forms of which one pack is given, whatever the days."""

_DOSAGES = {key: [dosage(drug)] for key, drug in FORMULARY.items()}
_BASIC = [
    {
        "coding": [
            coding(
                "http://terminology.kemkes.go.id/CodeSystem/immunization-reason",
                "IM-Dasar",
                "Imunisasi Program Rutin Dasar",
            )
        ]
    }
]
_OF_WOMEN = [kemkes("immunization-reason", "IM-WUS", "Imunisasi Program Rutin Lanjutan Wanita Usia Subur")]
_GIVER = hl7("v2-0443", "AP", "Administering Provider")


def prescribe(
    chart: Chart, visit: Visit, days: int, *drugs: str, reason: Resource | None = None, home: bool = False
) -> None:
    """One prescription of several items, each handed out by the pharmacy. What the patient must not get is left out.
    `home`: what is taken along from a stay."""
    visit.later(5)
    kind = "discharge" if home else "inpatient" if visit.inpatient else "outpatient"
    number = f"R-{chart.person.mrn}-{chart.counts.get('lembar', 0) + 1:03d}"
    chart.counts["lembar"] = chart.counts.get("lembar", 0) + 1
    for place, key in enumerate((key for key in drugs if key not in chart.avoided), start=1):
        request = _request(chart, visit, FORMULARY[key], (number, place, days, kind))
        if reason:
            request["reasonReference"] = [reference(reason)]
        _dispense(chart, visit, request, days)


def _request(chart: Chart, visit: Visit, drug: Drug, item: tuple[str, int, int, str]) -> Resource:
    number, place, days, kind = item
    medication = chart.hospital.medications[drug.key]
    unit = DRUG_FORM_OF[drug.form]
    amount = 1 if drug.form in _WHOLE_PACKS else drug.dose * drug.times * days
    ends = visit.clock + timedelta(days=days)
    request = add(
        chart,
        "MedicationRequest",
        "resep",
        identifier=[
            identifier(local_id("prescription"), number),
            identifier(local_id("prescription-item"), f"{number}-{place}"),
        ],
        status="completed" if ends.date() < chart.today else "active",
        intent="order",
        category=_REQUEST[kind],
        priority="routine",
        medicationReference=reference(medication, drug.name),
        subject=chart.subject,
        encounter=reference(visit.encounter),
        authoredOn=instant(visit.clock),
        requester=visit.doctor.reference,
        courseOfTherapyType=_COURSES["continuous" if days >= 28 else "acute"],
        dosageInstruction=_DOSAGES[drug.key],
        dispenseRequest={
            "validityPeriod": span(visit.clock, ends),
            "numberOfRepeatsAllowed": 0,
            "quantity": {"value": amount, "unit": unit, "system": DRUG_FORM, "code": unit},
            "expectedSupplyDuration": {"value": days, "unit": "days", "system": UCUM, "code": "d"},
            "performer": {"reference": "Organization/org-penunjang"},
        },
    )
    note(visit, "home-medicines" if kind == "discharge" else "medicines", request)
    return request


def _dispense(chart: Chart, visit: Visit, request: Resource, days: int) -> None:
    pharmacist = spread(chart.hospital.staff["pharmacist"], chart.person.number)
    pharmacy = chart.hospital.places["farmasi-inap" if visit.inpatient else "farmasi"]
    prepared = visit.later(4)
    add(
        chart,
        "MedicationDispense",
        "serah",
        identifier=request["identifier"],
        status="completed",
        category=_DISPENSE[request["category"][0]["coding"][0]["code"]],
        medicationReference=request["medicationReference"],
        subject=chart.subject,
        context=request["encounter"],
        performer=[{"actor": pharmacist.reference}],
        location=reference(pharmacy, pharmacy["name"]),
        authorizingPrescription=[reference(request)],
        quantity=request["dispenseRequest"]["quantity"],
        daysSupply={"value": days, "unit": "days", "system": UCUM, "code": "d"},
        whenPrepared=instant(prepared),
        whenHandedOver=instant(visit.later(3)),
        dosageInstruction=request["dosageInstruction"],
    )


def operate(chart: Chart, visit: Visit, code: str, minutes: int = 15, *, room: str | None = None) -> Resource:
    """A procedure by its ICD-9-CM code. https://hl7.org/fhir/R4/procedure.html"""
    title, text, kind = PROCEDURES[code]
    start = visit.later(10)
    procedure = add(
        chart,
        "Procedure",
        "tindakan",
        status="completed",
        category={"coding": [PROCEDURE_KINDS[kind]]},
        code={"coding": [coding(ICD_9_CM, code, title)], "text": text},
        subject=chart.subject,
        encounter=reference(visit.encounter),
        performedPeriod=span(start, visit.later(minutes)),
        performer=[{"actor": visit.doctor.reference}],
    )
    if room:
        place = chart.hospital.places[room]
        procedure["location"] = reference(place, place["name"])
    note(visit, "procedures", procedure)
    return procedure


def immunize(chart: Chart, visit: Visit, vaccine: str, dose: int, *, by: Element | None = None) -> None:
    """https://hl7.org/fhir/R4/immunization.html"""
    name, codes, route = VACCINES[vaccine]
    at = instant(visit.later(3))
    room = chart.hospital.places["ruang-imunisasi"]
    add(
        chart,
        "Immunization",
        "imunisasi",
        status="completed",
        vaccineCode={"coding": codes, "text": name},
        patient=chart.subject,
        encounter=reference(visit.encounter),
        occurrenceDateTime=at,
        recorded=at,
        primarySource=True,
        location=reference(room, room["name"]),
        lotNumber=f"CONTOH{visit.day:%y%m}{vaccine}",
        expirationDate=(visit.day + timedelta(days=400)).isoformat(),
        route=concept(ATC, route),
        doseQuantity={"value": 2 if route == "O" else 1, "unit": "{dose}", "system": UCUM, "code": "{dose}"},
        performer=[{"function": _GIVER, "actor": by or visit.nurse.reference}],
        reasonCode=_OF_WOMEN if vaccine == "Td" else _BASIC,
        protocolApplied=[{"doseNumberPositiveInt": dose}],
    )
