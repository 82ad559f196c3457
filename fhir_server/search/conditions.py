"""The conditions of a search as a tree of values: criteria, chains, reverse chains, and how they are joined.

https://hl7.org/fhir/R4/search.html#chaining, #has, https://hl7.org/fhir/R4/search_filter.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fhir_server.search.fields import Criterion, Field, Filter

__all__ = [
    "AllOf",
    "AnyOf",
    "Chain",
    "Condition",
    "Criterion",
    "Has",
    "Holding",
    "Matching",
    "Not",
    "criteria",
    "steps",
]


@dataclass(frozen=True, slots=True)
class Chain:
    """The resource's reference `field` points to a resource of type `target` for which `inner` holds. `named`: whether
    the client named the type, or the server tries it as one of all that are possible."""

    field: Field
    target: str
    inner: Condition
    named: bool = True


@dataclass(frozen=True, slots=True)
class Has:
    """A resource of type `source` for which `inner` holds points to this one by its reference `field`."""

    source: str
    field: Field
    inner: Condition


@dataclass(frozen=True, slots=True)
class Holding:
    """The resource contains one of this `type` for which `inner` holds."""

    type: str
    inner: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold, also where there is no value."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Matching:
    """One field by a ready filter on it: `words` tells it to people."""

    field: Field
    filter: Filter
    words: str

    def __hash__(self) -> int:
        return hash((self.field.path, self.words))


Condition = Criterion | Chain | Has | Holding | AllOf | AnyOf | Not | Matching


def criteria(condition: Condition) -> Iterator[Criterion]:
    """Every criterion in the tree, from left to right."""
    match condition:
        case Criterion():
            yield condition
        case Chain(inner=inner) | Has(inner=inner) | Holding(inner=inner) | Not(condition=inner):
            yield from criteria(inner)
        case AllOf(conditions=parts) | AnyOf(conditions=parts):
            for part in parts:
                yield from criteria(part)


def steps(condition: Condition) -> int:
    """How many chains and reverse chains stand one behind another at most."""
    match condition:
        case Chain(inner=inner) | Has(inner=inner):
            return 1 + steps(inner)
        case Holding(inner=part) | Not(condition=part):
            return steps(part)
        case AllOf(conditions=parts) | AnyOf(conditions=parts):
            return max(map(steps, parts), default=0)
    return 0
