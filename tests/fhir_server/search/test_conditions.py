"""Walks through the tree of conditions."""

from __future__ import annotations

import pytest

from fhir_server.search.conditions import Holding, criteria, steps
from fhir_server.search.query import parse


@pytest.mark.parametrize(
    ("name", "value", "codes", "depth"),
    [
        ("status", "final", ["status"], 0),
        ("subject:Patient.organization.name", "x", ["name"], 2),
        ("_filter", "status eq final and not (code eq x or date pr true)", ["status", "code", "date"], 0),
        (
            "_filter",
            "status eq final or subject:Patient[gender eq male].organization.name co x",
            ["status", "gender", "name"],
            2,
        ),
        ("_filter", "subject:Patient.name eq x", [], 1),
        ("encounter:Encounter._has:Observation:encounter:status", "final", ["status"], 2),
    ],
)
def test_criteria_and_steps(name: str, value: str, codes: list[str], depth: int) -> None:
    (condition,) = parse("Observation", ((name, value),)).criteria
    assert [one.field.code for one in criteria(condition)] == codes
    assert steps(condition) == depth


def test_a_condition_on_what_is_contained_is_as_deep_as_that() -> None:
    (condition,) = parse("Patient", (("organization.name", "x"),)).criteria
    holding = Holding("Patient", condition)
    assert [one.field.code for one in criteria(holding)] == ["name"]
    assert steps(holding) == 1
