"""Refusals become OperationOutcomes in one place."""

from __future__ import annotations

import pytest

from fhir_server.errors import ALL_OK, FhirError, Invalid, NotFound, located, outcome
from resources.issues import Issue, Text


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Patient.name[0]", "Bundle.entry[3].resource.name[0]"),
        ("Patient", "Bundle.entry[3].resource"),
        ("", "Bundle.entry[3]"),
        ("http.if-match", "Bundle.entry[3].request"),
        ("Bundle.entry[3].request.url", "Bundle.entry[3].request.url"),
    ],
)
def test_an_error_names_the_entry(expression: str, expected: str) -> None:
    with pytest.raises(FhirError) as caught, located("Bundle.entry[3]"):
        raise NotFound(Text("no", "tidak"), expression=expression)
    assert caught.value.issues[0].expression == expected


def test_an_outcome_speaks_the_language_of_the_client() -> None:
    issue = Issue("error", "value", Text("wrong", "salah"), "Patient.gender")
    assert outcome([issue], "id")["issue"][0] == {
        "severity": "error",
        "code": "value",
        "details": {"text": "salah"},
        "diagnostics": "salah",
        "expression": ["Patient.gender"],
    }
    assert outcome([issue], "en")["issue"][0]["diagnostics"] == "wrong"
    assert "expression" not in outcome([ALL_OK], "en")["issue"][0]


def test_invalid_carries_all_issues() -> None:
    issues = [Issue("error", "value", Text(name, name), name) for name in "abc"]
    assert Invalid(issues).issues == tuple(issues)
    assert str(Invalid(issues)) == "a; b; c"
