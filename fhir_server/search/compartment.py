"""Which resources are in a compartment, as a filter. https://hl7.org/fhir/R4/compartmentdefinition.html"""

from __future__ import annotations

from dataclasses import dataclass

from fhir_server.search.compile import any_of, condition
from fhir_server.search.fields import Criterion, Filter, fields
from fhir_server.search.index import plan
from fhir_server.search.locality import Locality
from resources.definitions.search import compartments
from resources.definitions.structure import resource_types

INDEXED = "Patient"
"""The compartment that has an index; the others are found by the references that make them."""


@dataclass(frozen=True, slots=True)
class Compartment:
    """All that belongs to one resource: Patient/1."""

    type: str
    id: str


def members(compartment: str) -> tuple[str, ...]:
    """The types that can be in a compartment; none where there is no such compartment."""
    if compartment not in compartments():
        return ()
    return tuple(type for type in resource_types() if compartment in dict(plan(type).compartments))


def inside(compartment: Compartment, type: str, locality: Locality) -> Filter:
    """The resources of a type, one of the members, that are in the compartment."""
    belongs: Filter = {f"compartments.{compartment.type}": compartment.id}
    if compartment.type == INDEXED:
        return belongs
    reference = (f"{compartment.type}/{compartment.id}",)
    ways = [
        condition(Criterion(fields(type)[code], None, reference), locality)
        for code in dict(plan(type).compartments)[compartment.type]
    ]
    if type == compartment.type:
        ways.append({"_id": compartment.id})
    return {"$and": [belongs, any_of(ways)]}
