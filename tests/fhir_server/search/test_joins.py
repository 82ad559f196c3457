"""Joins in MongoDB's words; test_finding.py shows what they find."""

from __future__ import annotations

import pytest

from fhir_server.search import joins
from fhir_server.search.conditions import Chain, Has
from fhir_server.search.fields import Filter
from fhir_server.search.joins import Ids, Join
from fhir_server.search.query import parse


def join(type: str, name: str) -> Join:
    (condition,) = parse(type, ((name, "x"),)).criteria
    assert isinstance(condition, Chain | Has)
    return condition


def test_the_ids_behind_a_chain_become_references() -> None:
    chain = join("Observation", "subject:Patient.name")
    assert joins.other(chain) == "Patient"
    assert joins.value(chain) == [{"$concat": ["Patient/", "$_id"]}]
    found = joins.listed("Observation", chain, [["Patient/b"], ["Patient/a"]])
    assert found == {"index.subject": {"$in": ["Patient/a", "Patient/b"]}}
    assert isinstance(found["index.subject"]["$in"], Ids)


def test_the_references_behind_a_reverse_chain_become_ids() -> None:
    has = join("Patient", "_has:Observation:subject:code")
    assert joins.other(has) == "Observation"
    assert joins.value(has) == "$index.subject"
    references = [["Patient/a", "Group/x"], None, [], ["Patient/a", "http://elsewhere/Patient/b"]]
    found = joins.listed("Patient", has, references)
    assert found == {"_id": {"$in": ["a"]}}
    assert isinstance(found["_id"]["$in"], Ids)


def test_candidates_tell_what_is_behind_them() -> None:
    chain, has = join("Observation", "subject:Patient.name"), join("Patient", "_has:Observation:subject:code")
    assert joins.own_value("Observation", chain) == "$index.subject"
    behind = joins.behind(chain, [["Patient/b", "Group/x"], None, ["Patient/a", "Patient/b"]])
    assert behind == {"_id": {"$in": ["a", "b"]}}
    assert isinstance(behind["_id"]["$in"], Ids)
    assert joins.own_value("Patient", has) == [{"$concat": ["Patient/", "$_id"]}]
    assert joins.behind(has, [["Patient/a"]]) == {"index.subject": {"$in": ["Patient/a"]}}


@pytest.mark.parametrize(
    ("type", "name", "foreign"),
    [
        ("Observation", "subject:Patient.name", [("Patient", "_id")]),
        ("Patient", "_has:Observation:subject:code", [("Observation", "index.subject")]),
        ("QuestionnaireResponse", "questionnaire.title", [("Questionnaire", "_id"), ("Questionnaire", "index.url")]),
        (
            "Questionnaire",
            "_has:QuestionnaireResponse:questionnaire:status",
            [("QuestionnaireResponse", "index.questionnaire")] * 2,
        ),
    ],
)
def test_a_look_up_goes_by_what_an_index_has_and_stops_at_the_first(
    type: str, name: str, foreign: list[tuple[str, str]]
) -> None:
    inner: Filter = {"$match": {"x": 1}}
    stages = joins.lookups(type, join(type, name), [inner], 3)
    looked_up = [stage["$lookup"] for stage in stages if "$lookup" in stage]
    assert [(one["from"], one["foreignField"]) for one in looked_up] == foreign
    assert all(one["pipeline"] == [inner, {"$limit": 1}, {"$project": {"_id": True}}] for one in looked_up)
    added = joins.added(type, join(type, name), 3)
    assert sorted(added) == sorted([name for one in looked_up for name in (one["localField"], one["as"])])
    filter = joins.looked_up(type, join(type, name), 3)
    assert all(f"'{one['as']}': {{'$ne': []}}" in str(filter) for one in looked_up)


def test_joins_of_one_search_keep_apart() -> None:
    chain = join("Observation", "subject:Patient.name")
    assert not set(joins.added("Observation", chain, 0)) & set(joins.added("Observation", chain, 1))
