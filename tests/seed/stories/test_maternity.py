"""Pregnancies and births."""

from datetime import date
from typing import Any

from seed.elements import wita_date
from tests.seed.reading import at, code, codes, of, values

Resource = dict[str, Any]
Records = dict[int, list[Resource]]

PREGNANT = {"Z34.9", "O80.0", "O82.0", "Z37.0", "Z39.2"}


def births(records: Records) -> list[list[Resource]]:
    return [record for record in records.values() if codes(record) & {"O80.0", "O82.0"}]


def test_only_grown_women_are_pregnant(records: Records) -> None:
    found = [record for record in records.values() if codes(record) & PREGNANT]
    assert len(found) >= 15
    for record in found:
        assert record[0]["gender"] == "female"
        born = date.fromisoformat(record[0]["birthDate"])
        for item in of(record, "Condition"):
            if code(item) in PREGNANT:
                assert 17 <= (wita_date(at(item["recordedDate"])) - born).days / 365.25 <= 46


def test_a_birth_was_preceded_by_visits(records: Records) -> None:
    found = births(records)
    assert len(found) >= 8
    for record in found:
        visits = {item["encounter"]["reference"] for item in of(record, "Condition") if code(item) == "Z34.9"}
        assert 5 <= len(visits) <= 8
        assert len([item for item in of(record, "Condition") if code(item) == "Z37.0"]) == 1
        assert len(of(record, "Immunization")) == 2, "Td twice"
        assert len(values(record, "55283-6")) >= 3


def test_the_belly_grows(records: Records) -> None:
    for record in births(records):
        heights = values(record, "11881-0")
        assert heights[-1] > heights[0]
        assert max(heights) <= 40


def test_mother_and_child_tell_the_same_birth(records: Records) -> None:
    mothers = {
        next(item["value"] for item in record[0]["identifier"] if item["system"].endswith("/id/kk")): record
        for record in births(records)
    }
    pairs = 0
    for record in records.values():
        if "Z38.0" not in codes(record):
            continue
        card = next(item["value"] for item in record[0]["identifier"] if item["system"].endswith("/id/kk"))
        if card not in mothers:
            continue
        stay = next(visit for visit in of(record, "Encounter") if visit["class"]["code"] == "IMP")
        hers = next(visit for visit in of(mothers[card], "Encounter") if visit["class"]["code"] == "IMP")
        if wita_date(at(hers["period"]["start"])) != wita_date(at(stay["period"]["start"])):
            continue
        assert at(hers["period"]["start"]) < at(stay["period"]["start"]) < at(hers["period"]["end"])
        assert record[0]["birthDate"] == wita_date(at(stay["period"]["start"])).isoformat()
        pairs += 1
    assert pairs >= 8


def test_a_newborn_gets_vitamin_k_and_hepatitis_b_within_the_day(records: Records) -> None:
    found = 0
    for record in records.values():
        if "Z38.0" not in codes(record):
            continue
        found += 1
        stay = next(visit for visit in of(record, "Encounter") if visit["class"]["code"] == "IMP")
        shot = next(item for item in of(record, "Immunization") if item["vaccineCode"]["text"] == "Hepatitis B")
        assert (at(shot["occurrenceDateTime"]) - at(stay["period"]["start"])).total_seconds() < 24 * 3600
        assert any("vitamin-k" in item["medicationReference"]["reference"] for item in of(record, "MedicationRequest"))
        assert 2.4 <= values(record, "29463-7")[0] <= 4.1
    assert found >= 8
