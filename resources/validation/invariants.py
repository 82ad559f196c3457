"""The constraints of the specification as rules. https://hl7.org/fhir/R4/conformance-rules.html#constraints

The frequent ones, and those that fhirpathpy gets wrong, are in Python (`rules`); the rest is FHIRPath, compiled once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeAlias

from resources.definitions.structure import Invariant, invariant
from resources.validation import texts
from resources.validation.fhirpath import compile_rule
from resources.validation.rules import RULES
from resources.validation.scope import Check, Scope

Invariants: TypeAlias = Sequence[Check]
Rule: TypeAlias = Callable[[Any, Scope], bool]

CHECKED_ELSEWHERE = frozenset({"ref-1", "txt-1", "txt-2"})


def invariants_of(keys: Iterable[str], kind: str) -> Invariants:
    """One check per invariant of a type."""
    return tuple(_check(key, kind) for key in keys if key not in CHECKED_ELSEWHERE)


def _check(key: str, kind: str) -> Check:
    definition = invariant(key)
    problem = texts.broken_invariant(key.partition("@")[0], definition.human, definition.expression)
    severity = definition.severity
    holds: Rule | None = RULES.get(key)

    def check(value: Any, path: str, scope: Scope) -> None:
        nonlocal holds
        if holds is None:
            holds = fhirpath_rule(key, kind)
        try:
            kept = holds(value, scope)
        except Exception:
            # The value has another shape than the rule expects, which the element checks report.
            return
        if not kept:
            scope.add(problem, path, severity)

    return check


@cache
def fhirpath_rule(key: str, kind: str) -> Rule:
    """The rule as fhirpathpy evaluates it on a value of type `kind`."""
    found: Invariant = invariant(key)
    return compile_rule(found.expression, kind)
