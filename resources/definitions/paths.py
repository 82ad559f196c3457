"""The paths of search parameters: the part of FHIRPath that they use, compiled to plain Python.

https://hl7.org/fhir/R4/searchparameter-registry.html. fhirpathpy is the oracle in the tests; it is too slow for writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from resources.definitions.structure import Element, UnknownType, definition

Node = tuple[str, Any]
Step = Callable[[Node], list[Node]]

TOKEN = re.compile(r"\s*(?:(?P<text>'[^']*')|(?P<name>\$?[A-Za-z_][\w-]*)|(?P<index>\[\d+\])|(?P<sign>!=|[().=|]))")

SPECIALISATIONS = {"uri": ("canonical", "url", "oid", "uuid"), "string": ("code", "id", "markdown")}
"""Types that are also of another type. https://hl7.org/fhir/R4/datatypes.html"""


class UnsupportedPath(ValueError):
    """The expression uses more of FHIRPath than search parameters do."""


@dataclass(frozen=True, slots=True)
class Path:
    """`types` are the types that values can have; `single` says that there is at most one value;
    `first` names the JSON properties of the resource that its first element can be in, `keys` those of them that it
    looks into (it finds nothing where all are missing)."""

    first: frozenset[str]
    types: frozenset[str]
    single: bool
    steps: tuple[Step, ...]
    keys: frozenset[str]

    def values(self, type: str, value: Any) -> list[Node]:
        return follow(self.steps, [(type, value)])


def follow(steps: Iterable[Step], nodes: list[Node]) -> list[Node]:
    """Where these steps lead from all of the nodes."""
    for step in steps:
        if len(nodes) == 1:
            nodes = step(nodes[0])
        elif nodes:
            nodes = [found for node in nodes for found in step(node)]
    return nodes


@dataclass(frozen=True, slots=True)
class Child:
    """The step to an element of this name, of the types that are `kept`, where None keeps all."""

    name: str
    kept: frozenset[str] | None = None

    def properties(self, type: str) -> tuple[tuple[str, str], ...]:
        """The JSON properties of a type that may hold it, each with the type of its value."""
        return _properties(type, self.name, self.kept)

    def __call__(self, node: Node) -> list[Node]:
        type, value = node
        nodes: list[Node] = []
        if value.__class__ is dict:
            for key, kind in self.properties(value.get("resourceType", type) if type == "Resource" else type):
                found = value.get(key)
                if found.__class__ is list:
                    nodes += [(kind, item) for item in found if item is not None]
                elif found is not None:
                    nodes.append((kind, found))
        return nodes


def compile_path(expression: str, type: str) -> tuple[Path, ...]:
    """One path for each alternative of the expression that starts at `type`. Raises UnsupportedPath."""
    if expression == f"{type}.deceased.exists() and {type}.deceased != false":
        deceased = frozenset({"deceasedBoolean", "deceasedDateTime"})
        return (Path(deceased, frozenset({"boolean"}), True, (_is_deceased,), deceased),)
    return tuple(path for part in _alternatives(expression) if (path := _Parser(part, type).path()) is not None)


def _is_deceased(node: Node) -> list[Node]:
    return [("boolean", "deceasedDateTime" in node[1] or node[1].get("deceasedBoolean") is True)]


def _alternatives(expression: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for position, character in enumerate(expression):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "|" and depth == 0:
            parts.append(expression[start:position])
            start = position + 1
    return [part.strip() for part in [*parts, expression[start:]]]


class _Parser:
    """Recursive descent over one alternative; follows the element tables to know types and cardinality."""

    def __init__(self, text: str, type: str) -> None:
        self.tokens = _tokens(text)
        self.root = type
        self.types: frozenset[str] = frozenset({type})
        self.single = True
        self.first: frozenset[str] = frozenset()
        self.keys: frozenset[str] = frozenset()
        self.child: str | None = None
        self.steps: list[Step] = []

    def path(self) -> Path | None:
        if not self._term():
            return None
        if self.tokens:
            raise UnsupportedPath(" ".join(self.tokens))
        return Path(self.first, self.types, self.single, tuple(self.steps), self.keys)

    def _term(self) -> bool:
        if self._accept("("):
            if not self._term():
                return False
            self._expect(")")
        elif not self._start():
            return False
        while self.tokens:
            if self._accept("."):
                self._member()
            elif self._accept("as"):
                self._only(self.tokens.pop(0))
            elif self.tokens[0].startswith("["):
                self._index(int(self.tokens.pop(0)[1:-1]))
            else:
                break
        return True

    def _start(self) -> bool:
        name = self.tokens.pop(0)
        if name in (self.root, "Resource", "DomainResource", "$this"):
            return True
        if name[0].isupper():
            return False
        self.tokens[:0] = [name]
        self._member()
        return True

    def _member(self) -> None:
        name = self.tokens.pop(0)
        if not self._accept("("):
            self._child(name)
        elif name in ("as", "ofType"):
            self._only(self.tokens.pop(0))
            self._expect(")")
        elif name == "extension":
            self._where_extension(self.tokens.pop(0).strip("'"))
            self._expect(")")
        elif name == "where":
            self._where()
        else:
            raise UnsupportedPath(name)

    def _child(self, name: str) -> None:
        found = [(key, element, type) for parent in self.types for key, element, type in children(parent, name)]
        if not found and "Resource" not in self.types:
            raise UnsupportedPath(f"{sorted(self.types)} have no {name}")
        if not self.steps:
            self.first = self.keys = frozenset(key for key, _, _ in found)
        self.types = frozenset(type for _, _, type in found)
        self.single = self.single and not any(element.is_list for _, element, _ in found)
        self.child = name
        self.steps.append(Child(name))

    def _only(self, type: str) -> None:
        name = type[0].lower() + type[1:] if type in ("DateTime", "String", "Boolean") else type
        kept = frozenset({name, *SPECIALISATIONS.get(name, ())})
        before, self.types = self.types, self.types & kept or frozenset({name})
        child, self.child = self.child, None
        if child is None or "Resource" in before:
            self.steps.append(lambda node: [node] if node[0] in kept else [])
            return
        if len(self.steps) == 1:
            self.keys = frozenset(key for key, _, type in children(self.root, child) if type in kept)
        self.steps[-1] = Child(child, kept)

    def _index(self, index: int) -> None:
        self.child = None
        key = next(iter(self.first))
        if len(self.steps) != 1 or index != 0:
            raise UnsupportedPath("an index below the first element")
        self.single = True
        self.steps = [lambda node: Child(key)(node)[:1]]

    def _where_extension(self, url: str) -> None:
        self._child("extension")
        self.child = None
        self.steps.append(lambda node: [node] if node[1].get("url") == url else [])

    def _where(self) -> None:
        self.child = None
        name = self.tokens.pop(0)
        if name == "resolve":
            self._expect("(", ")", "is")
            target = self.tokens.pop(0)
            self.steps.append(lambda node: [node] if reference_type(node[1]) == target else [])
        elif name == "hasExtension":
            self._expect("(")
            url = self.tokens.pop(0).strip("'")
            self._expect(")")
            self.steps.append(lambda node: [node] if _has_extension(node[1], url) else [])
        else:
            self._expect("=")
            wanted = self._text()
            if not any(children(type, name) for type in self.types):
                raise UnsupportedPath(f"{sorted(self.types)} have no {name}")
            self.steps.append(lambda node: [node] if _has(node[1], name, wanted) else [])
        self._expect(")")

    def _text(self) -> str:
        token = self.tokens.pop(0)
        if not token.startswith("'"):
            raise UnsupportedPath(f"{token} is not a text in quotes")
        return token.strip("'")

    def _accept(self, token: str) -> bool:
        if self.tokens and self.tokens[0] == token:
            self.tokens.pop(0)
            return True
        return False

    def _expect(self, *tokens: str) -> None:
        for token in tokens:
            if not self._accept(token):
                raise UnsupportedPath(f"expected {token} before {' '.join(self.tokens)}")


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise UnsupportedPath(text)
        tokens.append(match[0].strip())
        position = match.end()
    return tokens


@cache
def children(type: str, name: str) -> tuple[tuple[str, Element, str], ...]:
    """The JSON properties of `type` that hold element `name`: (property, element, type), several for a choice."""
    try:
        properties = definition(type).properties
    except UnknownType:
        return ()
    return tuple((key, element, kind) for key, (element, kind) in properties.items() if element.name == name)


@cache
def _properties(type: str, name: str, kept: frozenset[str] | None) -> tuple[tuple[str, str], ...]:
    return tuple((key, kind) for key, _, kind in children(type, name) if kept is None or kind in kept)


def reference_type(reference: Any) -> str | None:
    """The resource type that a Reference points to, None where it does not tell."""
    if not isinstance(reference, dict):
        return None
    literal = str(reference.get("reference", ""))
    parts = literal.partition("/_history/")[0].split("/")
    if len(parts) >= 2 and parts[-2][:1].isupper():
        return parts[-2]
    declared = reference.get("type")
    return declared if isinstance(declared, str) else None


def _has(value: Any, name: str, wanted: str) -> bool:
    return isinstance(value, dict) and value.get(name) == wanted


def _has_extension(value: Any, url: str) -> bool:
    return isinstance(value, dict) and any(extension.get("url") == url for extension in value.get("extension", ()))
