"""Invariants of terminology and conformance resources that need more than fhirpathpy gives. https://hl7.org/fhir/R4/codesystem.html#invs"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from resources.validation.rules.values import Rule, distinct, rows
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


RULES: Mapping[str, Rule] = {
    "csd-1": _unique_codes,
}
