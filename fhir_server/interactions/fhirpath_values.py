"""What a FHIRPath Patch puts in, and under which name. https://hl7.org/fhir/R4/fhirpatch.html#concept"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fhir_server.interactions.fhirpath_edits import Given
from fhir_server.interactions.fhirpath_locations import Path, Place, actual_type, names_of, refuse, value_at
from fhir_server.messages import Resource
from resources.definitions.structure import definition, primitive_types
from resources.formats.malformed import shorten


@dataclass(frozen=True, slots=True)
class Slot:
    """A named child of an element: where it goes, its type, and whether something is there already."""

    path: Path
    type: str
    is_list: bool
    taken: bool

    @property
    def name(self) -> str:
        return str(self.path[-1])


def slot_of(resource: Resource, place: Place, name: str, parameter: Mapping[str, Any]) -> Slot:
    """Where the child `name` of a place goes; the type of the value decides which name a choice gets."""
    parent = place.sibling if place.type in primitive_types() else place.path
    content = value_at(resource, parent)
    if content is None:
        content = {}
    if not isinstance(content, dict):
        refuse(f"{shorten(name)} cannot be put here", f"{shorten(name)} tidak dapat ditaruh di sini")
    owner = actual_type(place.type, content)
    names = names_of(owner, name)
    key, type = _chosen(names, parameter)
    element, _ = definition(owner).properties[key]
    alternatives = [other for other, (row, _) in definition(owner).properties.items() if row is element]
    taken = any(other in content or f"_{other}" in content for other in alternatives)
    return Slot((*parent, key), type, element.is_list, taken)


def renamed(place: Place, parameter: Mapping[str, Any]) -> tuple[Path, str]:
    """The path and type that a place has with a new value: another type gives a choice another name."""
    at = -1 if isinstance(place.path[-1], str) else -2
    element, _ = definition(place.owner).properties[str(place.path[at])]
    if not element.choice:
        return place.path, place.type
    key, type = _chosen(names_of(place.owner, element.name), parameter)
    return (*place.path[:-1], key), type


def value_for(type: str, parameter: Mapping[str, Any]) -> Given:
    """The value of a parameter for an element of this type: value[x], a resource, or an object from its parts."""
    key = _value_key(parameter)
    if key:
        return Given(parameter.get(key), parameter.get(f"_{key}"))
    if "resource" in parameter:
        return Given(parameter["resource"])
    parts = parameter.get("part")
    if not isinstance(parts, list) or type in primitive_types():
        refuse(f"A value for {type} is missing", f"Nilai untuk {type} tidak ada")
    return Given(_object(type, parts))


def _object(type: str, parts: list[Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for part in parts:
        name = part.get("name") if isinstance(part, dict) else None
        if not isinstance(name, str):
            refuse("A part without a name", "Part tanpa nama")
        key, kind = _chosen(names_of(type, name), part)
        value, extra = value_for(kind, part)
        is_list = definition(type).properties[key][0].is_list
        if key in content and not is_list:
            refuse(f"{key} is given more than once", f"{key} diberikan lebih dari sekali")
        _collect(content, key, Given(value, extra), is_list)
    return content


def _collect(content: dict[str, Any], key: str, given: Given, is_list: bool) -> None:
    if not is_list:
        found = {key: given.value, f"_{key}": given.extra}
        content.update({name: value for name, value in found.items() if value is not None})
        return
    values, extras = content.get(key, []), content.get(f"_{key}", [])
    content[key] = [*values, given.value]
    if given.extra is not None or extras:
        content[f"_{key}"] = [*extras, *[None] * (len(values) - len(extras)), given.extra]


def _chosen(names: list[tuple[str, str]], parameter: Mapping[str, Any]) -> tuple[str, str]:
    if len(names) == 1:
        return names[0]
    key = _value_key(parameter) or ""
    for name, type in names:
        if key == "value" + type[0].upper() + type[1:]:
            return name, type
    allowed = ", ".join(type for _, type in names)
    refuse(
        f"{shorten(key) or 'The value'} does not fit: this element may be {allowed}",
        f"{shorten(key) or 'Nilainya'} tidak cocok: elemen ini dapat berupa {allowed}",
    )


def _value_key(parameter: Mapping[str, Any]) -> str | None:
    keys = (key.removeprefix("_") for key in parameter)
    return next((key for key in keys if key.startswith("value")), None)
