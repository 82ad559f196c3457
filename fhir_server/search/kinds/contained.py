"""What is kept of contained resources: for each what a document of its own has, and what refers to it from outside.

https://hl7.org/fhir/R4/references.html#contained
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from fhir_server.messages import Resource
from fhir_server.search.fields import CONTAINED, Field, Filter
from resources.definitions.structure import resource_types

Described = Mapping[str, Any]


def index(
    resource: Resource, fields: Iterable[Field], describe: Callable[[Resource], Described]
) -> list[dict[str, Any]]:
    """`fields`: those of the resource; `by` tells the codes of those that refer to a contained one."""
    inside = list(_identified(resource))
    types = {f"#{one['id']}": one["resourceType"] for one in inside}
    by: dict[str, list[str]] = {}
    told = _with_types(resource, types)
    for field in fields:
        if field.parameter.type == "reference":
            for url in dict.fromkeys(_local(told, field)):
                by.setdefault(url, []).append(field.code)
    return [
        {
            "_id": one["id"],
            "type": one["resourceType"],
            **({"by": by[f"#{one['id']}"]} if f"#{one['id']}" in by else {}),
            **describe(one),
        }
        for one in inside
    ]


def matching(type: str, inner: Filter, *, by: str | None = None) -> Filter:
    """What contains a resource of this type for which `inner` holds, and that the parameter `by` refers to."""
    parts: list[Filter] = [{"type": type}, *([{"by": by}] if by else []), *([inner] if inner else [])]
    return {CONTAINED: {"$elemMatch": parts[0] if len(parts) == 1 else {"$and": parts}}}


def _identified(resource: Resource) -> Iterator[Resource]:
    """Those that something can refer to."""
    for one in resource["contained"]:
        if isinstance(one, dict) and one.get("resourceType") in resource_types() and isinstance(one.get("id"), str):
            yield one


def _with_types(value: Any, types: Mapping[str, str]) -> Any:
    """A copy in which the references to contained resources tell their types."""
    if isinstance(value, dict):
        type = types.get(value["reference"]) if isinstance(value.get("reference"), str) else None
        copy = {key: _with_types(inner, types) for key, inner in value.items() if key != "contained"}
        return copy if type is None else {**copy, "type": type}
    return [_with_types(inner, types) for inner in value] if isinstance(value, list) else value


def _local(resource: Resource, field: Field) -> Iterator[str]:
    for path in field.parameter.paths:
        for type, value in path.values(resource["resourceType"], resource):
            url = value.get("reference") if type == "Reference" and isinstance(value, dict) else None
            if isinstance(url, str) and url.startswith("#"):
                yield url
