"""The element tables as checks: each type is compiled once, at first use. https://hl7.org/fhir/R4/json.html

A field checks one JSON property. Paths are FHIRPath: Observation.value, whatever the type of the value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from resources.definitions.structure import Definition, Element, definition, primitive_types, resource_types
from resources.validation import texts
from resources.validation.bindings import bound_code, check_concept
from resources.validation.invariants import Invariants, invariants_of
from resources.validation.narrative import check_div
from resources.validation.primitives import PLAIN, PLAIN_LENGTH, PRIMITIVES, Primitive
from resources.validation.references import check_reference
from resources.validation.scope import Check, Json, Problem, Scope

Field: TypeAlias = Callable[[Any, str, Scope, Json], None]
"""(value of the property, path of its owner, scope, owner)."""

MAX_DEPTH = 64
SHALLOW = 2 * MAX_DEPTH
"""Characters of a path that cannot be too deep."""


@dataclass(frozen=True, slots=True)
class Table:
    """`plain`: property -> what says that a short text in it is right; `required`: each mandatory element and the
    properties that can hold it; `choice_of`: property -> choice."""

    fields: Mapping[str, Field]
    plain: Mapping[str, Callable[[str], object]]
    required: tuple[tuple[str, frozenset[str]], ...]
    choice_of: Mapping[str, str]
    invariants: Invariants


@cache
def type_check(name: str) -> Check:
    """The check of a complex type, a backbone element (by its path) or a resource type."""
    table: Table | None = None

    def check(value: Any, path: str, scope: Scope) -> None:
        nonlocal table
        if table is None:
            table = _table(definition(name))
        if type(value) is not dict or not value:
            scope.add(_not_an_object(value), path)
            return
        if len(path) > SHALLOW and path.count(".") + path.count("[") > MAX_DEPTH:
            scope.add(texts.too_deep(), path)
            return
        fields, plain = table.fields, table.plain
        for key, item in value.items():
            is_right = plain.get(key)
            if is_right is not None and item.__class__ is str and 0 < len(item) <= PLAIN_LENGTH and is_right(item):
                continue
            field = fields.get(key)
            if field is None:
                _unknown(key, path, scope)
            else:
                field(item, path, scope, value)
        if table.required or table.choice_of:
            _check_presence(value, path, scope, table)
        if table.invariants:
            for rule in table.invariants:
                rule(value, path, scope)

    return check


def _not_an_object(value: Any) -> Problem:
    if value == {}:
        return texts.empty()
    return texts.not_a_list() if type(value) is list else texts.not_an_object()


def _unknown(key: str, path: str, scope: Scope) -> None:
    scope.add(texts.unknown_element(key), f"{path}.{key}" if key.isidentifier() and len(key) <= 64 else path)


def _check_presence(value: Json, path: str, scope: Scope, table: Table) -> None:
    for name, keys in table.required:
        if keys.isdisjoint(value):
            scope.add(texts.required(name), f"{path}.{name}")
    if table.choice_of and sum(map(table.choice_of.__contains__, value)) > 1:
        found: dict[str, str] = {}
        for key in value:
            name = table.choice_of.get(key, "")
            if name and found.setdefault(name, key.lstrip("_")) != key.lstrip("_"):
                scope.add(texts.several_choices(name, {found[name], key.lstrip("_")}), f"{path}.{name}")


def _table(type_definition: Definition) -> Table:
    fields: dict[str, Field] = {}
    plain: dict[str, Callable[[str], object]] = {}
    for key, (element, kind) in type_definition.properties.items():
        is_id = key == "id" and type_definition.kind == "resource"
        if kind in primitive_types() or kind.startswith("http:"):
            fields[key] = _primitive_field(element, _primitive(element, "id" if is_id else kind))
            if kind == "xhtml":
                fields[key] = _div_field
            elif is_right := _plain(element, "id" if is_id else kind):
                plain[key] = is_right
            if not element.attribute or key == "url":
                fields["_" + key] = _sibling_field(element, key)
        else:
            fields[key] = _complex_field(element, kind)
    if type_definition.kind == "resource":
        fields["resourceType"] = _checked_elsewhere
    choices = {key: element.name for key, (element, _) in type_definition.properties.items() if element.choice}
    own = set(type_definition.invariants)
    return Table(
        fields,
        plain,
        tuple((element.name, _keys(element)) for element in type_definition.elements if element.min),
        choices | {"_" + key: name for key, name in choices.items()},
        invariants_of(type_definition.invariants, type_definition.name) if own else (),
    )


def _keys(element: Element) -> frozenset[str]:
    names = [element.json_name(kind) for kind in element.types]
    return frozenset([*names, *("_" + name for name in names)])


def _checked_elsewhere(value: Any, path: str, scope: Scope, owner: Json) -> None:
    """resourceType: read by `check_resource`."""


def _div_field(value: Any, path: str, scope: Scope, owner: Json) -> None:
    check_div(value, f"{path}.div", scope)


def _primitive(element: Element, kind: str) -> Primitive:
    if element.codes and kind == "code":
        return bound_code(element.codes)
    return PRIMITIVES.get(kind, PRIMITIVES["string"])


def _plain(element: Element, kind: str) -> Callable[[str], object] | None:
    if element.is_list or element.codes or element.invariants:
        return None
    return PLAIN.get(kind, PLAIN["string"] if kind not in PRIMITIVES else None)


def _primitive_field(element: Element, primitive: Primitive) -> Field:
    name = element.name
    rules = invariants_of(element.invariants, "string")

    def single(value: Any, path: str, scope: Scope, owner: Json) -> None:
        problem = primitive(value)
        if problem is not None:
            scope.add(_json_shape(value) or problem, f"{path}.{name}")
        elif rules:
            for rule in rules:
                rule(value, f"{path}.{name}", scope)

    def several(value: Any, path: str, scope: Scope, owner: Json) -> None:
        if type(value) is not list or not value:
            scope.add(texts.empty() if value == [] else texts.not_an_array(), f"{path}.{name}")
            return
        for index, item in enumerate(value):
            problem = primitive(item)
            if problem is None or (item is None and _has_sibling(owner, name, index)):
                continue
            scope.add(_json_shape(item) or problem, f"{path}.{name}[{index}]")

    return several if element.is_list else single


def _json_shape(value: Any) -> Problem | None:
    """The clearer complaint, where null or an array stands in the place of a single primitive."""
    if value is None:
        return texts.null()
    return texts.not_a_list() if type(value) is list else None


def _has_sibling(owner: Json, name: str, index: int) -> bool:
    siblings = owner.get("_" + name)
    return type(siblings) is list and len(siblings) > index and siblings[index] is not None


def _sibling_field(element: Element, key: str) -> Field:
    """`_birthDate`: id and extensions of a primitive."""
    name, check = element.name, type_check("Element")

    def single(value: Any, path: str, scope: Scope, owner: Json) -> None:
        check(value, f"{path}.{name}", scope)

    def several(value: Any, path: str, scope: Scope, owner: Json) -> None:
        values = owner.get(key)
        if type(value) is not list or not value:
            scope.add(texts.empty() if value == [] else texts.not_an_array(), f"{path}.{name}")
            return
        if type(values) is list and len(values) != len(value):
            scope.add(texts.unpaired(key), f"{path}.{name}")
        for index, item in enumerate(value):
            if item is not None:
                check(item, f"{path}.{name}[{index}]", scope)
            elif type(values) is not list or len(values) <= index:
                scope.add(texts.null(), f"{path}.{name}[{index}]")

    return several if element.is_list else single


def _complex_field(element: Element, kind: str) -> Field:
    name, check, limit = element.name, _value_check(element, kind), element.max

    def single(value: Any, path: str, scope: Scope, owner: Json) -> None:
        check(value, f"{path}.{name}", scope)

    def several(value: Any, path: str, scope: Scope, owner: Json) -> None:
        if type(value) is not list or not value:
            scope.add(texts.empty() if value == [] else texts.not_an_array(), f"{path}.{name}")
            return
        if 0 < limit < len(value):
            scope.add(texts.too_many(limit), f"{path}.{name}")
        for index, item in enumerate(value):
            check(item, f"{path}.{name}[{index}]", scope)

    return several if element.is_list else single


def _value_check(element: Element, kind: str) -> Check:
    """The check of the type, and what this element adds to it: targets, a value set, invariants."""
    if kind == "Resource":
        return _contained if element.name == "contained" else _inner_resource
    check = type_check(kind)
    targets, codes = frozenset(element.targets), element.codes
    inherited = definition(kind).invariants
    rules = invariants_of([key for key in element.invariants if key not in inherited], kind)
    if kind != "Reference" and not codes and not rules:
        return check

    def check_all(value: Any, path: str, scope: Scope) -> None:
        check(value, path, scope)
        if type(value) is dict:
            if kind == "Reference":
                check_reference(value, path, scope, targets)
            if codes:
                check_concept(value, path, scope, codes)
            for rule in rules:
                rule(value, path, scope)

    return check_all


def _contained(value: Any, path: str, scope: Scope) -> None:
    if type(value) is dict:
        check_resource(value, path, Scope(scope.issues, value, scope.root))
    else:
        scope.add(_not_an_object(value), path)


def _inner_resource(value: Any, path: str, scope: Scope) -> None:
    if type(value) is dict:
        check_resource(value, path, Scope(scope.issues, value))
    else:
        scope.add(_not_an_object(value), path)


def check_resource(value: Json, path: str, scope: Scope) -> None:
    """A resource at `path`; the type is what its resourceType says."""
    name = value.get("resourceType")
    if "resourceType" not in value:
        scope.add(texts.required("resourceType"), path)
    elif type(name) is not str or name not in _resource_type_set():
        scope.add(texts.unknown_type(name), path)
    else:
        type_check(name)(value, path, scope)


@cache
def _resource_type_set() -> frozenset[str]:
    return frozenset(resource_types())
