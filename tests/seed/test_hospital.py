"""The hospital: its tree, its people, its slots."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from seed.elements import wita_date
from seed.hospital import SLOTS_A_DAY, Hospital, hospital
from seed.places import NAME
from seed.staff import CLINICS
from tests.seed.reading import at, of, references


def test_there_is_one_hospital_and_a_tree_below_it(house: Hospital) -> None:
    organizations = {item["id"]: item for item in of(house.resources, "Organization")}
    root = organizations["org-rsud"]
    assert root["name"] == NAME
    assert "partOf" not in root
    for clinic in CLINICS:
        above = organizations[f"poli-{clinic.code.lower()}"]["partOf"]["reference"].removeprefix("Organization/")
        assert organizations[above]["partOf"]["reference"] == "Organization/org-rsud"


def test_places_go_down_to_beds(house: Hospital) -> None:
    kinds = Counter(item["physicalType"]["coding"][0]["code"] for item in of(house.resources, "Location"))
    assert kinds["bu"] == 1
    assert kinds["wa"] >= 5
    assert kinds["ro"] >= 20
    assert kinds["bd"] == sum(map(len, house.beds.values())) >= 30


def test_at_least_twenty_five_practitioners_each_with_a_role(house: Hospital) -> None:
    people = {f"Practitioner/{item['id']}" for item in of(house.resources, "Practitioner")}
    roles = of(house.resources, "PractitionerRole")
    assert len(people) >= 25
    assert {role["practitioner"]["reference"] for role in roles} == people
    assert all(role["availableTime"][0]["daysOfWeek"] for role in roles)


def test_ids_are_unique_and_what_is_referred_to_comes_first(house: Hospital) -> None:
    known: set[str] = set()
    for resource in house.resources:
        assert set(references(resource)) <= known, resource["id"]
        assert f"{resource['resourceType']}/{resource['id']}" not in known
        known.add(f"{resource['resourceType']}/{resource['id']}")


def test_every_clinic_but_the_emergency_has_slots_for_two_weeks(house: Hospital, today: date) -> None:
    for clinic in CLINICS:
        slots = house.slots[clinic.code]
        days = {wita_date(at(slot["start"])) for slot in slots}
        if clinic.code == "EMG":
            assert not slots
            continue
        assert min(days) > today
        assert today + timedelta(days=12) <= max(days) <= today + timedelta(days=14)
        assert 6 not in {day.weekday() for day in days}


def test_slots_do_not_overlap_and_fill_the_morning(house: Hospital) -> None:
    taken: set[tuple[str, str]] = set()
    per_day: Counter[tuple[str, date]] = Counter()
    for slots in house.slots.values():
        for slot in slots:
            start, end = at(slot["start"]), at(slot["end"])
            assert end - start == timedelta(minutes=20)
            assert 0 <= start.hour < 4, "between 8 and 12 WITA"
            key = (slot["schedule"]["reference"], slot["start"])
            assert key not in taken
            taken.add(key)
            per_day[key[0], wita_date(start)] += 1
            assert slot["status"] == "free"
    assert set(per_day.values()) == {SLOTS_A_DAY}


def test_schedules_cover_their_slots(house: Hospital) -> None:
    plans = {f"Schedule/{plan['id']}": plan for plan in of(house.resources, "Schedule")}
    for slots in house.slots.values():
        for slot in slots:
            horizon = plans[slot["schedule"]["reference"]]["planningHorizon"]
            assert at(horizon["start"]) <= at(slot["start"]) < at(slot["end"]) <= at(horizon["end"])


def test_the_same_day_makes_the_same_hospital(house: Hospital, today: date) -> None:
    assert hospital(today) == house
    assert hospital(today, Random(3)).resources == house.resources


@pytest.mark.parametrize("offset", range(7))
def test_somebody_is_on_duty_every_day(house: Hospital, today: date, offset: int) -> None:
    day = today + timedelta(days=offset)
    weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day.weekday()]
    for clinic in ("EMG", "INT", "ANA", "OBG", "BED"):
        doctor = house.doctor(clinic, day, offset)
        assert doctor.kind == clinic
        assert weekday in doctor.days or weekday == "sun"
