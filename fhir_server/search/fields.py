"""Where each search parameter's values stand in a stored document. https://hl7.org/fhir/R4/searchparameter-registry.html"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from resources.definitions.paths import children
from resources.definitions.search import SearchParameter, parameters
from resources.definitions.structure import required_codes

Filter = dict[str, Any]
"""A MongoDB filter over a stored document."""

Entry = Any
"""One indexed value: a string, or an object with lo and hi."""

Layout = Literal["scalar", "object", "list"]

RANGED = frozenset({"date", "number", "quantity"})
ORDERED_TYPES = ("string", "token", "reference", "uri", *sorted(RANGED))
DOCUMENT_FIELDS = {"_id": "_id", "_lastUpdated": "updated"}


@dataclass(frozen=True, slots=True)
class Field:
    """`path`: the document field; `layout`: one plain value (`scalar`), one {lo, hi} (`object`) or a list of entries;
    `systems`: the implicit systems of a code, by code."""

    parameter: SearchParameter
    path: str
    layout: Layout
    systems: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.parameter.code


@dataclass(frozen=True, slots=True)
class Criterion:
    """One parameter of a search. `values` are alternatives (OR), with their escapes; `modifier` is one that the kind
    knows, `missing`, or the type of a reference."""

    field: Field
    modifier: str | None
    values: tuple[str, ...]


@cache
def fields(type: str) -> Mapping[str, Field]:
    """The fields of a resource type by parameter code: exactly the parameters that can be searched by."""
    known = parameters(type).values()
    return {parameter.code: _field(parameter, type) for parameter in known if parameter.type in ORDERED_TYPES}


def implemented(type: str) -> Mapping[str, SearchParameter]:
    """The search parameters that work on a resource type, by code: what the CapabilityStatement tells."""
    return {code: field.parameter for code, field in fields(type).items()}


def _field(parameter: SearchParameter, type: str) -> Field:
    if parameter.code in DOCUMENT_FIELDS:
        return Field(parameter, DOCUMENT_FIELDS[parameter.code], "scalar")
    layout: Layout = "object" if parameter.single and parameter.type in RANGED else "list"
    return Field(parameter, f"index.{parameter.code}", layout, _systems(parameter, type))


def _systems(parameter: SearchParameter, type: str) -> Mapping[str, str]:
    """code -> system, where a required value set has the code in exactly one system."""
    found: dict[str, set[str]] = {}
    if any("code" in path.types for path in parameter.paths):
        for alternative in parameter.expression.split("|"):
            for value_set in _value_sets(alternative.strip(), type):
                for system, codes in required_codes(value_set).items():
                    for code in codes:
                        found.setdefault(code, set()).add(system)
    return {code: systems.pop() for code, systems in found.items() if len(systems) == 1}


def _value_sets(path: str, type: str) -> set[str]:
    """The required value sets of the elements that a plain path (Patient.contact.gender) reaches."""
    first, *names = path.split(".")
    types, sets = {type} if first == type else set(), set[str]()
    for name in names:
        reached = [(element, kind) for parent in types for _, element, kind in children(parent, name)]
        types = {kind for _, kind in reached}
        sets = {element.codes for element, kind in reached if element.codes and kind == "code"}
    return sets
