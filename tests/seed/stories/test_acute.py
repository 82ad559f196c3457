"""Short illnesses and injuries."""

from datetime import date
from typing import Any

from seed.elements import wita_date
from seed.stories.acute import ILLNESSES
from tests.seed.reading import at, code, of

Resource = dict[str, Any]
Records = dict[int, list[Resource]]


def test_every_age_above_two_months_can_fall_ill() -> None:
    for age in range(0, 110):
        assert [row for row in ILLNESSES if row.ages[0] <= age < row.ages[1]]


def test_illnesses_keep_to_their_ages(records: Records) -> None:
    allowed = {row.code: [other.ages for other in ILLNESSES if other.code == row.code] for row in ILLNESSES}
    seen: set[str] = set()
    for record in records.values():
        born = date.fromisoformat(record[0]["birthDate"])
        for item in of(record, "Condition"):
            if code(item) in allowed and code(item) != "L30.9":
                years = (wita_date(at(item["recordedDate"])) - born).days / 365.25
                assert any(low - 0.01 <= years < high + 0.1 for low, high in allowed[code(item)]), code(item)
                seen.add(code(item))
    assert len(seen) >= 9


def test_small_children_get_syrup(records: Records) -> None:
    found = 0
    for record in records.values():
        born = date.fromisoformat(record[0]["birthDate"])
        for item in of(record, "MedicationRequest"):
            years = (wita_date(at(item["authoredOn"])) - born).days / 365.25
            if years < 9.9:
                found += 1
                assert item["medicationReference"]["reference"] not in (
                    "Medication/obat-paracetamol",
                    "Medication/obat-amoxicillin",
                    "Medication/obat-ibuprofen",
                )
    assert found > 50


def test_wounds_are_closed_under_local_anaesthesia(records: Records) -> None:
    closed = 0
    for record in records.values():
        for item in of(record, "Procedure"):
            if code(item) == "86.59":
                drugs = [
                    other["medicationReference"]["reference"]
                    for other in of(record, "MedicationRequest")
                    if other["encounter"] == item["encounter"]
                ]
                assert "Medication/obat-lidocaine" in drugs
                closed += 1
    assert closed >= 5
