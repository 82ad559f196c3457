"""The archive that the questions are about: valid, the same every time, and as busy on a day however large it is."""

from collections import Counter
from datetime import date

import pytest

from bench import archive, population
from bench.population import CLINICS, NEW_A_DAY, person, visits
from bench.samples import Resource
from resources.registry import validate

PATIENTS = 4 * NEW_A_DAY


@pytest.mark.parametrize("resource", [*archive.record(7), *archive.locations()[:1]], ids=lambda one: str(one["id"]))
def test_valid(resource: Resource) -> None:
    assert [issue for issue in validate(resource) if issue.severity != "warning"] == []


def test_ten_clinical_resources_for_each_patient() -> None:
    found = archive.record(12)
    assert Counter(one["resourceType"] for one in found) == {
        "Patient": 1,
        "Encounter": 3,
        "Observation": 5,
        "Condition": 2,
    }
    assert {one["subject"]["reference"] for one in found[1:]} == {f"Patient/{person(12).id}"}


def test_everything_follows_from_the_number() -> None:
    assert archive.record(3) == archive.record(3)
    numbers = range(PATIENTS)
    for values in ({person(n).nik for n in numbers}, {person(n).mrn for n in numbers}):
        assert len(values) == PATIENTS
    assert all(len(person(n).nik) == 16 for n in (0, 299_999))


def test_frequent_names_are_frequent() -> None:
    names = Counter(person(number).given for number in range(PATIENTS))
    (_, most), *_ = names.most_common()
    assert most > 4
    assert len(names) > PATIENTS / 4


def test_a_day_is_as_busy_in_a_large_archive_as_in_a_small_one() -> None:
    def on(day: date, numbers: range) -> int:
        return sum(visit.begin.date() == day for number in numbers for visit in visits(person(number)))

    registered = range(200_000, 200_000 + NEW_A_DAY)
    day = visits(person(registered.start))[0].begin.date()
    days_before = range(registered.start - population.RETURN_DAYS * NEW_A_DAY, registered.stop)
    assert NEW_A_DAY < on(day, days_before) < 4 * NEW_A_DAY


def test_no_visit_is_later_than_the_last_day() -> None:
    latest = max(visit.begin.date() for number in range(PATIENTS) for visit in visits(person(number)))
    assert latest <= population.last_day(PATIENTS)


def test_clinics_have_names_of_their_own() -> None:
    assert len({one["name"] for one in archive.locations()}) == CLINICS
