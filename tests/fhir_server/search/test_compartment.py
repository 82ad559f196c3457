"""Compartments as filters: the same resources as the membership that is stored."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo import MongoClient

from fhir_server.search.compartment import Compartment, inside, members
from fhir_server.search.locality import Locality
from tests.fhir_server.search.stored import as_bson, stored

RESOURCES: list[dict[str, Any]] = [
    {"resourceType": "Observation", "id": "1", "subject": {"reference": "Patient/a"}},
    {"resourceType": "Observation", "id": "2", "performer": [{"reference": "Practitioner/a"}]},
    {"resourceType": "Observation", "id": "3", "encounter": {"reference": "Encounter/a"}},
    {"resourceType": "Observation", "id": "4", "device": {"reference": "Device/a"}},
    {"resourceType": "Observation", "id": "5", "performer": [{"reference": "RelatedPerson/a"}]},
    {"resourceType": "Observation", "id": "a", "subject": {"reference": "Patient/b"}},
    {"resourceType": "Observation", "id": "6", "performer": [{"reference": "Patient/a"}, {"reference": "Patient/b"}]},
]


@pytest.mark.parametrize("compartment", ["Patient", "Practitioner", "Encounter", "Device", "RelatedPerson"])
@pytest.mark.parametrize("id", ["a", "b", "c"])
def test_what_is_inside(compartment: str, id: str, mongodb_uri: str, database_name: str) -> None:
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        documents = [stored(resource) for resource in RESOURCES]
        client[database_name]["Observation"].insert_many([as_bson(document) for document in documents])
        filter = as_bson(inside(Compartment(compartment, id), "Observation", Locality()))
        found = {row["_id"] for row in client[database_name]["Observation"].find(filter)}
    assert found == {document["_id"] for document in documents if id in document["compartments"].get(compartment, ())}


def test_a_compartment_holds_its_own_resource() -> None:
    filter = inside(Compartment("Encounter", "a"), "Encounter", Locality())
    assert {"_id": "a"} in filter["$and"][1].get("$or", [filter["$and"][1]])


@pytest.mark.parametrize(
    ("compartment", "type", "member"),
    [
        ("Patient", "Observation", True),
        ("Patient", "Patient", True),
        ("Patient", "Organization", False),
        ("Practitioner", "Practitioner", True),
        ("Encounter", "Patient", False),
        ("Organization", "Patient", False),
    ],
)
def test_members(compartment: str, type: str, member: bool) -> None:
    assert (type in members(compartment)) is member
