"""Where each search parameter's values stand in a stored document. https://hl7.org/fhir/R4/searchparameter-registry.html"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Literal

from fhir_server.search.named import NAMED
from resources.definitions.own import NONE, Extra, own_parameters, ready
from resources.definitions.paths import Path, children, compile_path
from resources.definitions.search import SearchParameter, parameters
from resources.definitions.structure import definition, required_codes

Filter = dict[str, Any]
"""A MongoDB filter over a stored document."""

Entry = Any
"""One indexed value: a string, or an object with lo and hi."""

Layout = Literal["scalar", "object", "list"]

RANGED = frozenset({"date", "number", "quantity"})
DOCUMENT_FIELDS = {"_id": "_id", "_lastUpdated": "updated"}
WORDS, NARRATIVE, TEXT, GROUPS, POSITION, CONTAINED, BEGINNINGS, ONLY = (
    f"search.{name}" for name in ("words", "narrative", "text", "groups", "position", "contained", "beginnings", "only")
)
_BY_BEGINNINGS, _BY_ONLY = frozenset({("Patient", "name")}), frozenset({("Patient", "address-city")})
"""What is typed in all day, and what with it; these have indexes of their own. See docs/decisions/0006."""

_UNIONS = ("", "component-")
_BASE = "http://hl7.org/fhir/SearchParameter/"
_FOR_ALL_TYPES = {"_content": ("Resource-content", WORDS), "_list": ("Resource-list", "_id")}


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a composite. `field`: where its entries stand, within a group; `whole`: the parameter's own field;
    `properties` of the group that hold its values, with their types; where it is about the resource instead, `paths`
    lead there."""

    field: Field
    whole: Field
    properties: tuple[tuple[str, str], ...]
    paths: tuple[Path, ...] = ()

    @property
    def having(self) -> tuple[str, ...]:
        """Properties of which the resource must have one, where the whole field has values of others too."""
        others = self.whole.types - {type for _, type in self.properties}
        more = len(self.whole.parameter.paths) > len(self.properties)
        return tuple(name for name, _ in self.properties) if others or more else ()


@dataclass(frozen=True, slots=True)
class Field:
    """`path`: the document field; `layout`: one plain value (`scalar`), one {lo, hi} (`object`) or a list of entries;
    `systems`: the implicit systems of a code, by code; `texts`: where the words that stand for its codes are;
    `components` of a composite, and `alternatives`: the composites any of which this one is; `beginnings`: where the
    first letters of its strings are, and `only`: where its string is if it has but one, "" where these are not kept."""

    parameter: SearchParameter
    path: str
    layout: Layout
    systems: Mapping[str, str] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    alternatives: tuple[Field, ...] = ()
    beginnings: str = ""
    only: str = ""

    @property
    def code(self) -> str:
        return self.parameter.code

    @property
    def types(self) -> frozenset[str]:
        """The FHIR types that its values can have."""
        return frozenset(type for path in self.parameter.paths for type in path.types)

    @property
    def sortable(self) -> bool:
        return self.parameter.type not in ("composite", "special")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One parameter of a search. `values` are alternatives (OR), with their escapes; `modifier` is one that the kind
    knows, `missing`, or the type of a reference."""

    field: Field
    modifier: str | None
    values: tuple[str, ...]


def fields(type: str, extra: Extra = NONE) -> Mapping[str, Field]:
    """The fields of a resource type by parameter code: exactly the parameters that can be searched by. `extra`: the
    hospital's own."""
    return indexed(type, ready(extra)) if extra.rows else _official(type)


@lru_cache(maxsize=2048)
def indexed(type: str, extra: Extra = NONE) -> Mapping[str, Field]:
    """With own parameters that are not ready: those whose values are stored."""
    own = own_parameters(type, extra)
    return {**_official(type), **{code: _field(parameter, type) for code, parameter in own.items()}}


@cache
def _official(type: str) -> Mapping[str, Field]:
    known = parameters(type).values()
    found = {one.code: _field(one, type) for one in known if one.type not in ("composite", "special")}
    for one in known:
        if one.type == "composite":
            found[one.code] = _composite(one, type, found)
    return {**found, **{one.code: one for one in _special(type)}}


def implemented(type: str, extra: Extra = NONE) -> Mapping[str, SearchParameter]:
    """The search parameters that work on a resource type, by code: what the CapabilityStatement tells."""
    return {code: field.parameter for code, field in fields(type, extra).items()}


def _field(parameter: SearchParameter, type: str) -> Field:
    if parameter.code in DOCUMENT_FIELDS:
        return Field(parameter, DOCUMENT_FIELDS[parameter.code], "scalar")
    path, layout = f"index.{parameter.code}", _layout(parameter.type, parameter.single)
    beginnings = f"{BEGINNINGS}.{parameter.code}" if (type, parameter.code) in _BY_BEGINNINGS else ""
    only = f"{ONLY}.{parameter.code}" if (type, parameter.code) in _BY_ONLY else ""
    systems, texts = _systems(parameter, type), tuple(_texts(parameter))
    return Field(parameter, path, layout, systems, texts, beginnings=beginnings, only=only)


def _layout(kind: str, single: bool) -> Layout:
    return "object" if single and kind in RANGED else "list"


def _texts(parameter: SearchParameter) -> Iterator[str]:
    """What is about both the resource and its components has no words of its own."""
    if parameter.type == "token":
        both, _, rest = parameter.code.partition("combo-")
        codes = [f"{part}{rest}" for part in _UNIONS] if not both and rest else [parameter.code]
        yield from (f"{TEXT}.{code}" for code in codes)


def _composite(parameter: SearchParameter, type: str, known: Mapping[str, Field]) -> Field:
    """Groups below the resource are stored; one that is the resource itself has its values in the other fields."""
    of_resource, grouped = ([path for path in parameter.paths if bool(path.steps) is below] for below in (False, True))
    if of_resource and grouped:
        rest = parameter.code.removeprefix("combo-")
        parts = (parameters(type)[f"{part}{rest}"] for part in _UNIONS)
        return Field(parameter, "", "list", alternatives=tuple(_composite(one, type, known) for one in parts))
    group = type if of_resource else next(iter(grouped[0].types))
    official = {field.parameter.url: field for field in known.values()}
    candidates = [official[url] for url, _ in parameter.component]
    components = tuple(
        _component(candidates, position, parameter.component[position][1], (type, group), stored=bool(grouped))
        for position in range(len(candidates))
    )
    return Field(parameter, f"{GROUPS}.{parameter.code}" if grouped else "", "list", components=components)


def _component(
    candidates: list[Field], position: int, expression: str, types: tuple[str, str], *, stored: bool
) -> Component:
    """`stored`: its entries stand in the group, under its position; otherwise those of its own field serve.

    DocumentReference's `relationship` names its two parameters in the wrong order: the one whose type fits is meant.
    """
    resource_type, group = types
    bare = expression.removeprefix("%resource.")
    start = resource_type if bare != expression else group
    paths = compile_path(bare if start == group else f"{start}.{bare}", start)
    reached = frozenset(type for path in paths for type in path.types)
    known = next(one for one in [candidates[position], *candidates] if one.types & reached)
    rows = definition(start).properties
    properties = tuple(
        (key, rows[key][1]) for path in paths for key in sorted(path.first) if rows[key][1] in path.types
    )
    if not stored:
        return Component(known, known, properties)
    layout = _layout(known.parameter.type, len(paths) == 1 and paths[0].single)
    inner = Field(known.parameter, str(position), layout, known.systems)
    return Component(inner, known, properties) if start == group else Component(inner, known, (), paths)


def _special(type: str) -> Iterator[Field]:
    """Parameters that are about the whole resource, and `near`."""
    for code, (name, path) in _FOR_ALL_TYPES.items():
        yield _whole(type, code, name, path)
    if any(element.name == "text" for element in definition(type).elements):
        yield _whole(type, "_text", "DomainResource-text", NARRATIVE)
    if type in NAMED:
        yield _whole(type, "_query", "Resource-query", "_id")
    for parameter in parameters(type).values():
        if parameter.code == "near":
            yield Field(parameter, POSITION, "scalar")


def _whole(type: str, code: str, name: str, path: str) -> Field:
    return Field(SearchParameter(code, "special", _BASE + name, "", (), (type,), ()), path, "scalar")


def _systems(parameter: SearchParameter, type: str) -> Mapping[str, str]:
    """code -> system, where a required value set has the code in exactly one system."""
    found: dict[str, set[str]] = {}
    if any("code" in path.types for path in parameter.paths):
        for alternative in parameter.expression.split("|"):
            for value_set in _value_sets(alternative.strip(), type):
                for system, codes in required_codes(value_set).items():
                    for code in codes:
                        found.setdefault(code, set()).add(system)
    return {code: systems.pop() for code, systems in found.items() if len(systems) == 1}


def _value_sets(path: str, type: str) -> set[str]:
    """The required value sets of the elements that a plain path (Patient.contact.gender) reaches."""
    first, *names = path.split(".")
    types, sets = {type} if first == type else set(), set[str]()
    for name in names:
        reached = [(element, kind) for parent in types for _, element, kind in children(parent, name)]
        types = {kind for _, kind in reached}
        sets = {element.codes for element, kind in reached if element.codes and kind == "code"}
    return sets
