"""What an operation was sent, by GET or as a Parameters resource."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_server.errors import BadRequest
from fhir_server.interactions.operations.parameters import as_query, named
from fhir_server.messages import FhirRequest, Parameters

CODING = {"system": "http://loinc.org", "code": "60591-5"}


def posted(*rows: Any) -> FhirRequest:
    return FhirRequest(
        "POST", ("Patient", "$x"), (("a", "1"),), {}, {"resourceType": "Parameters", "parameter": list(rows)}
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"name": "b", "valueString": "x y"}, "x y"),
        ({"name": "b", "valueBoolean": True}, "true"),
        ({"name": "b", "valueBoolean": False}, "false"),
        ({"name": "b", "valueInteger": 7}, "7"),
        ({"name": "b", "valueReference": {"reference": "Patient/1"}}, "Patient/1"),
        ({"name": "b", "valueIdentifier": {"system": "http://x", "value": "1"}}, "http://x|1"),
        ({"name": "b", "valueIdentifier": {"value": "1"}}, "1"),
        ({"name": "b", "valueCoding": CODING}, "http://loinc.org|60591-5"),
        ({"name": "b", "valueCodeableConcept": {"coding": [CODING, {"code": "x"}]}}, "http://loinc.org|60591-5"),
        ({"name": "b", "valueCoding": {"code": "x"}}, "x"),
    ],
)
def test_values_as_a_query_has_them(row: dict[str, Any], expected: str) -> None:
    assert as_query(posted(row)) == (("a", "1"), ("b", expected))


@pytest.mark.parametrize(
    "row",
    [
        {"name": "b"},
        {"name": "b", "valueCodeableConcept": {"text": "x"}},
        {"name": "b", "valueCodeableConcept": {"coding": ["x"]}},
        {"name": "b", "valuePeriod": {"start": "2026"}},
        {"name": "b", "valueReference": {"reference": 1}},
        {"name": "b", "part": [{"name": "c", "valueString": "x"}]},
    ],
)
def test_other_values_are_refused(row: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        as_query(posted(row))


def test_a_get_has_its_query_and_a_post_without_a_body_too() -> None:
    for method in ("GET", "HEAD", "POST"):
        assert as_query(FhirRequest(method, (), (("a", "1"), ("a", "2")))) == (("a", "1"), ("a", "2"))


@pytest.mark.parametrize(
    "body", [[], "x", {"resourceType": "Patient"}, {"resourceType": "Parameters", "parameter": {}}]
)
def test_what_is_no_parameters_resource(body: Any) -> None:
    with pytest.raises(BadRequest):
        as_query(FhirRequest("POST", (), (), {}, body))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ((), {}),
        ((("a", "1"), ("m", "2")), {"a": "1", "m": "2"}),
        ((("m", "1"), ("m", "2,3")), {"m": "1,2,3"}),
        ((("_summary", "true"), ("_elements", "id")), {}),
    ],
)
def test_names(query: Parameters, expected: dict[str, str]) -> None:
    assert named(query, ("a", "b"), ("m",), lenient=False) == expected


@pytest.mark.parametrize("query", [(("a", "1"), ("a", "1")), (("x", "1"),)])
def test_what_is_repeated_or_unknown(query: Parameters) -> None:
    with pytest.raises(BadRequest):
        named(query, ("a",), lenient=False)


def test_what_is_unknown_is_left_out_where_the_client_says_so() -> None:
    assert named((("a", "1"), ("x", "1")), ("a",), lenient=True) == {"a": "1"}
