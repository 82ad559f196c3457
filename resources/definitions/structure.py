"""Types and their elements, as data. https://hl7.org/fhir/R4/elementdefinition.html"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from resources.definitions.data import read

UNBOUNDED = -1


class UnknownType(KeyError):
    """R4 has no type of this name."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type. `max` is UNBOUNDED for lists; `codes` is the url of a required value set;
    `targets` is empty where a Reference may point to any type; `types` names types, or a backbone by its path."""

    name: str
    types: tuple[str, ...]
    min: int
    max: int
    choice: bool = False
    summary: bool = False
    modifier: bool = False
    attribute: bool = False
    targets: tuple[str, ...] = ()
    codes: str | None = None
    invariants: tuple[str, ...] = ()

    @property
    def is_list(self) -> bool:
        return self.max == UNBOUNDED or self.max > 1

    def json_name(self, type: str) -> str:
        """The JSON property that holds this element as a value of `type`: value + Quantity = valueQuantity."""
        return self.name + type[0].upper() + type[1:] if self.choice else self.name


@dataclass(frozen=True, slots=True)
class Definition:
    """One type. `elements` in the specification's order; `properties` by JSON name (valueQuantity: value, Quantity)."""

    name: str
    kind: str
    abstract: bool
    invariants: tuple[str, ...]
    elements: tuple[Element, ...]
    properties: Mapping[str, tuple[Element, str]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """A constraint of the specification: FHIRPath that must be true; `severity` is error or warning."""

    key: str
    severity: str
    human: str
    expression: str


@cache
def definition(name: str) -> Definition:
    """The definition of a type, or of a backbone element by its path (Patient.contact). Raises UnknownType."""
    table = read("types").get(name)
    if table is None:
        raise UnknownType(name)
    elements = tuple(_element(row) for row in table["elements"])
    properties = {element.json_name(type): (element, type) for element in elements for type in element.types}
    return Definition(
        name, table["kind"], table.get("abstract", False), tuple(table["invariants"]), elements, properties
    )


def _element(row: Mapping[str, Any]) -> Element:
    lists = {key: tuple(row.get(key, ())) for key in ("types", "targets", "invariants")}
    return Element(**{**row, **lists})


@cache
def resource_types() -> tuple[str, ...]:
    """The 146 concrete resource types of R4, in alphabetical order."""
    tables = read("types").items()
    return tuple(sorted(name for name, row in tables if row["kind"] == "resource" and not row.get("abstract")))


@cache
def primitive_types() -> frozenset[str]:
    """The types whose JSON form is a string, number or boolean."""
    return frozenset(name for name, row in read("types").items() if row["kind"] == "primitive-type")


@cache
def invariant(key: str) -> Invariant:
    return Invariant(key, **read("invariants")[key])


@cache
def required_codes(url: str) -> Mapping[str, frozenset[str]]:
    """{system: codes} of a required value set; empty where it cannot be enumerated (MIME types, UCUM)."""
    return {system: frozenset(codes) for system, codes in read("codes")[url].items()}
