"""Required bindings of codes and CodeableConcepts."""

from __future__ import annotations

from typing import Any

import pytest

from resources.validation.bindings import bound_code, check_concept
from resources.validation.scope import Scope

GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender"
CLINICAL = "http://hl7.org/fhir/ValueSet/condition-clinical"
SYSTEM = "http://terminology.hl7.org/CodeSystem/condition-clinical"


@pytest.mark.parametrize(
    ("value", "code"), [("female", None), ("Female", "code-invalid"), ("a  b", "value"), (1, "structure")]
)
def test_codes(value: Any, code: str | None) -> None:
    problem = bound_code(GENDER)(value)
    assert (problem[0] if problem else None) == code


def test_a_value_set_that_cannot_be_listed_asks_for_the_syntax_only() -> None:
    check = bound_code("http://hl7.org/fhir/ValueSet/mimetypes")
    assert check("application/x-anything") is None
    assert check(" x") is not None


@pytest.mark.parametrize(
    ("concept", "found"),
    [
        ({"coding": [{"system": SYSTEM, "code": "active"}]}, 0),
        ({"coding": [{"system": "http://example.org", "code": "x"}, {"system": SYSTEM, "code": "active"}]}, 0),
        ({"text": "aktif"}, 0),
        ({"coding": [{"system": SYSTEM, "code": "aktif"}]}, 1),
        ({"coding": [{"system": "http://example.org", "code": "active"}]}, 1),
        ({"coding": [{"code": "active"}]}, 1),
        ({"coding": "x"}, 0),
    ],
)
def test_concepts(concept: dict[str, Any], found: int) -> None:
    scope = Scope([], {})
    check_concept(concept, "X", scope, CLINICAL)
    assert [issue.code for issue in scope.issues] == ["code-invalid"] * found
