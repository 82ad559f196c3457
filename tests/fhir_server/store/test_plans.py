"""The numbers that explain tells, read from answers of a real MongoDB."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo import MongoClient

from fhir_server.store.plans import Effort, effort

JOIN: list[dict[str, Any]] = [
    {"$lookup": {"from": "b", "localField": "x", "foreignField": "_id", "pipeline": [{"$limit": 1}], "as": "found"}},
    {"$match": {"found": {"$ne": []}}},
]
SCANNING = [{"$lookup": {"from": "b", "localField": "x", "foreignField": "y", "as": "found", "pipeline": []}}]


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        ([{"$match": {"_id": {"$lt": 3}}}], Effort(("_id_",), False, 3, 3, 3)),
        ([{"$match": {"x": 3}}], Effort(("by_x",), False, 1, 1, 1)),
        ([{"$match": {"z": 3}}], Effort((), True, 0, 10, 0)),
        ([{"$match": {"x": {"$gte": 8}}}, *JOIN], Effort(("by_x", "_id_"), False, 3, 3, 1)),
        ([{"$match": {"_id": 1}}, *SCANNING], Effort(("_id_",), True, 1, 10, 1)),
        ([{"$match": {"_id": {"$lt": 3}}}, {"$sort": {"z": 1}}, {"$limit": 2}], Effort(("_id_",), False, 3, 3, 2)),
    ],
)
def test_what_was_examined(
    mongodb_uri: str, database_name: str, pipeline: list[dict[str, Any]], expected: Effort
) -> None:
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        database = client[database_name]
        database["a"].insert_many([{"_id": n, "x": n} for n in range(10)])
        database["a"].create_index("x", name="by_x")
        database["b"].insert_many([{"_id": n, "y": n} for n in range(9)])
        command = {"aggregate": "a", "pipeline": pipeline, "cursor": {}}
        told = effort(database.command({"explain": command, "verbosity": "executionStats"}))
    assert told == expected


def test_a_collection_that_is_not_there_costs_nothing(mongodb_uri: str, database_name: str) -> None:
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        command = {"aggregate": "nothing", "pipeline": [{"$match": {"x": 1}}], "cursor": {}}
        told = effort(client[database_name].command({"explain": command, "verbosity": "executionStats"}))
    assert (told.indexes, told.keys, told.documents, told.found) == ((), False, 0, 0)
