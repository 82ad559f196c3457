"""Immunizations by age."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from seed.codes import CHILD_SCHEDULE, VACCINES
from seed.elements import wita_date
from tests.seed.reading import at, of, values

Resource = dict[str, Any]
Records = dict[int, list[Resource]]

EARLIEST = {(VACCINES[vaccine][0], dose): days for days, doses in CHILD_SCHEDULE for vaccine, dose in doses}


def test_doses_are_given_by_age_and_in_order(records: Records) -> None:
    found = 0
    for record in records.values():
        born = date.fromisoformat(record[0]["birthDate"])
        doses: dict[str, list[tuple[date, int]]] = defaultdict(list)
        for shot in of(record, "Immunization"):
            name, number = shot["vaccineCode"]["text"], shot["protocolApplied"][0]["doseNumberPositiveInt"]
            day = wita_date(at(shot["occurrenceDateTime"]))
            doses[name].append((day, number))
            if (name, number) in EARLIEST:
                assert (
                    timedelta(days=EARLIEST[name, number]) <= day - born <= timedelta(days=EARLIEST[name, number] + 25)
                )
                found += 1
            assert shot["expirationDate"] > day.isoformat()
        for given in doses.values():
            numbers = [number for _, number in sorted(given)]
            assert numbers == sorted(set(numbers))
    assert found > 100


def test_small_children_grow(records: Records, today: date) -> None:
    grown = 0
    for record in records.values():
        heights = values(record, "8302-2")
        if (today - date.fromisoformat(record[0]["birthDate"])).days < 5 * 365 and len(heights) >= 3:
            assert heights[-1] > heights[0]
            grown += 1
    assert grown > 5


def test_the_small_are_not_measured_for_pressure(records: Records) -> None:
    for record in records.values():
        born = date.fromisoformat(record[0]["birthDate"])
        for item in of(record, "Observation"):
            if item["code"].get("coding", [{}])[0].get("code") == "8480-6":
                assert wita_date(at(item["effectiveDateTime"])) - born > timedelta(days=3 * 365 - 1)
