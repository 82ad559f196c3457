"""The resources of the archive: a patient and the ten clinical resources of a patient, small but plausible."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from bench import samples
from bench.population import (
    CLINICS,
    Person,
    Visit,
    clinic_id,
    clinic_name,
    diagnoses,
    dice,
    person,
    pick,
    visits,
)
from bench.samples import HL7, Resource
from resources.systems import ENCOUNTER_PREFIX, ICD_10, LOINC, MRN_PREFIX, NIK, UCUM

ORGANIZATION = "900000001"
MRN = MRN_PREFIX + ORGANIZATION
RESULTS_OF_A_VISIT = (2, 2, 1)
DIAGNOSES = 2
ASSAYS = (
    *samples.ASSAYS,
    *(("8480-6", "mm[Hg]"), ("8462-4", "mm[Hg]"), ("8867-4", "/min"), ("8310-5", "Cel"), ("29463-7", "kg")),
    *(("1742-6", "U/L"), ("1920-8", "U/L"), ("3094-0", "mg/dL"), ("2951-2", "mmol/L"), ("2823-3", "mmol/L")),
)


def locations() -> list[Resource]:
    return [
        {"resourceType": "Location", "id": clinic_id(clinic), "status": "active", "name": clinic_name(clinic)}
        for clinic in range(CLINICS)
    ]


def record(number: int) -> list[Resource]:
    """A patient, three visits with five results, and two diagnoses."""
    one = person(number)
    came = visits(one)
    found = [patient(one), *map(encounter, came)]
    rng = dice("clinical", number)
    for visit, results in zip(came, RESULTS_OF_A_VISIT, strict=True):
        found += [observation(visit, place, rng) for place in range(results)]
    return [*found, *(condition(came[place], rng) for place in range(DIAGNOSES))]


def patient(one: Person) -> Resource:
    return {
        "resourceType": "Patient",
        "id": one.id,
        "identifier": [
            {"use": "official", "system": NIK, "value": one.nik},
            {"use": "usual", "system": MRN, "value": one.mrn},
        ],
        "active": True,
        "name": [
            {"use": "official", "text": f"{one.given} {one.family}", "family": one.family, "given": [one.given]},
        ],
        "telecom": [{"system": "phone", "value": f"+62840{one.number:08d}", "use": "mobile"}],
        "gender": one.gender,
        "birthDate": one.born.isoformat(),
        "address": [{"use": "home", "line": [f"Jl. Contoh No. {one.number % 200}"], "city": one.city, "country": "ID"}],
        "multipleBirthInteger": 0,
    }


def encounter(visit: Visit) -> Resource:
    period = {"start": visit.begin.isoformat()}
    if visit.status == "finished":
        period["end"] = (visit.begin + timedelta(minutes=40)).isoformat()
    return {
        "resourceType": "Encounter",
        "id": visit.id,
        "identifier": [{"system": ENCOUNTER_PREFIX + ORGANIZATION, "value": f"{visit.person.mrn}-{visit.place}"}],
        "status": visit.status,
        "class": {"system": f"{HL7}/v3-ActCode", "code": "AMB", "display": "ambulatory"},
        "subject": {
            "reference": f"Patient/{visit.person.id}",
            "display": f"{visit.person.given} {visit.person.family}",
        },
        "participant": [{"individual": {"reference": f"Practitioner/dr-{visit.clinic:02d}"}}],
        "period": period,
        "location": [{"location": {"reference": f"Location/{clinic_id(visit.clinic)}"}}],
    }


def observation(visit: Visit, place: int, rng: Random) -> Resource:
    code, unit = rng.choice(ASSAYS)
    taken = (visit.begin + timedelta(minutes=20 + place)).isoformat()
    return {
        "resourceType": "Observation",
        "id": f"o{visit.person.number:07d}-{visit.place}-{place}",
        "status": "final",
        "category": [{"coding": [{"system": f"{HL7}/observation-category", "code": "laboratory"}]}],
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{visit.person.id}"},
        "encounter": {"reference": f"Encounter/{visit.id}"},
        "effectiveDateTime": taken,
        "issued": taken,
        "valueQuantity": {"value": rng.randint(10, 180), "unit": unit, "system": UCUM, "code": unit},
    }


def condition(visit: Visit, rng: Random) -> Resource:
    status = {"system": f"{HL7}/condition-clinical", "code": "active"}
    return {
        "resourceType": "Condition",
        "id": f"c{visit.person.number:07d}-{visit.place}",
        "clinicalStatus": {"coding": [status]},
        "category": [{"coding": [{"system": f"{HL7}/condition-category", "code": "encounter-diagnosis"}]}],
        "code": {"coding": [{"system": ICD_10, "code": pick(rng, diagnoses(), 5)}]},
        "subject": {"reference": f"Patient/{visit.person.id}"},
        "encounter": {"reference": f"Encounter/{visit.id}"},
        "recordedDate": visit.begin.isoformat(),
    }
