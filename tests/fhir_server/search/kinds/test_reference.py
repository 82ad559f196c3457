"""Reference search: https://hl7.org/fhir/R4/search.html#reference"""

from __future__ import annotations

from typing import Any

import pytest

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from tests.fhir_server.search.stored import BASE, filter_of, found, stored


def observation(reference: str) -> Resource:
    return {"resourceType": "Observation", "subject": {"reference": reference}}


LOCAL = ["Patient/1", f"{BASE}/Patient/1", "Patient/1/_history/3", f"{BASE}/Patient/1/_history/3"]
REMOTE = ["https://other.example/fhir/Patient/1", "https://other.example/fhir/Patient/1/_history/9"]


@pytest.mark.parametrize("reference", LOCAL)
@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("subject", "Patient/1", True),
        ("subject", "1", True),
        ("subject", f"{BASE}/Patient/1", True),
        ("subject:Patient", "1", True),
        ("subject:Patient", "Patient/1", True),
        ("subject:Group", "1", False),
        ("subject", "Group/1", False),
        ("subject", "Patient/11", False),
        ("subject", "Patient/2,Patient/1", True),
        ("subject", "2,1", True),
        ("subject", REMOTE[0], False),
        ("subject:missing", "false", True),
        ("patient", "1", True),
        ("patient", "Patient/1", True),
    ],
)
def test_a_reference_to_this_server(reference: str, name: str, value: str, expected: bool) -> None:
    assert found(observation(reference), (name, value)) is expected


@pytest.mark.parametrize("reference", REMOTE)
@pytest.mark.parametrize(("value", "expected"), [(REMOTE[0], True), ("Patient/1", False), ("1", False)])
def test_a_reference_to_another_server(reference: str, value: str, expected: bool) -> None:
    assert found(observation(reference), ("subject", value)) is expected


@pytest.mark.parametrize("subject", [{"reference": "#p"}, {"display": "Siti"}, {"identifier": {"value": "1"}}])
def test_what_has_no_literal_reference_is_not_found_but_not_missing(subject: dict[str, Any]) -> None:
    resource = {"resourceType": "Observation", "subject": subject}
    assert stored(resource)["index"]["subject"] == []
    assert found(resource, ("subject:missing", "false"))
    assert not found(resource, ("subject", "1"))


def test_a_canonical_is_found_with_and_without_its_version() -> None:
    plan = {"resourceType": "CarePlan", "instantiatesCanonical": ["http://example.org/plan|1.0"]}
    for value, expected in [("", True), ("|1.0", True), ("|2.0", False)]:
        assert found(plan, ("instantiates-canonical", f"http://example.org/plan{value}")) is expected


@pytest.mark.parametrize("version", ["Patient/1/_history/3", f"{BASE}/Patient/1/_history/3", "1/_history/3"])
@pytest.mark.parametrize(("reference", "expected"), list(zip(LOCAL, [False, False, True, True], strict=True)))
def test_a_version_is_found_only_where_it_is_referred_to(version: str, reference: str, expected: bool) -> None:
    assert found(observation(reference), ("subject", version)) is expected
    assert not found(observation(reference), ("subject", "Patient/1/_history/2"))
    assert found(observation(reference), ("subject:Patient", version)) is expected


def test_a_version_elsewhere() -> None:
    assert [found(observation(url), ("subject", REMOTE[1])) for url in REMOTE] == [False, True]


def test_a_version_does_not_put_a_resource_into_a_compartment_twice() -> None:
    document = stored(observation("Patient/1/_history/3"))
    assert document["compartments"] == {"Patient": ["1"]}
    assert document["index"]["subject"] == ["Patient/1"]


@pytest.mark.parametrize(
    ("value", "expected"), [("urn:nik|1", True), ("1", True), ("urn:nik|", True), ("urn:nik|2", False), ("|1", False)]
)
def test_a_reference_by_its_identifier(value: str, expected: bool) -> None:
    subject = {"identifier": {"system": "urn:nik", "value": "1"}, "display": "Siti"}
    resource = {"resourceType": "Observation", "subject": subject}
    assert found(resource, ("subject:identifier", value)) is expected
    assert found(resource, ("patient:identifier", value)) is False  # nothing tells that it is a patient
    assert not found(resource, ("subject", "1"))
    assert found({**resource, "subject": {**subject, "type": "Patient"}}, ("patient:identifier", value)) is expected


def test_what_is_no_reference_has_no_identifier() -> None:
    with pytest.raises(InvalidParameter, match=":identifier"):
        filter_of("CarePlan", ("instantiates-canonical:identifier", "1"))


def test_urn_references_are_found_as_they_are() -> None:
    urn = "urn:uuid:9b2e0a52-0000-4000-8000-000000000001"
    assert found(observation(urn), ("subject", urn))


def test_an_id_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="reference to Patient"):
        filter_of("Observation", ("subject:Patient", "Group/1"))


def test_a_type_that_cannot_be_referred_to_is_no_modifier() -> None:
    with pytest.raises(InvalidParameter, match=":Slot"):
        filter_of("Observation", ("subject:Slot", "1"))
