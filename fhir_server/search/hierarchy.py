"""The codes of a CodeSystem, and which stand above and below each other. https://hl7.org/fhir/R4/codesystem.html#hierarchy"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fhir_server.messages import Resource
from fhir_server.search import refusals

Children = Mapping[str, set[str]]


def below(code_system: Resource, code: str) -> set[str]:
    """The code and all that stand below it; nothing where the system does not have it."""
    return _closure(children(code_system), code)


def above(code_system: Resource, code: str) -> set[str]:
    """The code and all that stand above it."""
    parents: dict[str, set[str]] = {}
    for parent, ones in children(code_system).items():
        parents.setdefault(parent, set())
        for one in ones:
            parents.setdefault(one, set()).add(parent)
    return _closure(parents, code)


def children(code_system: Resource) -> Children:
    """Code -> codes directly below: by nesting, and by the properties parent, subsumedBy and child."""
    found: dict[str, set[str]] = {}
    waiting: list[tuple[str | None, Any]] = [(None, concept) for concept in code_system.get("concept", ())]
    while waiting:
        parent, concept = waiting.pop()
        code = concept.get("code")
        if not isinstance(code, str):
            continue
        found.setdefault(code, set())
        if parent is not None:
            found[parent].add(code)
        waiting += [(code, inner) for inner in concept.get("concept", ())]
        for name, other in _properties(concept):
            if name in ("parent", "subsumedBy"):
                found.setdefault(other, set()).add(code)
            elif name == "child":
                found[code].add(other)
                found.setdefault(other, set())
    return found


def _properties(concept: Any) -> Iterable[tuple[str, str]]:
    for one in concept.get("property", ()):
        if isinstance(one.get("valueCode"), str):
            yield one.get("code", ""), one["valueCode"]


def shorter(code: str) -> set[str]:
    """The code and those that it begins with, down to what stands before the dot: E11.65, E11.6, E11."""
    stem, dot, rest = code.partition(".")
    return {stem, *(f"{stem}{dot}{rest[:length]}" for length in range(1, len(rest) + 1))}


def filtered(code_system: Resource, filters: Iterable[Any]) -> set[str]:
    """The codes that pass all filters of a value set. Raises InvalidParameter for filters that are not known here."""
    tree = children(code_system)
    found = set(tree)
    for filter in filters:
        property, operator, value = (str(filter.get(name, "")) for name in ("property", "op", "value"))
        choose = _OPERATORS.get(operator)
        if choose is None or property not in ("concept", "code"):
            raise refusals.refuse(
                "ValueSet",
                f"Filters by '{refusals.shown(property)} {refusals.shown(operator)}' are not supported here.",
                f"Filter '{refusals.shown(property)} {refusals.shown(operator)}' belum didukung di sini.",
            )
        found &= choose(tree, value)
    return found


def _closure(next: Children, code: str) -> set[str]:
    if code not in next:
        return set()
    found, waiting = {code}, [code]
    while waiting:
        for one in next.get(waiting.pop(), ()):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return found


def _listed(value: str) -> set[str]:
    return {part.strip() for part in value.split(",")}


_OPERATORS: Mapping[str, Callable[[Children, str], set[str]]] = {
    "is-a": _closure,
    "descendent-of": lambda tree, code: _closure(tree, code) - {code},
    "is-not-a": lambda tree, code: set(tree) - _closure(tree, code),
    "=": lambda tree, code: {code} & set(tree),
    "in": lambda tree, value: _listed(value) & set(tree),
    "not-in": lambda tree, value: set(tree) - _listed(value),
}
