"""The rules in Python say what fhirpathpy says of the official expressions, on examples, damaged and broken ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from resources.definitions.structure import UnknownType, definition, invariant
from resources.validation.invariants import CHECKED_ELSEWHERE, fhirpath_rule
from resources.validation.rules import RULES
from resources.validation.scope import Scope
from tests.resources.validation.rules.broken import ALL_BROKEN, PROFILE, profile

Json = dict[str, Any]
PER_KEY = 50
DIFFERENT = {
    "per-1": "fhirpathpy has no hasValue()",
    "age-1": "fhirpathpy has no hasValue()",
    "cnt-3": "fhirpathpy has no hasValue()",
    "bdl-10": "fhirpathpy has no hasValue()",
    "ctm-1": "fhirpathpy has no resolve()",
    "dom-6": "the expression warns of contained resources too, which have no narrative of their own",
    "dom-3": "fhirpathpy's `as` refuses several values",
    "rng-2": "fhirpathpy cannot compare Quantities that are JSON objects",
    "que-7": "fhirpathpy: a FHIR boolean `is Boolean` is false",
    "con-3": "the expression warns of every category, its text speaks of problem lists",
    "tim-9": "fhirpathpy's `in` refuses several values, and when repeats",
    "que-13": "without repeats the expression is empty; the rule means that repeats is then false",
    "ppc-2": "the expression asks for the code system 'something': never true of a real Consent",
    "eld-11": "the expression counts truth values instead of asking whether one is true, so it always holds",
} | dict.fromkeys(
    [key for key in RULES if key.endswith("-0")],
    "fhirpathpy's matches() finds a part; the rule is about the whole name",
)


def occurrences(kind: str, value: Any, scope: Scope) -> Iterator[tuple[str, str, Any, Scope]]:
    """(key, type, value, scope) of every invariant that applies somewhere in the value."""
    try:
        table = definition(kind)
    except UnknownType:
        return
    for key in table.invariants:
        yield key, kind, value, scope
    for name, (element, type) in table.properties.items():
        items = value.get(name) if isinstance(value, dict) else None
        for item in items if isinstance(items, list) else [items]:
            if item is not None:
                inner = item["resourceType"] if type == "Resource" else type
                container = scope.root if name == "contained" else None
                inner_scope = Scope([], item, container) if type == "Resource" else scope
                yield from ((key, inner, item, inner_scope) for key in element.invariants)
                yield from occurrences(inner, item, inner_scope)


def damaged(kind: str, value: Any) -> Iterator[Any]:
    """The value; without one of its optional elements; with the last row of a list twice."""
    yield value
    if isinstance(value, dict):
        mandatory = {element.name for element in definition(kind).elements if element.min} | {"resourceType"}
        for name in [name for name in value if name not in mandatory][:10]:
            yield {key: item for key, item in value.items() if key != name}
            if isinstance(value[name], list):
                yield {**value, name: [*value[name], value[name][-1]]}


def collected(examples: Mapping[str, Json]) -> Mapping[str, list[tuple[str, Any, Scope]]]:
    by_key: dict[str, list[tuple[str, Any, Scope]]] = defaultdict(list)
    for resource in examples.values():
        if len(str(resource)) < 30_000:
            for key, kind, value, scope in occurrences(resource["resourceType"], resource, Scope([], resource)):
                if key in RULES and key not in DIFFERENT and len(by_key[key]) < PER_KEY:
                    by_key[key].append((kind, value, scope))
    return by_key


def test_python_and_fhirpath_agree_on_the_examples(official_examples: Mapping[str, Json]) -> None:
    differences: Counter[str] = Counter()
    compared = 0
    for key, found in collected(official_examples).items():
        for kind, value, scope in found:
            for variant in damaged(kind, value):
                at = Scope([], variant) if value is scope.resource else scope
                compared += 1
                differences[key] += RULES[key](variant, at) != fhirpath_rule(key, kind)(variant, at)
    assert +differences == Counter()
    assert compared > 15_000


@pytest.mark.parametrize(
    ("key", "kind", "value"), ALL_BROKEN, ids=[f"{row[0]}-{n}" for n, row in enumerate(ALL_BROKEN)]
)
def test_broken_values_are_found_by_both(key: str, kind: str, value: Any) -> None:
    resource = (
        value if isinstance(value, dict) and "resourceType" in value else profile("snapshot", **{"differential": {}})
    )
    if key.startswith("sdf-8"):
        resource = {**PROFILE, "snapshot": value, "differential": value}
    assert RULES[key](value, Scope([], resource)) is False
    if key not in DIFFERENT:
        assert fhirpath_rule(key, kind)(value, Scope([], resource)) is False


def test_every_rule_is_broken_once() -> None:
    always_true = {"eld-11", "ppc-2", "ppc-3", "ppc-4", "ppc-5", "ctm-1"}
    named = {key for key in RULES if key.endswith("-0")}
    assert set(RULES) - {key for key, _, _ in ALL_BROKEN} - always_true - named == set()


def test_a_rule_belongs_to_an_invariant() -> None:
    for key in [*RULES, *CHECKED_ELSEWHERE]:
        assert invariant(key).key == key
