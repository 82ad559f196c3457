"""References: their syntax, what they may point to, and '#id'. https://hl7.org/fhir/R4/references.html"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from resources.definitions.structure import invariant, resource_types
from resources.validation import texts
from resources.validation.scope import Json, Scope

STRUCTURE = "http://hl7.org/fhir/StructureDefinition/"
RELATIVE = re.compile(r"([A-Z][A-Za-z]+)(?:/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?|\?\S+)(?:#\S*)?")
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")
RESTFUL = re.compile(r"https?://\S*/([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?(?:#\S*)?")


def check_reference(value: Json, path: str, scope: Scope, targets: frozenset[str]) -> None:
    """`targets` empty: any type may be referred to."""
    literal, declared = value.get("reference"), value.get("type")
    found = None
    if type(literal) is str and literal:
        found = _check_literal(literal, path, scope)
    if type(declared) is str:
        declared = declared.removeprefix(STRUCTURE)
        if found is None and declared in _types():
            found = declared
        elif found is not None and declared != found:
            scope.add(texts.contradicting_type(declared, found), f"{path}.type")
    if targets and found is not None and found not in targets:
        scope.add(texts.wrong_target(found, targets), path)


def _check_literal(literal: str, path: str, scope: Scope) -> str | None:
    """The type that a literal reference tells; adds a problem where it is none."""
    if literal[0] == "#":
        return _check_local(literal[1:], path, scope)
    if relative := RELATIVE.fullmatch(literal):
        if relative[1] in _types():
            return relative[1]
    elif ABSOLUTE.fullmatch(literal):
        restful = RESTFUL.fullmatch(literal)
        return restful[1] if restful and restful[1] in _types() else None
    scope.add(texts.bad_reference(literal), f"{path}.reference")
    return None


def _check_local(id: str, path: str, scope: Scope) -> str | None:
    if not id:
        return None
    found = scope.contained().get(id)
    if found is None:
        rule = invariant("ref-1")
        scope.add(texts.broken_invariant("ref-1", rule.human, rule.expression), path)
    return found


def local_references(value: Any) -> set[str]:
    """The ids of all '#id' below a value; '' stands for '#' alone. Iterative: the value may be deep."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if type(item) is dict:
            waiting.extend(item.values())
        elif type(item) is list:
            waiting.extend(item)
        elif type(item) is str and item[:1] == "#":
            found.add(item[1:])
    return found


@cache
def _types() -> frozenset[str]:
    return frozenset(resource_types())
