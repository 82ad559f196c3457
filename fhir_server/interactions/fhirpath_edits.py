"""Edits of a resource's JSON that keep a primitive and its _sibling together. https://hl7.org/fhir/R4/json.html#primitive

Paths are keys and indices. Each edit copies the containers along its path and shares the rest.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from fhir_server.interactions.fhirpath_locations import Path, refuse, value_at
from fhir_server.interactions.patch_documents import is_protected
from fhir_server.messages import Resource


class Given(NamedTuple):
    """A value to put somewhere; `extra` holds the id and extensions of a primitive."""

    value: Any
    extra: Any = None


def put(resource: Resource, path: Path, given: Given) -> Resource:
    """With this value at the path, in place of what was there."""
    if isinstance(path[-1], int):
        values, extras = _aligned(resource, path[:-1])
        values[path[-1]], extras[path[-1]] = given
        return _with_list(resource, path[:-1], values, extras)
    return _set(_set(resource, path, given.value), _sibling(path), given.extra)


def removed(resource: Resource, path: Path) -> Resource:
    if not path:
        refuse(
            "The resource itself cannot be deleted by a patch", "Sumber daya itu sendiri tidak dapat dihapus oleh patch"
        )
    if isinstance(path[-1], str):
        return put(resource, path, Given(None))
    values, extras = _aligned(resource, path[:-1])
    del values[path[-1]], extras[path[-1]]
    return _with_list(resource, path[:-1], values, extras)


def inserted(resource: Resource, path: Path, index: int, given: Given) -> Resource:
    """With the value in the list at this path, before what has the index now."""
    values, extras = _aligned(resource, path)
    values.insert(index, given.value)
    extras.insert(index, given.extra)
    return _with_list(resource, path, values, extras)


def moved(resource: Resource, path: Path, source: int, destination: int) -> Resource:
    values, extras = _aligned(resource, path)
    for items in (values, extras):
        items.insert(destination, items.pop(source))
    return _with_list(resource, path, values, extras)


def length(resource: Resource, path: Path) -> int:
    """The number of items in the list at this path."""
    return len(_aligned(resource, path)[0])


def _aligned(resource: Resource, path: Path) -> tuple[list[Any], list[Any]]:
    values, extras = _list_at(resource, path), _list_at(resource, _sibling(path))
    size = max(len(values), len(extras))
    return values + [None] * (size - len(values)), extras + [None] * (size - len(extras))


def _list_at(resource: Resource, path: Path) -> list[Any]:
    found = value_at(resource, path)
    if found is not None and not isinstance(found, list):
        refuse(f"{path[-1]} is not a list", f"{path[-1]} bukan daftar")
    return list(found or ())


def _with_list(resource: Resource, path: Path, values: list[Any], extras: list[Any]) -> Resource:
    return _set(_set(resource, path, _some(values)), _sibling(path), _some(extras))


def _some(items: list[Any]) -> list[Any] | None:
    return items if any(item is not None for item in items) else None


def _sibling(path: Path) -> Path:
    return (*path[:-1], f"_{path[-1]}")


def _set(resource: Resource, path: Path, value: Any) -> Resource:
    if is_protected(path):
        name = ".".join(map(str, path))
        refuse(f"{name} cannot be changed", f"{name} tidak dapat diubah")
    if value is None and value_at(resource, path) is None:
        return resource
    result: Resource = _copied(resource, path, value)
    return result


def _copied(node: Any, path: Path, value: Any) -> Any:
    """A copy with the value at the path; None takes a property away; objects and lists on the way are made."""
    if not path:
        return value
    key, *rest = path
    if isinstance(key, int):
        items = list(node or ())
        items += [None] * (key + 1 - len(items))
        items[key] = _copied(items[key], tuple(rest), value)
        return items
    child = _copied((node or {}).get(key), tuple(rest), value)
    others = {name: kept for name, kept in (node or {}).items() if name != key}
    if child is None:
        return others
    return {**node, key: child} if node and key in node else {**others, key: child}
