"""The paths of a type's search parameters as one tree: a resource is walked once, and only where it has something.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from fhir_server.search.fields import TEXT, Entry, Field
from fhir_server.search.kinds import reference, token
from fhir_server.search.kinds.simple import INDEXES, IndexValue
from fhir_server.search.locality import Locality
from resources.definitions.paths import Child, Node, Step, children, follow

BESIDE = frozenset({"CodeableConcept", "Coding", "Identifier", "Reference"})
"""Types of which modifiers search more than the entries."""


@dataclass(slots=True)
class Branch:
    """What is looked for at one place of a resource. `fills`: code, field and kind of what its values fill, and whether
    that is a single entry; `texts`: the codes of those that keep the texts of codes too; `references` of those.

    `below`: the type and the branch of what lies in a property; `beyond`: what steps lead to that tell only from the
    value where they lead."""

    fills: list[tuple[str, Field, IndexValue, bool]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    identifiers: list[Field] = field(default_factory=list)
    references: list[Field] = field(default_factory=list)
    below: dict[str, tuple[str, Branch]] = field(default_factory=dict)
    beyond: list[tuple[tuple[Step, ...], Branch]] = field(default_factory=list)


def tree(type: str, fields: Iterable[Field]) -> Branch:
    """The root, which stands for a whole resource of this type."""
    root = Branch()
    for one in fields:
        for path in one.parameter.paths:
            for end in _ends(root, type, path.steps):
                _fill_from(end, one)
    return root


def _ends(branch: Branch, type: str, steps: tuple[Step, ...]) -> list[Branch]:
    """The branches that a path leads to, which are made where there are none yet."""
    if not steps:
        return [branch]
    if not isinstance(steps[0], Child) or type == "Resource":
        branch.beyond.append((steps, Branch()))
        return [branch.beyond[-1][1]]
    ends = []
    for key, kind in steps[0].properties(type):
        _, below = branch.below.setdefault(key, (kind, Branch()))
        ends += _ends(below, kind, steps[1:])
    return ends


def _fill_from(branch: Branch, one: Field) -> None:
    kind = one.parameter.type
    branch.fills.append((one.code, one, INDEXES[kind], one.layout == "object"))
    if one.texts == (f"{TEXT}.{one.code}",):
        branch.texts.append(one.code)
    if kind == "token":
        branch.identifiers.append(one)
    elif kind == "reference":
        branch.references.append(one)


class Harvest:
    """What one resource has for its search parameters: `index` by parameter code; `texts` by code, where codes have
    some. Values that are not well-formed are left out."""

    __slots__ = ("_locality", "index", "texts")

    def __init__(self, locality: Locality) -> None:
        self._locality = locality
        self.index: dict[str, Any] = {}
        self.texts: dict[str, list[str]] = {}

    def walk(self, branch: Branch, type: str, value: Any) -> None:
        """Gathers what lies at and below this value."""
        if branch.fills:
            self._fill(branch, type, value)
        if value.__class__ is not dict:
            return
        for steps, end in branch.beyond:
            for node in follow(steps, [(type, value)]):
                self._fill(end, *node)
        if below := branch.below:
            for key, found in value.items():
                if key in below:
                    kind, next = below[key]
                    if found.__class__ is list:
                        for one in found:
                            if one is not None:
                                self.walk(next, kind, one)
                    elif found is not None:
                        self.walk(next, kind, found)

    def _fill(self, branch: Branch, type: str, value: Any) -> None:
        if type == "Extension":
            type, value = _extension_value((type, value))
        index, locality = self.index, self._locality
        for code, one, entries, is_single in branch.fills:
            some = entries(type, value, one, locality)
            if is_single:
                index[code] = some[0] if some else index.get(code, {})
            elif code in index:
                index[code] += some
            else:
                index[code] = some
        if type in BESIDE and value.__class__ is dict:
            self._add_beside(branch, type, value)

    def _add_beside(self, branch: Branch, type: str, value: dict[str, Any]) -> None:
        """What modifiers search by: kept under names of its own, and only where there is some."""
        if branch.texts and (folded := token.texts(type, value)):
            for code in branch.texts:
                self.texts.setdefault(code, []).extend(folded)
        if type == "Identifier" and "type" in value:
            for one in branch.identifiers:
                self._add(f"{one.code}{token.OF_TYPE}", token.typed(value))
        elif type == "Reference":
            for one in branch.references:
                self._add(f"{one.code}{reference.IDENTIFIER}", reference.identifiers(value, one, self._locality))
                self._add(f"{one.code}{reference.VERSION}", reference.versions(value, self._locality))

    def _add(self, code: str, entries: list[Entry]) -> None:
        if entries:
            self.index.setdefault(code, []).extend(entries)


def _extension_value(node: Node) -> Node:
    for key in node[1]:
        if key.startswith("value"):
            for name, _, type in children("Extension", "value"):
                if name == key:
                    return type, node[1][key]
    return "Extension", None
