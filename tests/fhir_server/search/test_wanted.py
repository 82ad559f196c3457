"""What a page brings along, by type."""

from __future__ import annotations

from typing import Any

from fhir_server.search.include import Include
from fhir_server.search.locality import Locality
from fhir_server.search.wanted import Wanted, by_type, wanted

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "1",
    "managingOrganization": {"reference": "Organization/a"},
    "generalPractitioner": [{"reference": "Practitioner/b"}, {"reference": "Organization/a"}],
    "link": [{"other": {"reference": "Patient/2"}, "type": "seealso"}],
}
EVERYTHING = (Include("*", "*"),)


def test_each_type_once_in_their_order() -> None:
    revinclude = Include("Observation", "subject")
    found = wanted(EVERYTHING, (revinclude,), [PATIENT], base="")
    assert [(one.type, sorted(one.ids), len(one.criteria)) for one in found] == [
        ("Observation", [], 1),
        ("Organization", ["a"], 0),
        ("Patient", ["2"], 0),
        ("Practitioner", ["b"], 0),
    ]
    assert [one.without for one in found] == [frozenset(), frozenset(), {"1"}, frozenset()]


def test_ids_and_criteria_of_one_type_are_alternatives() -> None:
    (one,) = wanted((Include("Patient", "link"),), (Include("Patient", "link"),), [PATIENT], base="")
    (either, without) = one.filter(Locality())["$and"]
    assert (len(either["$or"]), without) == (2, {"_id": {"$nin": ["1"]}})


def test_a_page_of_them_begins_behind_an_id() -> None:
    assert Wanted("Patient", frozenset("ab"), after="a").filter(Locality()) == {
        "$and": [{"$or": [{"_id": {"$in": ["a", "b"]}}]}, {"_id": {"$gt": "a"}}]
    }


def test_by_type() -> None:
    assert by_type([("A", "1"), ("B", "1"), ("A", "2")]) == {"A": {"1", "2"}, "B": {"1"}}
