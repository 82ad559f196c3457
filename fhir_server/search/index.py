"""The search values and compartments of a resource, computed at each write. https://hl7.org/fhir/R4/search.html"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from fhir_server.messages import Resource
from fhir_server.search.fields import Entry, Field, fields
from fhir_server.search.kinds import date, number, quantity, reference, string, token, uri
from fhir_server.search.locality import Locality
from resources.definitions.paths import Node, Path, children
from resources.definitions.search import compartments as definitions

IndexValue = Callable[[str, Any, Field, Locality], list[Entry]]
Index = dict[str, Any]

INDEXES: Mapping[str, IndexValue] = {
    "string": string.index,
    "token": token.index,
    "date": date.index,
    "number": number.index,
    "quantity": quantity.index,
    "reference": reference.index,
    "uri": uri.index,
}


@dataclass(frozen=True, slots=True)
class Description:
    """`index` by parameter code; `compartments`: compartment -> ids of those that the resource belongs to."""

    index: Index
    compartments: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Extraction:
    """One path, and the fields that are filled from its values."""

    path: Path
    fields: tuple[tuple[Field, IndexValue], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`due`: what to extract where the resource has this JSON property; `always`: what has a value without any."""

    due: Mapping[str, tuple[Extraction, ...]]
    always: tuple[Extraction, ...]
    compartments: tuple[tuple[str, tuple[str, ...]], ...]


def describe(resource: Resource, *, zone: ZoneInfo, base: str) -> Description:
    """What is stored beside the resource. Values that are not well-formed are left out."""
    found = index(resource, zone=zone, base=base)
    return Description(found, _compartments(resource, found))


def index(resource: Resource, *, zone: ZoneInfo, base: str) -> Index:
    """Entries by parameter code. A code is there where the resource has a value for it, even one without entries."""
    type, locality = resource["resourceType"], Locality(zone, base)
    found: Index = {}
    for extraction in _extractions(resource, plan(type)):
        for node in extraction.path.values(type, resource):
            kind, value = node if node[0] != "Extension" else _extension_value(node)
            for field, entries in extraction.fields:
                _add(found, field, entries(kind, value, field, locality))
    return {code: _distinct(entries) for code, entries in found.items()}


def _distinct(entries: Any) -> Any:
    several = isinstance(entries, list) and len(entries) > 1 and isinstance(entries[0], str)
    return list(dict.fromkeys(entries)) if several else entries


def _extractions(resource: Resource, plan: Plan) -> Iterator[Extraction]:
    yield from plan.always
    done: set[int] = set()
    for key in resource:
        for extraction in plan.due.get(key, ()):
            if id(extraction) not in done:
                done.add(id(extraction))
                yield extraction


def _add(found: Index, field: Field, entries: list[Entry]) -> None:
    if field.layout == "object":
        if entries or field.code not in found:
            found[field.code] = entries[0] if entries else {}
        return
    found.setdefault(field.code, []).extend(entries)


def _extension_value(node: Node) -> Node:
    for key in node[1]:
        if key.startswith("value"):
            for name, _, type in children("Extension", "value"):
                if name == key:
                    return type, node[1][key]
    return "Extension", None


def _compartments(resource: Resource, index: Index) -> dict[str, list[str]]:
    type = resource["resourceType"]
    found: dict[str, list[str]] = {}
    for compartment, codes in plan(type).compartments:
        prefix = f"{compartment}/"
        ids = [url[len(prefix) :] for code in codes for url in index.get(code, ()) if url.startswith(prefix)]
        if type == compartment and "id" in resource:
            ids.insert(0, resource["id"])
        if ids:
            found[compartment] = list(dict.fromkeys(ids))
    return found


@cache
def plan(type: str) -> Plan:
    extractions = _shared(type)
    empty = {"resourceType": type}
    always = tuple(one for one in extractions if one.path.values(type, empty))
    due: dict[str, list[Extraction]] = {}
    for one in extractions:
        if one not in always:
            for key in one.path.first:
                due.setdefault(key, []).append(one)
    return Plan({key: tuple(found) for key, found in due.items()}, always, tuple(_compartment_codes(type)))


def _shared(type: str) -> list[Extraction]:
    """One extraction for each path; parameters with the same expression share theirs."""
    by_expression: dict[tuple[str, int], list[Field]] = {}
    paths: dict[tuple[str, int], Path] = {}
    for field in fields(type).values():
        if field.layout != "scalar":
            for position, path in enumerate(field.parameter.paths):
                key = (field.parameter.expression, position)
                by_expression.setdefault(key, []).append(field)
                paths[key] = path
    return [
        Extraction(paths[key], tuple((field, INDEXES[field.parameter.type]) for field in sharing))
        for key, sharing in by_expression.items()
    ]


def _compartment_codes(type: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    known = fields(type)
    for compartment, members in definitions().items():
        codes = tuple(code for code in members.get(type, ()) if code in known)
        if codes or type == compartment:
            yield compartment, codes
