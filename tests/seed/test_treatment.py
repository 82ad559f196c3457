"""Prescriptions, what is handed out, and what must not be."""

from datetime import date
from typing import Any

from seed.codes import CONFLICTS
from tests.seed.reading import at, codes, of

Resource = dict[str, Any]
Records = dict[int, list[Resource]]


def drugs(record: list[Resource]) -> set[str]:
    return {
        item["medicationReference"]["reference"].removeprefix("Medication/obat-")
        for item in of(record, "MedicationRequest")
    }


def test_everything_prescribed_is_handed_out_afterwards(records: Records) -> None:
    for record in records.values():
        given = {item["authorizingPrescription"][0]["reference"]: item for item in of(record, "MedicationDispense")}
        prescribed = {f"MedicationRequest/{item['id']}": item for item in of(record, "MedicationRequest")}
        assert set(given) == set(prescribed)
        for key, dispense in given.items():
            request = prescribed[key]
            assert at(request["authoredOn"]) < at(dispense["whenPrepared"]) < at(dispense["whenHandedOver"])
            assert dispense["quantity"] == request["dispenseRequest"]["quantity"]
            assert dispense["medicationReference"] == request["medicationReference"]
            assert dispense["context"] == request["encounter"]


def test_a_prescription_is_completed_when_its_days_are_over(records: Records, today: date) -> None:
    states: set[str] = set()
    for record in records.values():
        for item in of(record, "MedicationRequest"):
            over = at(item["dispenseRequest"]["validityPeriod"]["end"]).date() < today
            assert item["status"] == ("completed" if over else "active")
            states.add(item["status"])
    assert states == {"completed", "active"}


def test_nobody_gets_what_they_are_allergic_to(records: Records) -> None:
    allergic = 0
    for record in records.values():
        for allergy in of(record, "AllergyIntolerance"):
            key = allergy["identifier"][0]["value"].split("-", 2)[-1]
            allergic += 1
            assert not drugs(record) & set(CONFLICTS.get(key, ()))
    assert allergic > 20


def test_expecting_mothers_get_no_anti_inflammatory(records: Records) -> None:
    mothers = [record for record in records.values() if "Z34.9" in codes(record)]
    assert len(mothers) > 10
    for record in mothers:
        assert not drugs(record) & {"ibuprofen", "ketorolac", "simvastatin", "lisinopril"}
        assert {"fe", "calcium"} <= drugs(record)


def test_procedures_last_and_lie_within_their_visit(records: Records) -> None:
    found = 0
    for record in records.values():
        visits = {f"Encounter/{visit['id']}": visit["period"] for visit in of(record, "Encounter")}
        for item in of(record, "Procedure"):
            visit = visits[item["encounter"]["reference"]]
            start, end = at(item["performedPeriod"]["start"]), at(item["performedPeriod"]["end"])
            assert at(visit["start"]) <= start < end <= at(visit["end"])
            found += 1
    assert found > 100
