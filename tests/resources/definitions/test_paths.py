"""The paths of search parameters. tests/fhir_server/search holds them against fhirpathpy on the official examples."""

from __future__ import annotations

from typing import Any

import pytest

from resources.definitions.paths import UnsupportedPath, compile_path

OBSERVATION = {
    "resourceType": "Observation",
    "code": {"text": "a"},
    "component": [{"code": {"text": "b"}}, {"code": {"text": "c"}}],
    "valueQuantity": {"value": 1},
    "subject": {"reference": "Patient/1"},
    "performer": [{"reference": "Practitioner/1"}, {"reference": "http://x/Patient/2/_history/1"}, {"display": "?"}],
    "extension": [{"url": "http://x/a", "valueString": "A"}, {"url": "http://x/b"}],
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Observation.code", [("CodeableConcept", {"text": "a"})]),
        ("Observation.component.code.text", [("string", "b"), ("string", "c")]),
        ("Observation.code | Observation.component.code", [("CodeableConcept", {"text": t}) for t in "abc"]),
        ("Observation.value", [("Quantity", {"value": 1})]),
        ("(Observation.value as Quantity)", [("Quantity", {"value": 1})]),
        ("Observation.value.as(string)", []),
        ("Patient.name | Observation.code.text", [("string", "a")]),
        ("Observation.subject.where(resolve() is Patient)", [("Reference", {"reference": "Patient/1"})]),
        (
            "Observation.performer.where(resolve() is Patient)",
            [("Reference", {"reference": "http://x/Patient/2/_history/1"})],
        ),
        ("Observation.component[0].code.text", None),
        ("Observation.component[0]", [("Observation.component", {"code": {"text": "b"}})]),
        ("Observation.extension('http://x/a').value", [("string", "A")]),
        ("Observation.code.where(text='a').text", [("string", "a")]),
        ("Observation.code.where(text='z').text", []),
    ],
)
def test_values(expression: str, expected: list[tuple[str, Any]] | None) -> None:
    found = [
        node for path in compile_path(expression, "Observation") for node in path.values("Observation", OBSERVATION)
    ]
    assert found == (expected if expected is not None else [("string", "b")])


@pytest.mark.parametrize(
    ("type", "expression", "single"),
    [
        ("Patient", "Patient.birthDate", True),
        ("Patient", "Patient.name.family", False),
        ("Observation", "Observation.effective", True),
        ("Bundle", "Bundle.entry[0].resource", True),
    ],
)
def test_whether_there_can_be_several_values(type: str, expression: str, single: bool) -> None:
    assert [path.single for path in compile_path(expression, type)] == [single]


def test_deceased_is_a_yes_or_no() -> None:
    expression = "Patient.deceased.exists() and Patient.deceased != false"
    (path,) = compile_path(expression, "Patient")
    for content, expected in (
        ({}, False),
        ({"deceasedBoolean": False}, False),
        ({"deceasedBoolean": True}, True),
        ({"deceasedDateTime": "2020"}, True),
    ):
        assert path.values("Patient", {"resourceType": "Patient", **content}) == [("boolean", expected)]


def test_a_canonical_is_a_uri_too() -> None:
    (path,) = compile_path("(ConceptMap.source as uri)", "ConceptMap")
    assert path.values("ConceptMap", {"sourceCanonical": "http://x"}) == [("canonical", "http://x")]


def test_a_resource_inside_tells_its_own_type() -> None:
    (path,) = compile_path("Bundle.entry.resource", "Bundle")
    bundle = {"entry": [{"resource": {"resourceType": "Patient", "id": "1"}}]}
    assert path.values("Bundle", bundle) == [("Resource", {"resourceType": "Patient", "id": "1"})]


@pytest.mark.parametrize(
    "expression",
    ["Patient.nothing", "Patient.name.repeat(x)", "Patient.name.given[0]", "Patient.name + 1", "Patient.name.where("],
)
def test_what_search_parameters_do_not_use(expression: str) -> None:
    with pytest.raises((UnsupportedPath, IndexError)):
        compile_path(expression, "Patient")
