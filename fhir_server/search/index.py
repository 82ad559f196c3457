"""The search values and compartments of a resource, computed at each write. https://hl7.org/fhir/R4/search.html"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from fhir_server.messages import Resource
from fhir_server.search.branches import Branch, Harvest, tree
from fhir_server.search.fields import Entry, Field, fields, indexed
from fhir_server.search.kinds import composite, contained, near, string, words
from fhir_server.search.locality import Locality
from resources.definitions.own import NONE, Extra
from resources.definitions.search import compartments as definitions

Index = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Description:
    """`index` by parameter code; `compartments`: compartment -> ids of those that the resource belongs to; `search`:
    what the one index of search values leaves out: words, texts, the first letters of names, groups, the position, and
    the values of contained resources."""

    index: Index
    compartments: dict[str, list[str]]
    search: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done with every resource of a type. `root`: the paths of its search parameters."""

    root: Branch
    compartments: tuple[tuple[str, tuple[str, ...]], ...]
    groups: tuple[Field, ...]
    beginnings: tuple[str, ...]
    only: tuple[str, ...]


def describe(resource: Resource, *, zone: ZoneInfo, base: str, extra: Extra = NONE) -> Description:
    """What is stored beside the resource. Values that are not well-formed are left out."""
    type, locality = resource["resourceType"], Locality(zone, base, EPOCH)
    planned, harvest = plan(type, extra), Harvest(locality)
    harvest.walk(planned.root, type, resource)
    index = {code: _distinct(entries) if len(entries) > 1 else entries for code, entries in harvest.index.items()}
    search: dict[str, Any] = words.index(resource)
    if harvest.texts:
        search["text"] = {code: list(dict.fromkeys(folded)) for code, folded in harvest.texts.items()}
    if beginnings := _beginnings(type, index):
        search["beginnings"] = beginnings
    if only := {code: string.only(index[code]) for code in plan(type).only if index.get(code)}:
        search["only"] = only
    if groups := _groups(resource, locality):
        search["groups"] = groups
    if point := near.index(resource):
        search["position"] = point
    if "contained" in resource:
        each = partial(_as_a_document, zone=zone, base=base, extra=extra)
        if inside := contained.index(resource, indexed(type, extra).values(), each):
            search["contained"] = inside
    return Description(index, _compartments(resource, index), search)


def _as_a_document(resource: Resource, zone: ZoneInfo, base: str, extra: Extra) -> Mapping[str, Any]:
    described = describe(resource, zone=zone, base=base, extra=extra)
    return {"index": described.index, **({"search": described.search} if described.search else {})}


def _beginnings(type: str, index: Index) -> dict[str, list[str]]:
    codes = (code for code in plan(type).beginnings if code in index)
    return {code: found for code in codes if (found := string.beginnings(index[code]))}


def _groups(resource: Resource, locality: Locality) -> dict[str, list[Entry]]:
    type = resource["resourceType"]
    found: dict[str, list[Entry]] = {}
    for field in plan(type).groups:
        for path in field.parameter.paths:
            if not path.keys.isdisjoint(resource):
                for node in path.values(type, resource):
                    if (group := composite.index(node, field, resource, locality)) is not None:
                        found.setdefault(field.code, []).extend(group)
    return found


def _distinct(entries: Any) -> Any:
    return list(dict.fromkeys(entries)) if entries.__class__ is list and entries[0].__class__ is str else entries


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


@lru_cache(maxsize=2048)
def plan(type: str, extra: Extra = NONE) -> Plan:
    found = (one for one in indexed(type, extra).values() if one.layout != "scalar")
    root = tree(type, (one for one in found if one.parameter.type != "composite"))
    groups = tuple(field for field in fields(type).values() if field.components and field.path)
    beginnings = tuple(field.code for field in fields(type).values() if field.beginnings)
    only = tuple(field.code for field in fields(type).values() if field.only)
    return Plan(root, tuple(_compartment_codes(type)), groups, beginnings, only)


def _compartment_codes(type: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    known = fields(type)
    for compartment, members in definitions().items():
        codes = tuple(code for code in members.get(type, ()) if code in known)
        if codes or type == compartment:
            yield compartment, codes
