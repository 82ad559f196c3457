"""What the server asks about resource types: is this valid, and what must be unique. https://hl7.org/fhir/R4/validation.html"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from resources.issues import Issue
from resources.validation import texts
from resources.validation.elements import check_resource
from resources.validation.scope import Scope


def validate(resource: Any, *, type: str | None = None) -> list[Issue]:
    """Everything that is wrong with parsed JSON, in the order of the document; never raises.

    Numbers are int or Decimal. `type`: the resource type that it must have. Empty: nothing to say; `severity` tells errors
    from warnings."""
    issues: list[Issue] = []
    scope = Scope(issues, resource)
    name = type or "Resource"
    if not isinstance(resource, dict):
        scope.add(texts.not_an_object(), name)
        return issues
    found = resource.get("resourceType")
    if type is not None and isinstance(found, str) and found != type:
        scope.add(texts.other_type(found, type), f"{type}.resourceType")
        return issues
    check_resource(resource, found if isinstance(found, str) and found.isidentifier() else name, scope)
    return issues
