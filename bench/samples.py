"""Resources to load a server with, as SATUSEHAT shapes them. Everything about a person follows from a number."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

Resource = dict[str, Any]

SYLLABLES = (
    "an",
    "bu",
    "ce",
    "da",
    "el",
    "fa",
    "gi",
    "ha",
    "in",
    "jo",
    "ka",
    "lu",
    "mi",
    "no",
    "or",
    "pa",
    "ra",
    "su",
    "ti",
    "wu",
)
ASSAYS = (("718-7", "g/dL"), ("6690-2", "10*3/uL"), ("777-3", "10*3/uL"), ("2345-7", "mg/dL"), ("2160-0", "mg/dL"))
OBSERVATIONS_OF_ONE = 10
ONE_IN = 20
"""So many patients share one who has been to the laboratory."""

NIK = "https://fhir.kemkes.go.id/id/nik"
KEMKES = "https://fhir.kemkes.go.id/r4/StructureDefinition"
HL7 = "http://terminology.hl7.org/CodeSystem"


def patient_id(number: int) -> str:
    return f"bench-{number:07d}"


def nik(number: int) -> str:
    """The shape of a NIK, in a province that does not exist."""
    return f"99{number:014d}"


def family(number: int) -> str:
    """One of 8000 names; the first two syllables are shared by 20 of them."""
    digits = (number // 400 % 20, number // 20 % 20, number % 20)
    return "".join(SYLLABLES[digit] for digit in digits).capitalize()


def patient(number: int) -> Resource:
    """About 1.5 KB of JSON."""
    name = {"use": "official", "text": f"Contoh {family(number)}", "family": family(number), "given": ["Contoh"]}
    married = {"system": f"{HL7}/v3-MaritalStatus", "code": "M", "display": "Married"}
    language = {"system": "urn:ietf:bcp:47", "code": "id-ID", "display": "Indonesian"}
    return {
        "resourceType": "Patient",
        "meta": {"profile": [f"{KEMKES}/Patient"]},
        "identifier": [
            {"use": "official", "system": NIK, "value": nik(number)},
            {"use": "usual", "system": "https://rsud.example/id/mrn", "value": f"BENCH-{number:07d}"},
        ],
        "active": True,
        "name": [name],
        "telecom": [
            {"system": "phone", "value": f"+62000{number:08d}", "use": "mobile"},
            {"system": "email", "value": f"contoh{number}@rsud.example", "use": "home"},
        ],
        "gender": "female" if number % 2 else "male",
        "birthDate": f"{1940 + number % 80}-{1 + number % 12:02d}-{1 + number % 28:02d}",
        "deceasedBoolean": False,
        "address": [_address(number)],
        "maritalStatus": {"coding": [married]},
        "multipleBirthInteger": 0,
        "contact": [_CONTACT],
        "communication": [{"language": {"coding": [language]}, "preferred": True}],
    }


def _address(number: int) -> Resource:
    codes = ("province", "64"), ("city", "6472"), ("district", "647205"), ("village", "6472051003"), ("rt", "7")
    return {
        "use": "home",
        "line": [f"Jalan Contoh No. {number % 200}"],
        "city": "Kota Contoh",
        "postalCode": "75000",
        "country": "ID",
        "extension": [
            {
                "url": f"{KEMKES}/administrativeCode",
                "extension": [{"url": url, "valueCode": code} for url, code in codes],
            }
        ],
    }


_CONTACT: Resource = {
    "relationship": [{"coding": [{"system": f"{HL7}/v2-0131", "code": "C"}]}],
    "name": {"use": "official", "text": "Contoh Kerabat"},
    "telecom": [{"system": "phone", "value": "+6200000000000", "use": "mobile"}],
}


def observation(subject: str, place: int) -> Resource:
    """A laboratory result; `place` decides assay, day and value."""
    code, unit = ASSAYS[place % len(ASSAYS)]
    taken = f"2025-{1 + place % 12:02d}-{1 + place % 28:02d}T08:15:00+08:00"
    quantity = {"unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    return {
        "resourceType": "Observation",
        "identifier": [{"system": "https://rsud.example/id/observation", "value": f"O-{place}"}],
        "status": "final",
        "category": [{"coding": [{"system": f"{HL7}/observation-category", "code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": subject},
        "effectiveDateTime": taken,
        "issued": taken,
        "performer": [{"reference": "Practitioner/bench-analyst"}],
        "valueQuantity": {"value": Decimal(f"{10 + place % 7}.{place % 10}0"), **quantity},
        "interpretation": [{"coding": [{"system": f"{HL7}/v3-ObservationInterpretation", "code": "N"}]}],
        "referenceRange": [{"low": {"value": Decimal("9.50"), **quantity}, "high": {"value": 18, **quantity}}],
    }


def observations(patients: int) -> list[Resource]:
    """The laboratory's results of so many patients."""
    return [
        {"id": f"{patient_id(number)}-{place}", **observation(f"Patient/{patient_id(number)}", place)}
        for number in range(max(1, patients // ONE_IN))
        for place in range(OBSERVATIONS_OF_ONE)
    ]


def visit(number: int) -> Resource:
    """A transaction of ten new resources: a patient, and nine results that refer to the patient."""
    subject = f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
    resources = [patient(number), *(observation(subject, place) for place in range(9))]
    entries: list[Resource] = [
        {"resource": one, "request": {"method": "POST", "url": one["resourceType"]}} for one in resources
    ]
    entries[0]["fullUrl"] = subject
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}
