"""The current lists: https://hl7.org/fhir/R4/lifecycle.html#current"""

from __future__ import annotations

import uuid

import httpx
import pytest

CODES = "http://terminology.hl7.org/CodeSystem"


def coded(system: str, code: str) -> dict[str, object]:
    return {"coding": [{"system": f"{CODES}/{system}", "code": code}]}


@pytest.fixture
async def patient(client: httpx.AsyncClient) -> str:
    """Someone of whom much is known, in the order of these ids."""
    id = f"kini-{uuid.uuid4().hex[:12]}"
    allergies = {"a1": ("active", "confirmed"), "a2": ("active", "refuted"), "a3": ("resolved", "confirmed")}
    made: dict[str, dict[str, object]] = {
        f"AllergyIntolerance/{id}-{name}": {
            "clinicalStatus": coded("allergyintolerance-clinical", clinical),
            "verificationStatus": coded("allergyintolerance-verification", verification),
            "patient": {"reference": f"Patient/{id}"},
        }
        for name, (clinical, verification) in allergies.items()
    }
    made[f"AllergyIntolerance/{id}-a4"] = {
        "clinicalStatus": coded("allergyintolerance-clinical", "active"),
        "category": ["medication"],
        "patient": {"reference": f"Patient/{id}"},
    }
    problems = {"c1": ("problem-list-item", "relapse"), "c2": ("encounter-diagnosis", "active")}
    problems["c3"] = ("problem-list-item", "resolved")
    for name, (category, clinical) in problems.items():
        made[f"Condition/{id}-{name}"] = {
            "category": [coded("condition-category", category)],
            "clinicalStatus": coded("condition-clinical", clinical),
            "subject": {"reference": f"Patient/{id}"},
        }
    for name, status in {"m1": "active", "m2": "completed"}.items():
        taken = {"subject": {"reference": f"Patient/{id}"}, "medicationCodeableConcept": {"text": "obat"}}
        made[f"MedicationRequest/{id}-{name}"] = {"status": status, "intent": "order", **taken}
        made[f"MedicationStatement/{id}-{name}"] = {"status": status, **taken}
    for address, content in made.items():
        type, _, name = address.partition("/")
        answer = await client.put(address, json={"resourceType": type, "id": name, **content})
        assert answer.status_code == 201, answer.text
    return id


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("AllergyIntolerance?_list=$current-allergies", ["a1", "a4"]),
        ("AllergyIntolerance?_list=$current-drug-allergies", ["a4"]),
        ("AllergyIntolerance?_list=$current-allergies&category=food", []),
        ("Condition?_list=$current-problems", ["c1"]),
        ("MedicationRequest?_list=$current-medications", ["m1"]),
        ("MedicationStatement?_list=$current-medications", ["m1"]),
    ],
)
async def test_what_is_on_a_current_list(
    client: httpx.AsyncClient, patient: str, search: str, expected: list[str]
) -> None:
    answer = await client.get(f"{search}&patient={patient}")
    assert answer.status_code == 200, answer.text
    found = [entry["resource"]["id"] for entry in answer.json().get("entry", ())]
    assert found == [f"{patient}-{name}" for name in expected]


@pytest.mark.parametrize("search", ["Condition?_list=$current-allergies", "Patient?_list=$current-problems"])
async def test_a_list_of_other_types_is_refused(client: httpx.AsyncClient, search: str) -> None:
    answer = await client.get(search)
    assert (answer.status_code, answer.json()["issue"][0]["expression"]) == (400, ["_list"])
