"""The values that a search parameter has in a resource. https://hl7.org/fhir/R4/search.html#2.21.1.2.3"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.journeys.search_model.parameters import EVERY, TABLES

Resource = Mapping[str, Any]
Value = tuple[str, Any]
"""The data type ("" where it does not matter) and the value."""

STEP = re.compile(r"(\w+)(?:\[(\w+)=(\w+)\])?(?:\{(\w+)\})?")
LITERAL = re.compile(r"(?:^|/)([A-Z]\w+)/([^/]+)(?:/_history/[^/]+)?$")


@dataclass(frozen=True)
class Parameter:
    """`targets`: types of a reference; `parts`: the paths of the parts of a composite."""

    code: str
    kind: str
    paths: tuple[str, ...]
    targets: tuple[str, ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the parts of a composite, which its name tells."""
        last = self.code.rpartition("-")[2]
        return ("token", {"concept": "token"}.get(last, last)) if self.parts else ()


@cache
def known(type: str) -> Mapping[str, Parameter]:
    lines = [line for line in f"{TABLES[type]}{EVERY}".splitlines() if line]
    return {parameter.code: parameter for parameter in map(_parameter, lines)}


def _parameter(line: str) -> Parameter:
    line, _, targets = line.partition(" -> ")
    own, *parts = line.split(" & ")
    code, kind, *paths = own.split()
    return Parameter(
        code, kind, tuple(paths), tuple(targets.split(",")) if targets else (), tuple(tuple(p.split()) for p in parts)
    )


def values(resource: Resource, parameter: Parameter) -> list[Value]:
    return [found for path in parameter.paths for found in reach(resource, path)]


def reach(node: Any, path: str) -> Iterator[Value]:
    if path == ".":
        yield "", node
    elif path == "!deceased":
        yield "boolean", "deceasedDateTime" in node or node.get("deceasedBoolean", False)
    else:
        steps, _, type = path.partition(":")
        yield from ((type, value) for value in _walk(node, steps.split(".")))


def _walk(node: Any, steps: list[str]) -> Iterator[Any]:
    if not steps:
        yield node
        return
    found = STEP.fullmatch(steps[0])
    assert found, steps
    name, key, wanted, type = found.groups()
    inside = node.get(name, [])
    for value in inside if isinstance(inside, list) else [inside]:
        if (key is None or value.get(key) == wanted) and (type is None or type_of(value) == type):
            yield from _walk(value, steps[1:])


def type_of(reference: Mapping[str, Any]) -> str | None:
    """The type that a reference tells, by its address or else by its `type`."""
    literal = LITERAL.search(reference.get("reference", ""))
    return literal[1] if literal else reference.get("type")
