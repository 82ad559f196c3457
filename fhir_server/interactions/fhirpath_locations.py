"""Where in a resource the elements stand that a FHIRPath names. https://hl7.org/fhir/R4/fhirpatch.html"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from fhir_server.errors import Invalid
from fhir_server.interactions.fhirpath_subset import Child, Condition, Index, OfType, Step, Where
from fhir_server.interactions.patch_documents import same
from fhir_server.messages import Resource
from resources.definitions.structure import definition, primitive_types, resource_types
from resources.formats.malformed import shorten
from resources.issues import Issue, Text

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One element: its path in the JSON (keys and indices), its type, and `owner`, the type that has it as an element.
    A primitive that has only extensions has a place too, whose value is None."""

    path: Path
    type: str
    owner: str = ""

    @property
    def sibling(self) -> Path:
        """Where the ids and extensions of a primitive are: the same path with an underscore."""
        at = -1 if isinstance(self.path[-1], str) else -2
        return (*self.path[:at], f"_{self.path[at]}", *self.path[len(self.path) + at + 1 :])


Spend = Callable[[int], None]
"""Takes the number of elements just visited; raises where it was too much work."""


@dataclass(frozen=True, slots=True)
class _Walk:
    resource: Resource
    spend: Spend


def locate(resource: Resource, steps: Iterable[Step], spend: Spend) -> list[Place]:
    """The places in the order of the resource. Raises Invalid for a name that the type does not have."""
    walk = _Walk(resource, spend)
    first, *rest = steps
    if not isinstance(first, Child) or first.name not in (resource["resourceType"], "Resource", "DomainResource"):
        rest = [first, *rest]
    places = [Place((), resource["resourceType"])]
    for step in rest:
        spend(len(places))
        places = _next(walk, places, step)
    return places


def value_at(resource: Any, path: Path) -> Any:
    """The JSON value at a path, None where there is none."""
    for key in path:
        if isinstance(resource, dict) and isinstance(key, str):
            resource = resource.get(key)
        elif isinstance(resource, list) and isinstance(key, int) and key < len(resource):
            resource = resource[key]
        else:
            return None
    return resource


def _next(walk: _Walk, places: list[Place], step: Step) -> list[Place]:
    match step:
        case Child(name):
            return [child for place in places for child in _children(walk, place, name)]
        case Index(at):
            return places[at:][:1]
        case OfType(type):
            return [place for place in places if place.type == type]
        case Where(conditions):
            return [place for place in places if all(_holds(walk, place, one) for one in conditions)]


def _children(walk: _Walk, place: Place, name: str) -> list[Place]:
    parent = place.sibling if place.type in primitive_types() else place.path
    content = value_at(walk.resource, parent)
    owner = actual_type(place.type, content)
    children: list[Place] = []
    for key, type in names_of(owner, name):
        value, extra = (content.get(key), content.get(f"_{key}")) if isinstance(content, dict) else (None, None)
        lists = [each for each in (value, extra) if isinstance(each, list)]
        if lists:
            count = max(map(len, lists))
            children += [Place((*parent, key, at), type, owner) for at in range(count)]
        elif value is not None or extra is not None:
            children.append(Place((*parent, key), type, owner))
    walk.spend(1 + len(children))
    return children


def names_of(type: str, name: str) -> list[tuple[str, str]]:
    """(JSON name, type) of the properties that an element name stands for: many for a choice. Raises Invalid."""
    table = definition(type).properties
    if name in table:
        return [(name, table[name][1])]
    rows = [(key, kind) for key, (element, kind) in table.items() if element.name == name]
    if not rows:
        refuse(f"{type} has no element {shorten(name)}", f"{type} tidak memiliki elemen {shorten(name)}")
    return rows


def actual_type(type: str, content: Any) -> str:
    """The type whose table describes the content: a resource says itself what it is, a primitive holds an Element."""
    if type == "Resource" and isinstance(content, dict) and content.get("resourceType") in resource_types():
        return str(content["resourceType"])
    return "Element" if type in primitive_types() else type


def _holds(walk: _Walk, place: Place, condition: Condition) -> bool:
    places = [place]
    for name in condition.path:
        places = [child for parent in places for child in _children(walk, parent, name)]
    if condition.literal is None:
        return bool(places)
    values = [value_at(walk.resource, found.path) for found in places]
    equal = len(values) == 1 and same(values[0], condition.literal)
    return bool(values) and equal == condition.equal


def refuse(english: str, indonesian: str) -> NoReturn:
    raise Invalid([Issue("error", "processing", Text(english, indonesian))])
