"""Codes from value sets with a required binding. https://hl7.org/fhir/R4/terminologies.html#required"""

from __future__ import annotations

from typing import Any

from resources.definitions.structure import required_codes
from resources.validation import texts
from resources.validation.primitives import PRIMITIVES, Primitive
from resources.validation.scope import Json, Problem, Scope


def bound_code(url: str) -> Primitive:
    """Syntax and value set of a `code` in one check. A value set that cannot be listed checks the syntax only."""
    codes = frozenset(code for codes in required_codes(url).values() for code in codes)
    syntax = PRIMITIVES["code"]
    if not codes:
        return syntax

    def check(value: Any) -> Problem | None:
        if type(value) is str and value in codes:
            return None
        return syntax(value) or texts.not_in_value_set(value, url, codes)

    return check


def check_concept(value: Json, path: str, scope: Scope, url: str) -> None:
    """A CodeableConcept with a required binding: one of its codings, if it has any, is from the value set."""
    systems = required_codes(url)
    codings = value.get("coding")
    rows = [row for row in codings if isinstance(row, dict)] if isinstance(codings, list) else []
    coded = [row for row in rows if isinstance(row.get("code"), str)]
    if not systems or not coded or any(_is_member(row, systems) for row in coded):
        return
    codes = {code for codes in systems.values() for code in codes}
    scope.add(texts.not_in_value_set(coded[0]["code"], url, codes), path)


def _is_member(coding: Json, systems: Any) -> bool:
    system = coding.get("system")
    return isinstance(system, str) and coding["code"] in systems.get(system, ())
