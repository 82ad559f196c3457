"""Invariants that fhirpathpy evaluates."""

from __future__ import annotations

from typing import Any

import pytest

from resources.registry import validate
from resources.validation.fhirpath import compile_rule
from resources.validation.scope import Scope

STATEMENT: dict[str, Any] = {
    "resourceType": "CapabilityStatement",
    "name": "Rsud",
    "status": "active",
    "date": "2026-11-24",
    "kind": "instance",
    "implementation": {"description": "RSUD"},
    "fhirVersion": "4.0.1",
    "format": ["json"],
    "rest": [{"mode": "server", "resource": [{"type": "Patient"}]}],
}


def errors(resource: Any) -> list[tuple[str, str]]:
    return [
        (issue.text.en.partition(":")[0], issue.expression) for issue in validate(resource) if issue.severity == "error"
    ]


def test_a_sound_statement() -> None:
    assert errors(STATEMENT) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"implementation": None}, [("cpb-2", "CapabilityStatement"), ("cpb-14", "CapabilityStatement")]),
        ({"rest": None}, [("cpb-1", "CapabilityStatement")]),
    ],
)
def test_broken_invariants(change: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    resource = {name: value for name, value in {**STATEMENT, **change}.items() if value is not None}
    assert sorted(errors(resource)) == sorted(expected)


def test_a_rule_that_cannot_be_evaluated_says_nothing() -> None:
    assert errors({**STATEMENT, "document": 5, "messaging": "x"})
    assert not any(key.startswith("cpb") for key, _ in errors({**STATEMENT, "document": [5], "kind": ["instance"]}))


def test_empty_is_true() -> None:
    assert compile_rule("missing = 1", "Patient")({"resourceType": "Patient"}, Scope([], {})) is True
    assert (
        compile_rule("active = false", "Patient")({"resourceType": "Patient", "active": True}, Scope([], {})) is False
    )
