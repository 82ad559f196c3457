"""Hierarchies of codes: https://hl7.org/fhir/R4/codesystem.html#hierarchy"""

from __future__ import annotations

from typing import Any

import pytest

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from fhir_server.search import hierarchy

NESTED: Resource = {
    "resourceType": "CodeSystem",
    "concept": [
        {"code": "a", "concept": [{"code": "b", "concept": [{"code": "c"}]}, {"code": "d"}]},
        {"code": "e"},
        {"display": "without code"},
    ],
}


def prop(code: str, value: str) -> dict[str, Any]:
    return {"code": code, "valueCode": value}


BY_PROPERTIES: Resource = {
    "resourceType": "CodeSystem",
    "concept": [
        {"code": "a", "property": [prop("child", "d")]},
        {"code": "b", "property": [prop("parent", "a"), prop("status", "active")]},
        {"code": "c", "property": [prop("subsumedBy", "b"), {"code": "parent", "valueString": "x"}]},
        {"code": "d"},
        {"code": "e"},
    ],
}
ROUND: Resource = {
    "resourceType": "CodeSystem",
    "concept": [{"code": "a", "property": [prop("parent", "b")]}, {"code": "b", "property": [prop("parent", "a")]}],
}


@pytest.mark.parametrize("code_system", [NESTED, BY_PROPERTIES])
@pytest.mark.parametrize(
    ("code", "below", "above"),
    [("a", "abcd", "a"), ("b", "bc", "ab"), ("c", "c", "abc"), ("d", "d", "ad"), ("e", "e", "e"), ("x", "", "")],
)
def test_below_and_above(code_system: Resource, code: str, below: str, above: str) -> None:
    assert hierarchy.below(code_system, code) == set(below)
    assert hierarchy.above(code_system, code) == set(above)


def test_a_circle_ends() -> None:
    assert hierarchy.below(ROUND, "a") == hierarchy.above(ROUND, "a") == {"a", "b"}


def test_a_deep_hierarchy_is_no_recursion() -> None:
    concept: dict[str, Any] = {"code": "0"}
    for number in range(1, 5_000):
        concept = {"code": str(number), "concept": [concept]}
    assert len(hierarchy.below({"resourceType": "CodeSystem", "concept": [concept]}, "4999")) == 5_000


@pytest.mark.parametrize(
    ("code", "expected"), [("E11.65", {"E11", "E11.6", "E11.65"}), ("E11", {"E11"}), ("39.95", {"39", "39.9", "39.95"})]
)
def test_codes_whose_letters_tell_their_place(code: str, expected: set[str]) -> None:
    assert hierarchy.shorter(code) == expected


@pytest.mark.parametrize(
    ("property", "operator", "value", "expected"),
    [
        ("concept", "is-a", "b", "bc"),
        ("concept", "descendent-of", "b", "c"),
        ("concept", "is-not-a", "b", "ade"),
        ("code", "=", "b", "b"),
        ("code", "in", "b, e,x", "be"),
        ("code", "not-in", "b,e", "acd"),
    ],
)
def test_filters(property: str, operator: str, value: str, expected: str) -> None:
    assert hierarchy.filtered(NESTED, [{"property": property, "op": operator, "value": value}]) == set(expected)


def test_several_filters_must_all_hold() -> None:
    filters = [
        {"property": "concept", "op": "is-a", "value": "a"},
        {"property": "concept", "op": "is-not-a", "value": "b"},
    ]
    assert hierarchy.filtered(NESTED, filters) == {"a", "d"}


@pytest.mark.parametrize(("property", "operator"), [("concept", "regex"), ("display", "="), ("", "")])
def test_other_filters_are_refused(property: str, operator: str) -> None:
    with pytest.raises(InvalidParameter, match="Filters by"):
        hierarchy.filtered(NESTED, [{"property": property, "op": operator, "value": "(a+)+$"}])
