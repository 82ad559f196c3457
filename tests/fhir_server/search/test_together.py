"""A name and a city: how they are asked for, and that an index alone answers."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo import MongoClient

from fhir_server.messages import Resource
from fhir_server.search.fields import Filter
from fhir_server.store import indexes
from fhir_server.store.plans import effort
from tests.fhir_server.search.stored import as_bson, filter_of, stored

NAME, CITY = ("name", "siti"), ("address-city", "Gowa")
BEGUN: Filter = {"search.beginnings.name": "siti"}
IN_CITY = filter_of("Patient", CITY)


def test_one_city_is_told_by_the_index_and_several_are_looked_at() -> None:
    one = {"$and": [BEGUN, {"search.only.address-city": {"$regex": "^gowa"}}]}
    several = {"$and": [BEGUN, {"search.only.address-city": "*"}, {"$nor": [{"$nor": [IN_CITY]}]}]}
    assert filter_of("Patient", NAME, CITY) == {"$or": [one, several]}
    rest = filter_of("Patient", ("gender", "male"))
    assert filter_of("Patient", CITY, ("gender", "male"), NAME) == {"$and": [{"$or": [one, several]}, rest]}


@pytest.mark.parametrize(
    ("name", "city"),
    [
        (("name", "Siti Rahmawati"), CITY),
        (("name", "s"), CITY),
        (("name:exact", "siti"), CITY),
        (("family", "siti"), CITY),
        (NAME, ("address-city", "Gowa,Maros")),
        (NAME, ("address-city:contains", "Gowa")),
        (NAME, ("address-city", "-")),
        (NAME, ("address", "Gowa")),
    ],
)
def test_anything_else_is_asked_for_apart(name: tuple[str, str], city: tuple[str, str]) -> None:
    each = [filter_of("Patient", name), filter_of("Patient", city)]
    assert filter_of("Patient", name, city) == {"$and": each}


def test_only_the_page_is_looked_at(mongodb_uri: str, database_name: str) -> None:
    """And what has two cities. Of those with the name one in ten is in the city, and none is looked at to count."""
    cities = [["Gowa"], *[["Maros"]] * 9] * 60 + [["Maros", "Gowa"]] * 2
    people: list[Resource] = [
        {
            "resourceType": "Patient",
            "id": f"{number:03d}",
            "name": [{"text": "Siti"}],
            "address": [{"city": one} for one in each],
        }
        for number, each in enumerate(cities)
    ]
    match = {"$match": {"$and": [{"deleted": False}, {}, filter_of("Patient", NAME, CITY)]}}
    page: list[dict[str, Any]] = [{"$sort": {"_id": 1}}, {"$limit": 21}]
    count: list[dict[str, Any]] = [{"$limit": 101}, {"$count": "count"}]
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        collection = client[database_name]["Patient"]
        collection.create_indexes(indexes.current("Patient", in_patient_compartment=True))
        collection.insert_many([as_bson(stored(one)) for one in people])
        found = [one["_id"] for one in collection.aggregate([match, *page])]
        costs = [
            effort(
                client[database_name].command(
                    {
                        "explain": {"aggregate": "Patient", "pipeline": [match, *stages], "cursor": {}},
                        "verbosity": "executionStats",
                    }
                )
            )
            for stages in (page, count)
        ]
    assert found == [f"{number:03d}" for number in range(0, 210, 10)]
    assert [set(cost.indexes) for cost in costs] == [{"name_city"}] * 2
    assert [cost.documents for cost in costs] == [21 + 2, 2]
