"""The search values and compartments of a resource, computed at each write. https://hl7.org/fhir/R4/search.html"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from fhir_server.messages import Resource
from fhir_server.search.fields import TEXT, Entry, Field, fields, indexed
from fhir_server.search.kinds import composite, contained, near, reference, string, token, words
from fhir_server.search.kinds.simple import INDEXES, IndexValue
from fhir_server.search.locality import Locality
from resources.definitions.own import NONE, Extra
from resources.definitions.paths import Node, Path, Step, children
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
class Extraction:
    """One path, and the fields that are filled from its values, each with its code and kind; `texts`: those that keep
    the texts of codes too; `identifiers`: those of identifiers; `references`: those of references; `beside`: whether
    its values have any."""

    path: Path
    fields: tuple[tuple[str, Field, IndexValue], ...]
    texts: tuple[str, ...]
    identifiers: tuple[Field, ...]
    references: tuple[Field, ...]
    beside: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """`due`: what to extract where the resource has this JSON property; `always`: what has a value without any."""

    due: Mapping[str, tuple[Extraction, ...]]
    always: tuple[Extraction, ...]
    compartments: tuple[tuple[str, tuple[str, ...]], ...]
    groups: tuple[Field, ...]
    beginnings: tuple[str, ...]


def describe(resource: Resource, *, zone: ZoneInfo, base: str, extra: Extra = NONE) -> Description:
    """What is stored beside the resource. Values that are not well-formed are left out."""
    type, locality = resource["resourceType"], Locality(zone, base, EPOCH)
    found: Index = {}
    texts: dict[str, list[str]] = {}
    begun: dict[Step, list[Node]] = {}
    for extraction in _extractions(type, tuple(resource), extra):
        for node in extraction.path.values(type, resource, begun):
            kind, value = node if node[0] != "Extension" else _extension_value(node)
            for code, field, entries in extraction.fields:
                some = entries(kind, value, field, locality)
                if field.layout == "object":
                    found[code] = some[0] if some else found.get(code, {})
                elif code in found:
                    found[code] += some
                else:
                    found[code] = some
            if extraction.beside and value.__class__ is dict:
                _add_beside(found, texts, extraction, (kind, value), locality=locality)
    index = {code: entries if len(entries) < 2 else _distinct(entries) for code, entries in found.items()}
    search: dict[str, Any] = words.index(resource)
    if texts:
        search["text"] = {code: list(dict.fromkeys(folded)) for code, folded in texts.items()}
    if beginnings := _beginnings(type, index):
        search["beginnings"] = beginnings
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


def _add_beside(
    found: Index, texts: dict[str, list[str]], extraction: Extraction, node: Node, *, locality: Locality
) -> None:
    """What modifiers search by: kept under names of its own, and only where there is some."""
    type, value = node
    if extraction.texts and (folded := token.texts(type, value)):
        for code in extraction.texts:
            texts.setdefault(code, []).extend(folded)
    if type == "Identifier":
        for field in extraction.identifiers:
            if typed := token.typed(value):
                found.setdefault(f"{field.code}{token.OF_TYPE}", []).extend(typed)
    elif type == "Reference":
        for field in extraction.references:
            if identifiers := reference.identifiers(value, field, locality):
                found.setdefault(f"{field.code}{reference.IDENTIFIER}", []).extend(identifiers)
            if versions := reference.versions(value, locality):
                found.setdefault(f"{field.code}{reference.VERSION}", []).extend(versions)


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


@lru_cache(maxsize=4096)
def _extractions(type: str, keys: tuple[str, ...], extra: Extra) -> tuple[Extraction, ...]:
    """Those for a resource with these properties, each once. A type has a few such sets that recur."""
    due = plan(type, extra).due
    found = {id(one): one for key in keys for one in due.get(key, ())}
    return (*plan(type, extra).always, *found.values())


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


@lru_cache(maxsize=2048)
def plan(type: str, extra: Extra = NONE) -> Plan:
    extractions = _shared(type, extra)
    empty = {"resourceType": type}
    always = tuple(one for one in extractions if one.path.values(type, empty))
    due: dict[str, list[Extraction]] = {}
    for one in extractions:
        if one not in always:
            for key in one.path.keys:
                due.setdefault(key, []).append(one)
    groups = tuple(field for field in fields(type).values() if field.components and field.path)
    beginnings = tuple(field.code for field in fields(type).values() if field.beginnings)
    by_key = {key: tuple(found) for key, found in due.items()}
    return Plan(by_key, always, tuple(_compartment_codes(type)), groups, beginnings)


def _shared(type: str, extra: Extra) -> list[Extraction]:
    """One extraction for each path; parameters with the same expression share theirs."""
    by_expression: dict[Hashable, list[Field]] = {}
    paths: dict[Hashable, Path] = {}
    for field in indexed(type, extra).values():
        if field.layout != "scalar" and field.parameter.type != "composite":
            for position, path in enumerate(field.parameter.paths):
                key = (field.parameter.expression, position, path.types)
                by_expression.setdefault(key, []).append(field)
                paths[key] = path
    return [_extraction(paths[key], tuple(sharing)) for key, sharing in by_expression.items()]


def _extraction(path: Path, sharing: tuple[Field, ...]) -> Extraction:
    filled = tuple((field.code, field, INDEXES[field.parameter.type]) for field in sharing)
    texts = [field.code for field in sharing if field.texts == (f"{TEXT}.{field.code}",)]
    tokens = tuple(field for field in sharing if field.parameter.type == "token")
    references = tuple(field for field in sharing if field.parameter.type == "reference")
    beside = not path.types.isdisjoint({"CodeableConcept", "Coding", "Extension", "Identifier", "Reference"})
    return Extraction(path, filled, tuple(texts), tokens, references, beside)


def _compartment_codes(type: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    known = fields(type)
    for compartment, members in definitions().items():
        codes = tuple(code for code in members.get(type, ()) if code in known)
        if codes or type == compartment:
            yield compartment, codes
