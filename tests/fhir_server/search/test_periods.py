"""Two ends of one date as a period: it finds what both conditions find, and an index finds it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo import MongoClient

from fhir_server.messages import Resource
from fhir_server.store import indexes
from tests.fhir_server.search.evaluator import matches
from tests.fhir_server.search.stored import ZONE, as_bson, filter_of, stored

DAY = date(2024, 1, 1)
LENGTHS = (0, 1, 2, 30, 31, 32, 365, 366, 367, 400, 3000)
"""Days around the longest day, month and year."""

MONTH = (f"ge{DAY}", f"le{DAY + timedelta(days=31)}")
PREFIXES = ("ge", "gt", "le", "lt", "sa", "eb", "ap", "")


def day(distance: int) -> str:
    return (DAY + timedelta(days=distance)).isoformat()


periods = st.builds(
    lambda start, length, ends: {
        **({"start": day(start)} if ends != "end" else {}),
        **({"end": day(start + length)} if ends != "start" else {}),
    },
    st.integers(-3300, 400),
    st.sampled_from(LENGTHS),
    st.sampled_from(("both", "both", "start", "end")),
)
bounds = st.builds(lambda prefix, at: prefix + day(at), st.sampled_from(PREFIXES), st.integers(-400, 400))


births = st.builds(lambda distance, digits: day(distance)[:digits], st.integers(-500, 500), st.sampled_from((4, 7, 10)))


@given(periods, bounds, bounds)
def test_two_ends_find_what_each_of_them_finds(period: dict[str, str], one: str, other: str) -> None:
    check({"resourceType": "Encounter", "period": period}, "date", (one, other))


@given(births, bounds, bounds)
def test_dates_of_any_precision(born: str, one: str, other: str) -> None:
    check({"resourceType": "Patient", "birthDate": born}, "birthdate", (one, other))


@pytest.mark.parametrize("length", LENGTHS)
def test_what_just_lasts_into_a_period(length: int) -> None:
    """And what just does not, and the same at the other end."""
    for ends in range(-1, 2):
        check({"resourceType": "Encounter", "period": {"start": day(ends - length), "end": day(ends)}}, "date", MONTH)
    for begins in range(30, 33):
        period = {"start": day(begins), "end": day(begins + length)}
        check({"resourceType": "Encounter", "period": period}, "date", MONTH)


@pytest.mark.parametrize("hours", [1, 20, 23, 24, 25, 26, 27])
def test_a_day_or_so_over_midnight(hours: int) -> None:
    end = datetime(2024, 1, 1, 0, 30, tzinfo=ZONE)
    period = {"start": (end - timedelta(hours=hours)).isoformat(), "end": end.isoformat()}
    check({"resourceType": "Encounter", "period": period}, "date", (f"ge{day(0)}T00:00:00+08:00", f"lt{day(1)}"))


def check(resource: Resource, code: str, values: tuple[str, str]) -> None:
    type, document = resource["resourceType"], stored(resource)
    each = [matches(filter_of(type, (code, value)), document) for value in values]
    assert matches(filter_of(type, *((code, value) for value in values)), document) is all(each)


@pytest.mark.parametrize(
    "parameters",
    [
        (("birthdate", "ge2024-01-01"), ("birthdate", "le2024-01-31")),
        (("birthdate", "gt2023-12-31"), ("birthdate", "lt2024-02-01"), ("birthdate", "ge2020")),
        (("birthdate", "ap2024-01"),),
    ],
)
def test_an_index_finds_a_month_within_many_years(
    mongodb_uri: str, database_name: str, parameters: tuple[tuple[str, str], ...]
) -> None:
    births = [day(30 * month) for month in range(-200, 200)] + [str(year) for year in range(2010, 2040)]
    people: list[Resource] = [
        {"resourceType": "Patient", "id": str(number), "birthDate": born} for number, born in enumerate(births)
    ]
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        collection = client[database_name]["Patient"]
        collection.create_indexes(indexes.current("Patient", in_patient_compartment=True))
        collection.insert_many([as_bson(stored(one)) for one in people])
        told = collection.find(filter_of("Patient", *parameters)).explain()["executionStats"]
    assert 0 < told["nReturned"] < 40
    assert told["totalDocsExamined"] < 60


def test_the_beginning_of_half_an_archive_does_not_tempt(mongodb_uri: str, database_name: str) -> None:
    """What ends after the first day of a month begins with all of the month: MongoDB tries only the first hundred."""
    around = [*range(-300, 0), *range(31, 331)] * 5
    births = [day(distance) for distance in (*(number % 30 for number in range(300)), *around)]
    born = [{"resourceType": "Patient", "id": str(number), "birthDate": one} for number, one in enumerate(births)]
    filter = filter_of("Patient", ("birthdate", MONTH[0]), ("birthdate", f"le{day(29)}"))
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        collection = client[database_name]["Patient"]
        collection.create_indexes(indexes.current("Patient", in_patient_compartment=True))
        collection.insert_many([as_bson(stored(one)) for one in born])
        told = collection.find(filter).explain()["executionStats"]
    assert told["nReturned"] == 300
    assert told["totalDocsExamined"] < 330


def test_alternatives_are_no_period() -> None:
    either = filter_of("Patient", ("birthdate", "ge2024-01-01,ge1990"), ("birthdate", "le2024-01-31"))
    born = stored({"resourceType": "Patient", "birthDate": "1995-05-05"})
    assert matches(either, born)
