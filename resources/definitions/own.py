"""Search parameters that the hospital adds to the official ones. https://hl7.org/fhir/R4/searchparameter.html"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from resources.definitions.paths import Node, Path, UnsupportedPath, compile_path
from resources.definitions.search import SearchParameter, parameters
from resources.definitions.structure import resource_types

VALUE_TYPES: Mapping[str, frozenset[str]] = {
    kind: frozenset(types.split())
    for kind, types in {
        "string": "string markdown HumanName Address",
        "token": "Identifier Coding CodeableConcept ContactPoint boolean code string id uri",
        "date": "date dateTime instant Period Timing",
        "number": "integer positiveInt unsignedInt decimal Range",
        "quantity": "Quantity Age Duration Count Distance Money Range SampledData",
        "reference": "Reference canonical uri",
        "uri": "uri url canonical oid uuid",
    }.items()
}
"""Kind of parameter -> the types whose values it is searched by."""

CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}", re.ASCII)
MOST_CHARACTERS = 1_000
MOST_BRACKETS = 20


@dataclass(frozen=True, slots=True)
class Own:
    """One of them, for one or several types. `ready`: everything that is stored can be found by it."""

    code: str
    type: str
    url: str
    expression: str
    base: tuple[str, ...]
    target: tuple[str, ...] = ()
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Extra:
    """All of them: a key of caches, so its hash is made once."""

    rows: tuple[Own, ...] = ()
    number: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "number", hash(self.rows))

    def __hash__(self) -> int:
        return self.number

    def being_indexed(self, code: str, type: str) -> bool:
        return any(row.code == code and type in row.base and not row.ready for row in self.rows)


NONE = Extra()


@lru_cache(maxsize=64)
def ready(extra: Extra) -> Extra:
    """Those that can be searched by."""
    return extra if all(row.ready for row in extra.rows) else Extra(tuple(row for row in extra.rows if row.ready))


@lru_cache(maxsize=2048)
def own_parameters(type: str, extra: Extra) -> Mapping[str, SearchParameter]:
    """Those of a resource type by code."""
    return {row.code: own_parameter(row, type) for row in extra.rows if type in row.base}


def own_parameter(row: Own, type: str) -> SearchParameter:
    """As the official ones are. Raises UnsupportedPath."""
    if len(row.expression) > MOST_CHARACTERS or row.expression.count("(") > MOST_BRACKETS:
        raise UnsupportedPath("too long")
    try:
        compiled = compile_path(row.expression, type)
    except (IndexError, StopIteration, ValueError) as error:
        raise UnsupportedPath(str(error) or "it ends too early") from error
    kept = tuple(_only(path, VALUE_TYPES[row.type]) for path in compiled)
    if not kept or any(not path.types for path in kept):
        raise UnsupportedPath(f"no values of the type {row.type}")
    target = row.target or resource_types()
    return SearchParameter(row.code, row.type, row.url, row.expression, kept, target, ())


def _only(path: Path, types: frozenset[str]) -> Path:
    def known(node: Node) -> list[Node]:
        return [node] if node[0] in types else []

    return replace(path, types=path.types & types, steps=(*path.steps, known))


def own(resource: Mapping[str, Any]) -> Own | None:
    """The parameter of a valid SearchParameter; None where it is not in use, or only tells of an official one."""
    if resource.get("status") != "active" or is_official(resource):
        return None
    code, type, url, expression = (str(resource.get(name, "")) for name in ("code", "type", "url", "expression"))
    return Own(code, type, url, expression, tuple(resource.get("base", ())), tuple(resource.get("target", ())))


def is_official(resource: Mapping[str, Any]) -> bool:
    """Whether it is the official parameter itself: its definition may be stored, and changes nothing."""
    url, code, bases = resource.get("url"), resource.get("code"), resource.get("base")
    known = bases if isinstance(bases, list) else []
    return any(
        isinstance(code, str) and code in parameters(type) and parameters(type)[code].url == url
        for type in known
        if type in resource_types()
    )
