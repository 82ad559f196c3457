"""Which literals are references, and what they point to."""

from __future__ import annotations

from typing import Any

import pytest

from resources.validation.references import check_reference, local_references
from resources.validation.scope import Scope

TARGETS = frozenset({"Organization"})
RESOURCE = {
    "resourceType": "Patient",
    "contained": [{"resourceType": "Organization", "id": "o"}, {"resourceType": "Patient", "id": "p"}],
}


def problems(value: dict[str, Any], targets: frozenset[str] = TARGETS) -> list[tuple[str, str]]:
    scope = Scope([], RESOURCE)
    check_reference(value, "X", scope, targets)
    return [(issue.code, issue.expression) for issue in scope.issues]


@pytest.mark.parametrize(
    "literal",
    [
        "Organization/1",
        "Organization/a.b-C/_history/2",
        "Organization?identifier=http://example.org|1",
        "http://example.org/fhir/Organization/1",
        "https://example.org/Organization/1/_history/3",
        "https://example.org/anything/else?x=1",
        "http://example.org/Pasien/1",
        "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
        "urn:oid:1.2.3",
        "#o",
        "#",
    ],
)
def test_good_references(literal: str) -> None:
    assert problems({"reference": literal}) == []


@pytest.mark.parametrize(
    "literal",
    [
        "Organization",
        "Organization/",
        "organization/1",
        "Pasien/1",
        "/Organization/1",
        "Organization/a_b",
        "Organization/" + "x" * 65,
        "Organization/1/2",
        "x y",
        "../Patient/1",
        "Organization/1 ",
    ],
)
def test_bad_references(literal: str) -> None:
    assert problems({"reference": literal}) == [("value", "X.reference")]


@pytest.mark.parametrize("literal", ["Patient/1", "http://example.org/fhir/Patient/1", "#p", "Patient/1/_history/1"])
def test_wrong_targets(literal: str) -> None:
    assert problems({"reference": literal}) == [("structure", "X")]
    assert problems({"reference": literal}, frozenset()) == []


def test_the_declared_type_counts_where_the_literal_tells_none() -> None:
    assert problems({"reference": "urn:uuid:1", "type": "Patient"}) == [("structure", "X")]
    assert problems({"identifier": {"value": "1"}, "type": "Organization"}) == []
    assert problems({"type": "http://hl7.org/fhir/StructureDefinition/Patient"}) == [("structure", "X")]
    assert problems({"type": "http://example.org/LogicalModel"}) == []


def test_the_declared_type_must_not_contradict() -> None:
    assert problems({"reference": "Organization/1", "type": "Patient"}) == [("value", "X.type")]


def test_contained_that_is_missing() -> None:
    assert problems({"reference": "#x"}) == [("invariant", "X")]


def test_local_references_are_found_at_any_depth() -> None:
    deep: Any = {"reference": "#deep"}
    for _ in range(5000):
        deep = {"a": [deep]}
    assert local_references([deep, {"uri": "#a", "other": "b#c", "n": 1}, "#"]) == {"deep", "a", ""}
