"""Parameters about the resource as a whole: https://hl7.org/fhir/R4/search.html#all"""

from __future__ import annotations

from typing import Any

import pytest
from pymongo import MongoClient

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from fhir_server.search.fields import Criterion, fields
from fhir_server.search.kinds import special
from fhir_server.search.named import NAMED
from fhir_server.search.query import parse
from fhir_server.search.terminology import Known, ListNeed
from resources.systems import NIK
from tests.fhir_server.search.stored import as_bson, filter_of, found, stored

LIST = Known(members={ListNeed("l1"): frozenset({"Patient/1", "Patient/2", "Group/3", "https://x/Patient/4"})})
EMPTY = Known(members={ListNeed("l1"): frozenset()})


@pytest.mark.parametrize(("id", "expected"), [("1", True), ("2", True), ("3", False), ("4", False)])
def test_the_members_of_a_list(id: str, expected: bool) -> None:
    patient: Resource = {"resourceType": "Patient", "id": id}
    assert found(patient, ("_list", "l1"), known=LIST) is expected
    assert not found(patient, ("_list", "l1"), known=EMPTY)


def test_lists_with_other_parameters() -> None:
    patient: Resource = {"resourceType": "Patient", "id": "1", "gender": "female"}
    assert found(patient, ("_list", "l1"), ("gender", "female"), known=LIST)
    assert not found(patient, ("_list", "l1"), ("gender", "male"), known=LIST)


@pytest.mark.parametrize(
    ("type", "elements", "name", "expected"),
    [
        ("Patient", {}, "rsud-without-nik", True),
        ("Patient", {"identifier": [{"system": NIK, "value": "1"}]}, "rsud-without-nik", False),
        ("Patient", {"identifier": [{"system": "urn:x", "value": "1"}]}, "rsud-without-nik", True),
        ("Encounter", {"status": "in-progress"}, "rsud-open", True),
        ("Encounter", {"status": "finished"}, "rsud-open", False),
    ],
)
def test_named_queries(type: str, elements: dict[str, Any], name: str, expected: bool) -> None:
    assert found({"resourceType": type, **elements}, ("_query", name)) is expected


def test_an_unknown_name_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InvalidParameter, match="rsud-without-nik"):
        filter_of("Patient", ("_query", "everything"))
    with pytest.raises(InvalidParameter, match="_query"):
        filter_of("Observation", ("_query", "rsud-open"))


def test_every_named_query_is_one() -> None:
    for type, names in NAMED.items():
        for name, rows in names.items():
            assert filter_of(type, ("_query", name))["$and"]
            assert {code for code, _, _ in rows} <= set(fields(type))


def test_the_score_is_the_share_of_the_words_that_are_there(mongodb_uri: str, database_name: str) -> None:
    notes = {"a": "gula darah tinggi", "b": "gula", "c": "darah rendah", "d": "sehat"}
    documents = [
        stored({"resourceType": "Condition", "id": id, "note": [{"text": note}]}) for id, note in notes.items()
    ]
    query = parse("Condition", (("_content", "gula or darah"),))
    score = special.score(one for one in query.criteria if isinstance(one, Criterion))
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        collection = client[database_name]["Condition"]
        collection.insert_many([as_bson(document) for document in documents])
        match = {"$match": filter_of("Condition", ("_content", "gula or darah"))}
        rows = collection.aggregate([match, {"$set": {"score": score}}])
        assert {row["_id"]: row["score"] for row in rows} == {"a": 1, "b": 0.5, "c": 0.5}


def test_without_words_there_is_no_score() -> None:
    query = parse("Condition", (("code", "x"),))
    assert special.score(one for one in query.criteria if isinstance(one, Criterion)) is None
