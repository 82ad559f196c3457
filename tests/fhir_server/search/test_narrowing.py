"""Bounds of sorted pages: the page is within them, and they leave little to sort, however far the page is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from fhir_server.search.narrowing import EARLIEST, probe, tie, tied
from fhir_server.search.page import Place, place_of, stages
from fhir_server.search.query import Query, parse
from fhir_server.store import indexes
from fhir_server.store.documents import CODEC
from tests.fhir_server.search.stored import NOW, as_bson, stored

Document = dict[str, Any]

NUMBER = 600
PAGE = 5
BIRTH = datetime(1950, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(mongodb_uri: str) -> Iterator[Database[Document]]:
    """Patients and observations with the indexes that the store makes."""
    chance = random.Random(3)
    with MongoClient[Document](mongodb_uri, tz_aware=True) as client:
        found = client.get_database("test_narrowing", codec_options=CODEC)
        for number in range(NUMBER):
            name = [{"family": f"K{chance.randrange(400):03d}", "given": [f"K{chance.randrange(400):03d}"]}]
            born = {"birthDate": f"{BIRTH + timedelta(days=chance.randrange(9000)):%Y-%m-%d}"}
            patient = {
                "resourceType": "Patient",
                "id": f"p{number:03d}",
                "name": name,
                **chance.choice([born, born, {}]),
            }
            values = [{"valueQuantity": {"value": chance.randrange(300)}} for _ in range(chance.randrange(4))]
            observation = {"resourceType": "Observation", "id": f"o{number:03d}", "component": values}
            for resource in (patient, observation):
                document = stored(resource, updated=NOW + timedelta(seconds=chance.randrange(900)))
                found[str(resource["resourceType"])].insert_one(as_bson(document))
        for type in ("Patient", "Observation"):
            found[type].create_indexes(indexes.current(type, in_patient_compartment=True))
        yield found
        client.drop_database(found)


def page(
    database: Database[Document], query: Query, place: Place | None, *, bounded: bool
) -> tuple[list[Document], int]:
    """The page, and how many documents were looked at for it."""
    match: list[Document] = [{"$match": {"deleted": False}}]
    examined = 0
    asked = probe(query, place) if bounded else None
    if asked is not None:
        find = as_bson([*match, {"$match": asked.filter}, *asked.stages])
        values = [row["value"] for row in database[query.type].aggregate(find)]
        examined = looked_at(database, query.type, find)
        if (bound := asked.bound(values, query.results.count + 1)) is not None:
            match.append({"$match": bound})
    pipeline = as_bson([*match, *stages(query, place)])
    rows = list(database[query.type].aggregate(pipeline))
    return rows, examined + looked_at(database, query.type, pipeline)


def looked_at(database: Database[Document], type: str, pipeline: list[Document]) -> int:
    command = {"aggregate": type, "pipeline": pipeline, "cursor": {}}
    told = database.command("explain", command, verbosity="executionStats")
    stats = told.get("executionStats") or told["stages"][0]["$cursor"]["executionStats"]
    return int(stats["totalDocsExamined"])


SORTS = [
    ("Patient", "birthdate", False),
    ("Patient", "-birthdate", False),
    ("Patient", "_lastUpdated", False),
    ("Patient", "-_lastUpdated", True),
    ("Patient", "_lastUpdated", True),
    ("Patient", "birthdate,-name", False),
    ("Patient", "-birthdate", True),
    ("Patient", "birthdate", True),
    ("Patient", "name", False),
    ("Patient", "family,-_lastUpdated", False),
    ("Observation", "component-value-quantity", False),
    ("Patient", "-name", True),
    ("Patient", "gender", False),
    ("Patient", "-gender", True),
]
LOOSE = ("component-value-quantity", "name", "family,-_lastUpdated", "-name")
EQUALS = ("gender", "-gender")


@pytest.mark.parametrize("position", [0, 1, 150, 300])
@pytest.mark.parametrize(("type", "sort", "backward"), SORTS)
def test_the_page_is_the_same_and_few_are_looked_at(
    type: str, sort: str, backward: bool, position: int, database: Database[Document]
) -> None:
    query = parse(type, (("_sort", sort), ("_count", str(PAGE))))
    everything, _ = page(database, parse(type, (("_sort", sort), ("_count", "1000"))), None, bounded=False)
    place = place_of({**everything[position], "type": type}, backward=backward)
    expected, of_all = page(database, query, place, bounded=False)
    found, examined = page(database, query, place, bounded=True)
    assert [row["_id"] for row in found] == [row["_id"] for row in expected]
    if position >= PAGE + 1 or not backward:
        assert sort in EQUALS or examined <= 60 + (300 if sort in LOOSE else 0), of_all


@pytest.mark.parametrize(("type", "sort"), [(type, sort) for type, sort, backward in SORTS if not backward])
def test_all_pages(type: str, sort: str, database: Database[Document]) -> None:
    """Across the border to the missing values too."""
    everything, _ = page(database, parse(type, (("_sort", sort), ("_count", "1000"))), None, bounded=False)
    query, place, seen = parse(type, (("_sort", sort), ("_count", "50"))), None, list[str]()
    while True:
        rows, _ = page(database, query, place, bounded=True)
        seen += [row["_id"] for row in rows[:50]]
        if len(rows) <= 50:
            break
        place = place_of({**rows[49], "type": type})
    assert seen == [row["_id"] for row in everything]


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("sort", ["gender", "-gender", "birthdate", "-name", "name", "gender,-birthdate,-name"])
def test_what_has_the_same_value(sort: str, backward: bool, database: Database[Document]) -> None:
    """Told apart without computing its first sort key, and in the same order."""
    query = parse("Patient", (("_sort", sort), ("_count", "1000")))
    everything, _ = page(database, query, None, bounded=False)
    for position in (0, 7, 200, 400):
        place = place_of({**everything[position], "type": "Patient"}, backward=backward)
        if place.values[0] is None:
            assert not tied(query, place)
            continue
        assert tied(query, place)
        match = [{"$match": {"deleted": False}}, {"$match": tie(query, place.values[0])}]
        rows = list(database["Patient"].aggregate(as_bson([*match, *stages(query, place, equal=True)])))
        others = everything[:position][::-1] if backward else everything[position + 1 :]
        assert rows == [row for row in others if row["sort"][0] == place.values[0]]


def test_a_page_of_equals_looks_at_few(database: Database[Document]) -> None:
    query = parse("Patient", (("_sort", "gender"), ("_count", str(PAGE))))
    (first, *_), _ = page(database, query, None, bounded=False)
    place = Place((first["sort"][0], "p300"), "Patient")
    match = [{"$match": {"deleted": False}}, {"$match": tie(query, place.values[0])}]
    pipeline = as_bson([*match, *stages(query, place, equal=True)])
    assert len(list(database["Patient"].aggregate(pipeline))) == PAGE + 1
    assert looked_at(database, "Patient", pipeline) <= 60


def test_missing_values_come_in_the_order_of_the_ids(database: Database[Document]) -> None:
    query = parse("Patient", (("_sort", "birthdate"), ("_count", str(PAGE))))
    place = Place((None, "p100"), "Patient")
    rows, examined = page(database, query, place, bounded=True)
    assert [row["_id"] for row in rows] == sorted(row["_id"] for row in rows)
    assert examined <= 60


@pytest.mark.parametrize(
    ("parameters", "place"),
    [
        ((), None),
        ((("_sort", "-_id"),), None),
        ((("_sort", "-name"),), None),
        ((("_sort", "name"), ("gender", "female")), None),
        ((("_sort", "birthdate"), ("gender", "female"), ("organization", "Organization/1")), None),
        ((("_sort", "birthdate"), ("identifier", "1")), None),
        ((("_sort", "birthdate"),), Place((None, "p"), "Patient")),
        ((("_sort", "name"),), Place(("x", "p"), "Patient", backward=True)),
    ],
)
def test_where_no_index_can_tell_or_none_is_needed(parameters: Any, place: Place | None) -> None:
    assert probe(parse("Patient", parameters), place) is None


def test_too_few_values_make_no_bound() -> None:
    asked = probe(parse("Patient", (("_sort", "birthdate"), ("_count", "2"))), None)
    assert asked is not None
    assert asked.bound([NOW, NOW], 3) is None
    assert asked.bound([NOW, BIRTH, NOW], 3) == {"index.birthdate.lo": {"$gte": EARLIEST, "$lte": NOW}}
