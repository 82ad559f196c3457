"""Includes: which resources to read, which searches to run. https://hl7.org/fhir/R4/search.html#include"""

from __future__ import annotations

import pytest

from fhir_server.messages import Resource
from fhir_server.search.compile import compile
from fhir_server.search.include import Include, read_include, references, referrers
from fhir_server.search.query import Query
from tests.fhir_server.search.evaluator import matches
from tests.fhir_server.search.stored import BASE, NOW, ZONE, stored

OBSERVATION: Resource = {
    "resourceType": "Observation",
    "id": "o1",
    "subject": {"reference": "Patient/p1"},
    "performer": [
        {"reference": f"{BASE}/Practitioner/d1/_history/2"},
        {"reference": "https://other.example/fhir/Practitioner/d2"},
        {"reference": "#d3"},
        {"reference": "Organization/r1"},
        {"display": "somebody"},
    ],
}
PATIENT: Resource = {"resourceType": "Patient", "id": "p1", "managingOrganization": {"reference": "Organization/r2"}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Observation:subject", {"Patient": {"p1"}}),
        ("Observation:patient", {"Patient": {"p1"}}),
        ("Observation:performer", {"Practitioner": {"d1"}, "Organization": {"r1"}}),
        ("Observation:performer:Organization", {"Organization": {"r1"}}),
        ("Observation:subject:Group", {}),
        ("Observation:*", {"Patient": {"p1"}, "Practitioner": {"d1"}, "Organization": {"r1"}}),
        ("Patient:organization", {"Organization": {"r2"}}),
        ("*", {"Patient": {"p1"}, "Practitioner": {"d1"}, "Organization": {"r1", "r2"}}),
    ],
)
def test_what_is_to_be_read(value: str, expected: dict[str, set[str]]) -> None:
    includes = [read_include("_include", value)]
    assert references(includes, [OBSERVATION, PATIENT], base=BASE) == expected


def test_several_includes_add_up() -> None:
    includes = [
        read_include("_include", value) for value in ("Observation:subject", "Observation:performer:Organization")
    ]
    assert references(includes, [OBSERVATION], base=BASE) == {"Patient": {"p1"}, "Organization": {"r1"}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Observation:subject", [("Observation", "subject", ("Patient/p1",))]),
        ("Observation:subject:Patient", [("Observation", "subject", ("Patient/p1",))]),
        ("Observation:subject:Group", []),
        ("Observation:encounter", []),
        ("Patient:link", [("Patient", "link", ("Patient/p1",))]),
    ],
)
def test_what_is_to_be_searched(value: str, expected: list[tuple[str, str, tuple[str, ...]]]) -> None:
    searches = referrers([read_include("_revinclude", value)], [PATIENT])
    assert [(type, one.field.code, one.values) for type, one in searches] == expected


def test_the_searches_for_all_referrers_find_them() -> None:
    searches = referrers([Include("Observation", "*")], [PATIENT, {"resourceType": "Practitioner", "id": "d1"}])
    found = set()
    for type, criterion in searches:
        assert type == "Observation"
        filter = compile(Query(type, (criterion,)), zone=ZONE, base=BASE, now=NOW)
        if matches(filter, stored(OBSERVATION)):
            found.add(criterion.field.code)
    assert found == {"subject", "patient", "performer"}
