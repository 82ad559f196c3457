"""The hospital: its tree, its people, its sessions."""

from collections import Counter
from datetime import date, timedelta

import pytest

from bookings import session as sessions
from bookings.holidays import national
from bookings.practice import planned
from bookings.replanning import Difference, difference
from seed.elements import wita_date
from seed.hospital import ZONE, Hospital, hospital
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


def test_every_clinic_but_the_emergency_has_sessions_for_two_weeks(house: Hospital, today: date) -> None:
    assert house.sessions.keys() == {clinic.code for clinic in CLINICS} - {"EMG"}
    for held in house.sessions.values():
        days = {wita_date(session.start) for session in held}
        assert min(days) > today
        assert today + timedelta(days=12) <= max(days) <= today + timedelta(days=14)
        assert 6 not in {day.weekday() for day in days}


def test_a_session_is_a_morning_with_room_for_its_patients(house: Hospital) -> None:
    for held in house.sessions.values():
        for session in held:
            assert (session.start.hour, session.end.hour) == (8, 12)
            places = session.jkn.capacity + session.umum.capacity
            assert 20 <= places <= 30
            assert places * session.minutes <= 240
            assert 6 <= session.minutes <= 12
            assert session.jkn.capacity == places * 2 // 3
            assert (session.issued, session.jkn.taken, session.umum.taken) == (0, 0, 0)
            assert session.provider == "Organization/org-rsud"


def test_each_doctor_has_a_letter(house: Hospital) -> None:
    letters = {session.doctor: session.letter for held in house.sessions.values() for session in held}
    assert len(letters) == len(set(letters.values())) == 20


def test_clinics_close_on_holidays(house: Hospital) -> None:
    """The first of Muharam 1448."""
    closed = [session for held in house.sessions.values() for session in held if session.closed]
    assert {wita_date(session.start) for session in closed} == {date(2026, 6, 16)}
    assert len(closed) > 10
    assert {session.reason for session in closed} == {"Tahun Baru Islam"}


def test_sessions_are_what_the_schedules_make(house: Hospital, today: date) -> None:
    """What a server finds when it looks for what is to be changed: nothing."""
    days = [today + timedelta(days=offset) for offset in range(1, 15)]
    for plan in of(house.resources, "Schedule"):
        made = planned(plan, days, national(days[0], days[-1]), ZONE)
        held = [read for one in made if (read := sessions.read(sessions.write(one)))]
        own = [one for rows in house.sessions.values() for one in rows if one.schedule == f"Schedule/{plan['id']}"]
        assert own == made
        assert difference(made, held, at("2026-06-15T00:00:00+08:00")) == Difference()


def test_there_is_a_place_for_each_kind_of_service(house: Hospital) -> None:
    assert {"loket-pendaftaran", "farmasi", "laboratorium", "radiologi", "ruang-int"} <= house.places.keys()


def test_the_same_day_makes_the_same_hospital(house: Hospital, today: date) -> None:
    assert hospital(today) == house


@pytest.mark.parametrize("offset", range(7))
def test_somebody_is_on_duty_every_day(house: Hospital, today: date, offset: int) -> None:
    day = today + timedelta(days=offset)
    weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day.weekday()]
    for clinic in ("EMG", "INT", "ANA", "OBG", "BED"):
        doctor = house.doctor(clinic, day, offset)
        assert doctor.kind == clinic
        assert weekday in doctor.days or weekday == "sun"
