"""Boolean FHIRPath expressions, evaluated by fhirpathpy. https://hl7.org/fhirpath/"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fhirpathpy
from fhirpathpy.engine.nodes import ResourceNode
from fhirpathpy.models import models

from resources.validation.scope import Scope

_node: Callable[[Any, str], Any] = ResourceNode


def compile_rule(expression: str, kind: str) -> Callable[[Any, Scope], bool]:
    """True where the expression is true or empty. Raises whatever fhirpathpy raises."""
    evaluate = fhirpathpy.compile(expression, models["r4"], {"traceFn": _ignore})

    def holds(value: Any, scope: Scope) -> bool:
        variables = {"resource": scope.resource, "rootResource": scope.root.resource}
        is_resource = isinstance(value, dict) and "resourceType" in value
        found = evaluate(value if is_resource else _node(value, kind), variables)
        return found != [False]

    return holds


def _ignore(*arguments: Any) -> None:
    """trace() is for debugging only."""
