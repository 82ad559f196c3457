"""Value sets and a hierarchy of codes: what the server is given, and what is meant by it, written out by hand.

https://hl7.org/fhir/R4/search.html#token
"""

from __future__ import annotations

from tests.journeys.search_model.dice import ICD_10, SYSTEMS, Json
from tests.journeys.search_model.tokens import Token

A, B, _ = SYSTEMS
PLACE = "http://contoh.example/vs"
BELOW = {
    (A, "alfa"): {"alfa", "beta", "a,b"},
    (A, "beta"): {"beta", "a,b"},
    (A, "a,b"): {"a,b"},
    (A, "Alfa"): {"Alfa", "x$y"},
    (A, "x$y"): {"x$y"},
    (ICD_10, "E11"): {"E11", "E11.6", "E11.65", "E11.9"},
    (ICD_10, "E11.6"): {"E11.6", "E11.65"},
    (ICD_10, "E11.9"): {"E11.9"},
    (ICD_10, "J45"): {"J45"},
}
"""The codes that a code subsumes, itself included. What ICD-10 has beside these is in no resource."""

SETS = {
    f"{PLACE}/dua": {("alfa", A), ("beta", B)},
    f"{PLACE}/semua": None,
    f"{PLACE}/bawah": {("alfa", A), ("beta", A), ("a,b", A)},
    "ValueSet/tanpa": {("alfa", A), ("a,b", A), ("Alfa", A), ("x$y", A)},
}
"""The codes of a value set; None: all of system B."""


def is_in(token: Token, value_set: str) -> bool:
    """Our choice: what has system B without a code counts as one of its codes."""
    codes = SETS[value_set]
    return token[1] == B if codes is None else token in codes


def relatives(direction: str, system: str, code: str) -> set[Token]:
    """The code and those below or above it."""
    if direction == "below":
        return {(one, system) for one in BELOW.get((system, code), ())}
    return {(one, place) for (place, one), under in BELOW.items() if place == system and code in under}


def resources() -> list[Json]:
    bare = {"status": "active", "content": "complete"}
    concepts = [
        {"code": "alfa", "concept": [{"code": "beta", "concept": [{"code": "a,b"}]}]},
        {"code": "Alfa", "concept": [{"code": "x$y"}]},
    ]
    return [
        {"resourceType": "CodeSystem", "id": "a", "url": A, **bare, "concept": concepts},
        _value_set("dua", [{"system": A, "concept": [{"code": "alfa"}]}, {"system": B, "concept": [{"code": "beta"}]}]),
        _value_set("semua", [{"system": B}]),
        _value_set("bawah", [{"system": A, "filter": [{"property": "concept", "op": "is-a", "value": "alfa"}]}]),
        _value_set("tanpa", [{"system": A}], [{"system": A, "concept": [{"code": "beta"}]}]),
    ]


def _value_set(id: str, include: list[Json], exclude: list[Json] | None = None) -> Json:
    compose = {"include": include, **({"exclude": exclude} if exclude else {})}
    return {"resourceType": "ValueSet", "id": id, "url": f"{PLACE}/{id}", "status": "active", "compose": compose}
