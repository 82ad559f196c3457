"""What the server asks about resource types: is this valid, and what must be unique. https://hl7.org/fhir/R4/validation.html"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from resources.booking import appointment_keys, task_keys
from resources.document_reference import document_keys
from resources.encounter import encounter_rules
from resources.identifiers import Identifier
from resources.issues import Issue
from resources.moments import ends_after_start
from resources.patient import patient_keys, patient_rules, practitioner_keys, practitioner_rules
from resources.practice import schedule_rules
from resources.search_parameter import search_parameter_keys, search_parameter_rules
from resources.validation import texts
from resources.validation.elements import check_resource
from resources.validation.scope import Scope, TooManyProblems

RULES: Mapping[str, Callable[[Any], Iterator[Issue]]] = {
    "Patient": patient_rules,
    "Practitioner": practitioner_rules,
    "Encounter": encounter_rules,
    "Appointment": ends_after_start,
    "Schedule": schedule_rules,
    "Slot": ends_after_start,
    "SearchParameter": search_parameter_rules,
}
KEYS: Mapping[str, Callable[[Any], Iterator[Identifier]]] = {
    "Patient": patient_keys,
    "Practitioner": practitioner_keys,
    "Appointment": appointment_keys,
    "Task": task_keys,
    "SearchParameter": search_parameter_keys,
    "DocumentReference": document_keys,
}


def validate(resource: Any, *, type: str | None = None) -> list[Issue]:
    """Everything that is wrong with parsed JSON, the specification's rules before the hospital's own; never raises.

    Numbers are int or Decimal. `type`: the resource type that it must have. `severity` tells errors from warnings."""
    issues: list[Issue] = []
    if not isinstance(resource, dict):
        return [Issue("error", *texts.not_an_object(), type or "Resource")]
    found = resource.get("resourceType")
    if type is not None and isinstance(found, str) and found != type:
        return [Issue("error", *texts.other_type(found, type), f"{type}.resourceType")]
    named = isinstance(found, str) and found.isidentifier() and len(found) <= 64
    name = str(found) if named else type or "Resource"
    try:
        check_resource(resource, name, Scope(issues, resource))
    except TooManyProblems:
        issues.append(Issue("error", *texts.more_problems(len(issues)), name))
    if name in RULES:
        issues.extend(RULES[name](resource))
    return issues


def business_keys(resource: Any) -> list[str]:
    """The "system|value" of the identifiers that no other resource of the type may have."""
    keys = KEYS.get(str(resource.get("resourceType")))
    return sorted({identifier.key for identifier in keys(resource)}) if keys else []
