"""FHIRPath Patch: add, insert, delete, replace and move as a Parameters resource. https://hl7.org/fhir/R4/fhirpatch.html

Parameters that are no patch are a 400, a patch that does not apply is a 422. Deleting what is not there is no error.
Every operation rebuilds the containers along its path; the resource it came from stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from fhir_server.changes import Patch
from fhir_server.errors import BadRequest, TooCostly
from fhir_server.interactions import fhirpath_edits as edits
from fhir_server.interactions.fhirpath_locations import Place, locate, refuse
from fhir_server.interactions.fhirpath_subset import Child, Step, parse
from fhir_server.interactions.fhirpath_values import Slot, renamed, slot_of, value_for
from fhir_server.interactions.patch_documents import check_identity, deeper, without_empty
from fhir_server.messages import Resource
from resources.formats.malformed import DEPTH_LIMIT, shorten
from resources.issues import Text

MOST_OPERATIONS = 1_000
MOST_VISITS = 200_000
"""Elements that the paths of one patch may pass by, about a third of a second."""

_NEEDS = {
    "add": ("path", "name", "value"),
    "insert": ("path", "index", "value"),
    "delete": ("path",),
    "replace": ("path", "value"),
    "move": ("path", "source", "destination"),
}
_VALUES = {"type": "valueCode", "path": "valueString", "name": "valueString"} | dict.fromkeys(
    ("index", "source", "destination"), "valueInteger"
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `parts`: type, path, name, index, source, destination by name; `value`: its whole parameter."""

    type: str
    path: str
    steps: tuple[Step, ...]
    parts: Mapping[str, Any]
    value: Mapping[str, Any]


@dataclass(slots=True)
class _Allowance:
    left: int = MOST_VISITS

    def spend(self, visits: int) -> None:
        self.left -= visits
        if self.left < 0:
            raise TooCostly(
                Text(
                    "The paths of this patch pass by too many elements",
                    "Jalur patch ini melewati terlalu banyak elemen",
                )
            )


def fhirpath_patch(parameters: Any) -> Patch:
    """The function that applies the operations to a resource. Raises BadRequest where this is no FHIRPath Patch."""
    if not isinstance(parameters, dict) or parameters.get("resourceType") != "Parameters":
        raise BadRequest(
            Text("A FHIRPath Patch is a Parameters resource", "FHIRPath Patch adalah sumber daya Parameters")
        )
    rows = parameters.get("parameter")
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_OPERATIONS:
        raise BadRequest(
            Text(
                f"A FHIRPath Patch has 1 to {MOST_OPERATIONS} operations",
                f"FHIRPath Patch memuat 1 sampai {MOST_OPERATIONS} operasi",
            )
        )
    operations = [_operation(row, number) for number, row in enumerate(rows)]
    return lambda resource: _patched(resource, operations)


def _operation(row: Any, number: int) -> Operation:
    if not isinstance(row, dict) or row.get("name") != "operation" or not isinstance(row.get("part"), list):
        _malformed(
            number, "a parameter named operation with parts is expected", "diharapkan parameter operation dengan part"
        )
    given = {str(part.get("name")): part for part in row["part"] if isinstance(part, dict)}
    parts: dict[str, Any] = {name: given[name].get(key) for name, key in _VALUES.items() if name in given}
    type = parts.get("type")
    if not isinstance(type, str) or type not in _NEEDS:
        names = ", ".join(_NEEDS)
        _malformed(
            number, f"type (valueCode) must be one of {names}", f"type (valueCode) harus salah satu dari {names}"
        )
    for name in _NEEDS[type]:
        _check_part(number, name, given.get(name) if name == "value" else parts.get(name))
    return Operation(type, parts["path"], parse(parts["path"]), parts, given.get("value", {}))


def _check_part(number: int, name: str, value: Any) -> None:
    wanted = _VALUES.get(name, "value")
    right = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if wanted != "valueInteger":
        right = isinstance(value, str if wanted == "valueString" else dict)
    if not right:
        _malformed(number, f"{name} is missing or is no {wanted}", f"{name} tidak ada atau bukan {wanted}")


def _malformed(number: int, english: str, indonesian: str) -> NoReturn:
    raise BadRequest(
        Text(f"Operation {number}: {english}", f"Operasi {number}: {indonesian}"),
        code="structure",
        expression=f"Parameters.parameter[{number}]",
    )


def _patched(resource: Resource, operations: list[Operation]) -> Resource:
    allowance = _Allowance()
    result = resource
    for operation in operations:
        result = _ACTIONS[operation.type](result, operation, allowance)
    if deeper(result, DEPTH_LIMIT):
        refuse("The result is nested too deep", "Hasilnya bersarang terlalu dalam")
    check_identity(resource, result)
    return dict(without_empty(result))


def _add(resource: Resource, operation: Operation, allowance: _Allowance) -> Resource:
    target = _single(resource, operation, allowance)
    slot = slot_of(resource, target, operation.parts["name"], operation.value)
    given = value_for(slot.type, operation.value)
    if slot.is_list:
        return edits.inserted(resource, slot.path, edits.length(resource, slot.path), given)
    if slot.taken:
        refuse(f"{_shown(operation)} already has {slot.name}", f"{_shown(operation)} sudah memiliki {slot.name}")
    return edits.put(resource, slot.path, given)


def _insert(resource: Resource, operation: Operation, allowance: _Allowance) -> Resource:
    slot = _list(resource, operation, allowance)
    index, size = operation.parts["index"], edits.length(resource, slot.path)
    _check_index(operation, index, size + 1)
    return edits.inserted(resource, slot.path, index, value_for(slot.type, operation.value))


def _delete(resource: Resource, operation: Operation, allowance: _Allowance) -> Resource:
    places = locate(resource, operation.steps, allowance.spend)
    return edits.removed(resource, _one_of(places, operation).path) if places else resource


def _replace(resource: Resource, operation: Operation, allowance: _Allowance) -> Resource:
    place = _single(resource, operation, allowance)
    if not place.path:
        refuse("The resource itself cannot be replaced", "Sumber daya itu sendiri tidak dapat diganti")
    path, type = renamed(place, operation.value)
    if path != place.path:
        resource = edits.removed(resource, place.path)
    return edits.put(resource, path, value_for(type, operation.value))


def _move(resource: Resource, operation: Operation, allowance: _Allowance) -> Resource:
    slot = _list(resource, operation, allowance)
    source, destination = operation.parts["source"], operation.parts["destination"]
    for index in (source, destination):
        _check_index(operation, index, edits.length(resource, slot.path))
    return edits.moved(resource, slot.path, source, destination)


_ACTIONS: dict[str, Callable[[Resource, Operation, _Allowance], Resource]] = {
    "add": _add,
    "insert": _insert,
    "delete": _delete,
    "replace": _replace,
    "move": _move,
}


def _single(resource: Resource, operation: Operation, allowance: _Allowance) -> Place:
    return _one_of(locate(resource, operation.steps, allowance.spend), operation)


def _one_of(places: list[Place], operation: Operation) -> Place:
    if not places:
        refuse(f"{_shown(operation)} finds nothing", f"{_shown(operation)} tidak menemukan apa pun")
    if len(places) > 1:
        count = len(places)
        refuse(
            f"{_shown(operation)} finds {count} elements: a patch needs exactly one",
            f"{_shown(operation)} menemukan {count} elemen: patch memerlukan tepat satu",
        )
    return places[0]


def _list(resource: Resource, operation: Operation, allowance: _Allowance) -> Slot:
    """The list that the path ends in, which may be empty or absent."""
    *before, last = operation.steps
    if not isinstance(last, Child) or not before:
        refuse(f"{_shown(operation)} does not name a list", f"{_shown(operation)} bukan nama sebuah daftar")
    place = _one_of(locate(resource, before, allowance.spend), operation)
    slot = slot_of(resource, place, last.name, operation.value)
    if not slot.is_list:
        refuse(f"{_shown(operation)} is not a list", f"{_shown(operation)} bukan daftar")
    return slot


def _check_index(operation: Operation, index: int, end: int) -> None:
    if index >= end:
        refuse(
            f"{_shown(operation)}: there is no place {index} in this list",
            f"{_shown(operation)}: tidak ada tempat {index} dalam daftar ini",
        )


def _shown(operation: Operation) -> str:
    return f"{operation.type} {shorten(operation.path, 200)}"
