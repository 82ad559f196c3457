"""Bookings: what became of them, and slots that only one patient has."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from seed.elements import wita_date
from seed.hospital import Hospital
from tests.seed.reading import at, of

Resource = dict[str, Any]
Records = dict[int, list[Resource]]


@pytest.fixture(scope="module")
def bookings(records: Records) -> list[Resource]:
    return [item for record in records.values() for item in of(record, "Appointment")]


def test_all_outcomes_are_there(bookings: list[Resource]) -> None:
    assert {item["status"] for item in bookings} == {"fulfilled", "noshow", "cancelled", "booked"}


def test_only_what_is_booked_is_still_to_come(bookings: list[Resource], today: date) -> None:
    for item in bookings:
        day = wita_date(at(item["start"]))
        assert (day > today) == (item["status"] == "booked")
        assert at(item["created"]) < at(item["start"])
        assert wita_date(at(item["created"])) <= today
        assert ("cancelationReason" in item) == (item["status"] == "cancelled")


def test_a_slot_is_taken_by_one_patient(records: Records, house: Hospital) -> None:
    offered = {slot["id"]: slot for slots in house.slots.values() for slot in slots}
    taken = [slot for record in records.values() for slot in of(record, "Slot")]
    assert len(taken) > 30
    assert max(Counter(slot["id"] for slot in taken).values()) == 1
    for slot in taken:
        assert slot == {**offered[slot["id"]], "status": "busy"}
        assert offered[slot["id"]]["status"] == "free"


def test_bookings_agree_with_their_slot(records: Records, house: Hospital) -> None:
    doctors = {f"Schedule/{plan['id']}": plan["actor"][0] for plan in of(house.resources, "Schedule")}
    for record in records.values():
        slots = {f"Slot/{slot['id']}": slot for slot in of(record, "Slot")}
        with_slot = [item for item in of(record, "Appointment") if "slot" in item]
        assert len(with_slot) == len(slots)
        for item in with_slot:
            slot = slots[item["slot"][0]["reference"]]
            assert (item["start"], item["end"]) == (slot["start"], slot["end"])
            assert doctors[slot["schedule"]["reference"]] in [one["actor"] for one in item["participant"]]


def test_those_beyond_the_slots_are_booked_for_later(bookings: list[Resource], today: date) -> None:
    later = [item for item in bookings if item["status"] == "booked" and "slot" not in item]
    assert later
    for item in later:
        assert wita_date(at(item["start"])) > today + timedelta(days=14)


def test_a_kept_appointment_belongs_to_a_visit(records: Records) -> None:
    for record in records.values():
        visits = {
            visit["appointment"][0]["reference"]: visit for visit in of(record, "Encounter") if "appointment" in visit
        }
        kept = [item for item in of(record, "Appointment") if item["status"] == "fulfilled"]
        assert {f"Appointment/{item['id']}" for item in kept} == set(visits)
        for item in kept:
            visit = visits[f"Appointment/{item['id']}"]
            assert wita_date(at(item["start"])) == wita_date(at(visit["period"]["start"]))
            assert visit["participant"][0]["individual"] in [one["actor"] for one in item["participant"]]
