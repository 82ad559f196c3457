"""Invariants in Python: key -> rule(value, scope), true where it holds. https://hl7.org/fhir/R4/conformance-rules.html#constraints

A rule may assume that the value has the shape of its type: one that raises is taken as not evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from resources.validation.rules import (
    administration,
    bundles,
    clinical,
    conformance,
    datatypes,
    knowledge,
    questionnaires,
    resource,
    structures,
)
from resources.validation.scope import Scope

Rule: TypeAlias = Callable[[Any, Scope], bool]

RULES: Mapping[str, Rule] = {
    **datatypes.RULES,
    **resource.RULES,
    **administration.RULES,
    **clinical.RULES,
    **bundles.RULES,
    **questionnaires.RULES,
    **knowledge.RULES,
    **conformance.RULES,
    **structures.RULES,
}
