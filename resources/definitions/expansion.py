"""The codes of a value set, from the value sets and code systems of the package. https://hl7.org/fhir/R4/valueset.html#expansion"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
Codes = dict[str, list[str]]


class NotEnumerable(Exception):
    """The value set cannot be listed: it takes all of a code system that is not here, or by a filter we do not know."""


class Expansion:
    """`expand(url)` gives {system: [codes]}, or {} where the value set cannot be enumerated."""

    def __init__(self, value_sets: list[Json], code_systems: list[Json]) -> None:
        self._value_sets = {value_set["url"]: value_set for value_set in value_sets}
        self._code_systems = {system["url"]: system for system in code_systems}

    def expand(self, url: str) -> Codes:
        try:
            return {system: list(codes) for system, codes in self._value_set(url).items()}
        except NotEnumerable:
            return {}

    def _value_set(self, url: str) -> dict[str, dict[str, None]]:
        value_set = self._value_sets.get(url.partition("|")[0])
        if value_set is None or "compose" not in value_set:
            raise NotEnumerable(url)
        result: dict[str, dict[str, None]] = {}
        for include in value_set["compose"]["include"]:
            for system, codes in self._include(include).items():
                result.setdefault(system, {}).update(codes)
        for exclude in value_set["compose"].get("exclude", ()):
            for system, codes in self._include(exclude).items():
                result[system] = {code: None for code in result.get(system, {}) if code not in codes}
        return result

    def _include(self, include: Json) -> dict[str, dict[str, None]]:
        if "system" not in include:
            parts: dict[str, dict[str, None]] = {}
            for url in include["valueSet"]:
                for system, codes in self._value_set(url).items():
                    parts.setdefault(system, {}).update(codes)
            return parts
        system = include["system"]
        if "concept" in include:
            return {system: {concept["code"]: None for concept in include["concept"]}}
        concepts = dict(self._concepts(system))
        for condition in include.get("filter", ()):
            concepts = {code: parents for code, parents in concepts.items() if _passes(code, parents, condition)}
        return {system: dict.fromkeys(concepts)}

    def _concepts(self, system: str) -> Iterator[tuple[str, set[str]]]:
        """Every code of a system with its ancestors."""
        definition = self._code_systems.get(system)
        if definition is None or definition.get("content") != "complete" or not definition.get("concept"):
            raise NotEnumerable(system)
        yield from _walk(definition["concept"], set())


def _walk(concepts: list[Json], ancestors: set[str]) -> Iterator[tuple[str, set[str]]]:
    for concept in concepts:
        yield concept["code"], ancestors
        yield from _walk(concept.get("concept", []), ancestors | {concept["code"]})


def _passes(code: str, ancestors: set[str], condition: Json) -> bool:
    match condition["property"], condition["op"]:
        case "concept", "is-a":
            return code == condition["value"] or condition["value"] in ancestors
        case "concept", "descendent-of":
            return condition["value"] in ancestors
        case "concept", "is-not-a":
            return code != condition["value"] and condition["value"] not in ancestors
    raise NotEnumerable(f"{condition['property']} {condition['op']}")
