"""Locations by distance: https://hl7.org/fhir/R4/location.html#positional"""

from __future__ import annotations

from typing import Any

import pytest
from pymongo import MongoClient

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from fhir_server.store.indexes import POSITION
from tests.fhir_server.search.evaluator import matches
from tests.fhir_server.search.stored import as_bson, filter_of, found, stored

SAMARINDA, BALIKPAPAN = (-0.5017, 117.1536), (-1.2379, 116.8529)
"""87.9 km apart as the crow flies."""


def location(latitude: Any, longitude: Any) -> Resource:
    return {"resourceType": "Location", "position": {"latitude": latitude, "longitude": longitude}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("-1.2379|116.8529|90|km", True),
        ("-1.2379|116.8529|85|km", False),
        ("-1.2379|116.8529|90", True),
        ("-1.2379|116.8529|90000|m", True),
        ("-1.2379|116.8529|85000|m", False),
        ("-1.2379|116.8529|55.9|[mi_i]", True),
        ("-1.2379|116.8529", False),
        ("-0.5|117.15", True),
        ("-0.5017|117.1536|0|km", True),
        ("-0.5|117.15||", True),
        ("0|0|5,-0.5|117.15|5", True),
    ],
)
def test_within_a_distance(value: str, expected: bool) -> None:
    assert found(location(*SAMARINDA), ("near", value)) is expected


@pytest.mark.parametrize(
    "value",
    [
        *("", "a|b", "1", "1|2|3|4|5", "91|0|1|km", "0|181|1|km", "0|0|-1|km", "0|0|1|mg", "0|0|1|parsecs", "0|0|x|km"),
        *("0|0|99999|km", "0|0|1e30|km", "NaN|0|1|km", "1e999|0", "0|0|1|Cel", "|1|1|km"),
    ],
)
def test_what_is_no_place_is_refused(value: str) -> None:
    with pytest.raises(InvalidParameter):
        filter_of("Location", ("near", value))


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, 181), (None, 0), ("x", 0), (True, 0), (10**400, 0)])
def test_a_place_that_is_not_on_this_globe_has_no_position(latitude: Any, longitude: Any) -> None:
    resource = location(latitude, longitude)
    assert "position" not in stored(resource)["search"]
    assert found(resource, ("near:missing", "true"))


def test_only_locations_have_a_position() -> None:
    with pytest.raises(InvalidParameter, match="near"):
        filter_of("Patient", ("near", "0|0"))


def test_mongodb_agrees_and_uses_its_index(mongodb_uri: str, database_name: str) -> None:
    places = [(latitude / 4, 116 + longitude / 4) for latitude in range(-6, 6) for longitude in range(6)]
    places += [(0, 179.99), (0, -179.99), (89.9, 0), (89.9, 180)]
    documents = [{**stored(location(*place)), "_id": str(number)} for number, place in enumerate(places)]
    hits = 0
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        collection = client[database_name]["Location"]
        collection.create_indexes([POSITION])
        collection.insert_many([as_bson(document) for document in documents])
        for centre in ("-0.5|117.2", "0|180", "90|10", "1.1|116.3"):
            for distance in ("1", "40", "111", "500", "3000"):
                filter = filter_of("Location", ("near", f"{centre}|{distance}|km"))
                expected = {document["_id"] for document in documents if matches(filter, document)}
                assert {row["_id"] for row in collection.find(filter)} == expected, (centre, distance)
                hits += 0 < len(expected) < len(documents)
        plan = collection.find(filter).explain()["queryPlanner"]["winningPlan"]
    assert hits > 8
    assert "IXSCAN" in str(plan)
