"""Composite search: several values of one element. https://hl7.org/fhir/R4/search.html#composite

A group has the entries of its components under "0", "1", ... Groups are stored but not indexed: the fields of the
components find the candidates. Where the group is the resource itself, those fields say all, and nothing is stored.
"""

from __future__ import annotations

from typing import Any

from fhir_server.messages import Resource
from fhir_server.search import refusals
from fhir_server.search.escapes import split
from fhir_server.search.fields import Component, Entry, Field, Filter
from fhir_server.search.kinds.simple import INDEXES, MATCHES
from fhir_server.search.locality import Locality
from resources.definitions.paths import Node


def index(node: Node, field: Field, resource: Resource, locality: Locality) -> list[Entry] | None:
    """The group that a node is; None where it lacks a component, [] where it has all but one says nothing."""
    group: dict[str, Any] = {}
    whole = True
    for component in reversed(field.components):
        entries = INDEXES[component.field.parameter.type]
        nodes = values(component, node, resource)
        if not nodes:
            return None
        found = [entry for type, value in nodes for entry in entries(type, value, component.field, locality)]
        if found:
            group[component.field.path] = found[0] if component.field.layout == "object" else found
        else:
            whole = False
    return [group] if whole else []


def values(component: Component, node: Node, resource: Resource) -> list[Node]:
    """What a component has in the group that a node is."""
    if component.paths:
        start = resource["resourceType"], resource
        return [found for path in component.paths for found in path.values(*start)]
    nodes: list[Node] = []
    for name, type in component.properties:
        found = node[1].get(name)
        if found is not None:
            nodes += [(type, one) for one in found] if isinstance(found, list) else [(type, found)]
    return nodes


def match(field: Field, raw: str, modifier: str | None, locality: Locality) -> Filter:
    """`value$value`, one for each component, with their prefixes."""
    if field.alternatives:
        return {"$or": [match(one, raw, modifier, locality) for one in field.alternatives]}
    texts = split(raw, "$")
    if len(texts) != len(field.components) or "" in texts:
        names = "$".join(component.field.code for component in field.components)
        raise refusals.wrong_value(field.code, raw, names, names)
    parts = list(zip(field.components, texts, strict=True))
    candidates = [_part(component.whole, value, locality) for component, value in parts]
    if not field.path:
        return {"$and": [*candidates, *(_having(component) for component in field.components if component.having)]}
    group = {"$and": [_part(component.field, value, locality) for component, value in parts]}
    return {"$and": [*candidates, {field.path: {"$elemMatch": group}}]}


def _part(field: Field, value: str, locality: Locality) -> Filter:
    return MATCHES[field.parameter.type](field, value, None, locality)


def present(field: Field) -> Filter:
    """There is a group with each component, even one that says nothing."""
    if field.alternatives:
        return {"$or": [present(one) for one in field.alternatives]}
    if field.path:
        return {field.path: {"$exists": True}}
    there = [{component.field.path: {"$exists": True}} for component in field.components]
    return {"$and": [*there, *(_having(component) for component in field.components if component.having)]}


def _having(component: Component) -> Filter:
    return {"$or": [{f"resource.{name}": {"$exists": True}} for name in component.having]}
