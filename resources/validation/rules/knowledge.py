"""Invariants of terminology and conformance resources with many elements. https://hl7.org/fhir/R4/codesystem.html#invs"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from resources.validation.rules.values import Rule, any_of, distinct, has, not_both, rows, without
from resources.validation.scope import Json, Scope


def _codes(value: Json) -> Iterator[str]:
    waiting = rows(value, "concept")
    while waiting:
        concept = waiting.pop()
        if "code" in concept:
            yield concept["code"]
        waiting.extend(rows(concept, "concept"))


def _unique_codes(value: Json, scope: Scope) -> bool:
    return distinct(_codes(value))


def _explained(value: Json, scope: Scope) -> bool:
    return has(value, "comment") or value.get("equivalence") not in ("narrower", "inexact")


RULES: Mapping[str, Rule] = {
    "csd-1": _unique_codes,
    "cmd-1": _explained,
    "vsd-1": any_of("valueSet", "system"),
    "vsd-2": lambda value, scope: not any_of("concept", "filter")(value, scope) or has(value, "system"),
    "vsd-3": not_both("concept", "filter"),
    "vsd-6": any_of("code", "display"),
    "vsd-9": lambda value, scope: has(value, "code") or value.get("abstract", True) is True,
    "vsd-10": without("code", unless="system"),
}
