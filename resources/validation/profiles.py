"""$validate against a profile of the official package: bp, bmi, vitalsigns, ... https://hl7.org/fhir/R4/profiling.html

Checked: cardinality, fixed and pattern values, required bindings, types, invariants, and slices told apart by value,
pattern, type, or the url of an extension. Slices told apart otherwise (behind resolve()) are not checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from resources.definitions.data import read
from resources.definitions.structure import resource_types
from resources.issues import Issue
from resources.validation import texts
from resources.validation.fhirpath import compile_rule
from resources.validation.references import STRUCTURE
from resources.validation.scope import Json, Scope, TooManyProblems


@dataclass(slots=True)
class Node:
    """An element of a profile. `row` is empty where the profile adds nothing to the element itself."""

    row: Json = field(default_factory=dict)
    children: dict[str, Node] = field(default_factory=dict)
    slices: dict[str, Node] = field(default_factory=dict)


class Found(NamedTuple):
    """A value in the resource; `kind` is the type of a choice: valueQuantity -> Quantity."""

    value: Any
    path: str
    kind: str


def validate_profile(resource: Json, url: str) -> list[Issue]:
    """What the profile asks beyond the base type. The profile of a base type asks only for that type."""
    plain = url.partition("|")[0]
    found = resource.get("resourceType")
    known: Mapping[str, Json] = read("profiles")["profiles"]
    base = plain.removeprefix(STRUCTURE)
    if plain != base and base in resource_types():
        expected, root = base, Node()
    elif plain in known:
        expected, root = known[plain]["type"], _tree(plain)
    else:
        return [Issue("error", *texts.unknown_profile(url, known))]
    if found != expected:
        return [Issue("error", *texts.other_type(found, expected), str(expected))]
    scope = Scope([], resource)
    with suppress(TooManyProblems):
        _check(root, Found(resource, expected, expected), scope)
    return scope.issues


@cache
def _tree(url: str) -> Node:
    """The rows as a tree: "Observation.component:SystolicBP.code" is child component, slice SystolicBP, child code."""
    root = Node()
    for row in read("profiles")["profiles"][url]["elements"]:
        node = root
        for segment in row["id"].split(".")[1:]:
            name, _, part = segment.partition(":")
            node = node.children.setdefault(name, Node())
            if part:
                node = node.slices.setdefault(part, Node())
        node.row = row
    return root


def _check(node: Node, found: Found, scope: Scope) -> None:
    """Everything that the node says about one value."""
    _check_value(node, found, scope)
    if not isinstance(found.value, dict):
        return
    for name, child in node.children.items():
        values = list(_values(found.value, name, found.path))
        label = name.removesuffix("[x]")
        _check_count(child, len(values), f"{found.path}.{label}", scope, name=label)
        for value in values:
            _check(child, value, scope)
        if child.slices:
            _check_slices(child, values, f"{found.path}.{label}", scope)


def _values(owner: Json, name: str, path: str) -> Iterator[Found]:
    label = name.removesuffix("[x]")
    for key, value in owner.items():
        plain = key.removeprefix("_")
        kind = plain[len(label) :] if plain.startswith(label) else "-"
        matches = kind[:1].isupper() if label != name else plain == name
        if not matches or (key != plain and plain in owner):
            continue
        if isinstance(value, list):
            yield from (Found(item, f"{path}.{label}[{index}]", kind) for index, item in enumerate(value))
        else:
            yield Found(value if key == plain else None, f"{path}.{label}", kind)


def _check_count(node: Node, count: int, path: str, scope: Scope, *, name: str) -> None:
    if count < node.row.get("min", 0):
        few = texts.required(name) if node.row["min"] == 1 else texts.too_few(node.row["min"])
        scope.add(few, path)
    if count > node.row.get("max", count):
        scope.add(texts.too_many(node.row["max"]), path)


def _check_value(node: Node, found: Found, scope: Scope) -> None:
    row, value = node.row, found.value
    for kind in ("fixed", "pattern"):
        if kind in row and not _fits(value, row[kind], exact=kind == "fixed"):
            scope.add(texts.not_fixed(value, row[kind]), found.path)
    if "codes" in row and value is not None:
        _check_binding(row["codes"], found, scope)
    if "types" in row and found.kind not in {_capital(kind) for kind in row["types"]}:
        scope.add(texts.wrong_choice(found.kind, row["types"]), found.path)
    for key, (severity, human, expression) in row.get("invariants", {}).items():
        if not _holds(key, expression, found, scope):
            scope.add(texts.broken_invariant(key, human, expression), found.path, severity)


def _fits(value: Any, expected: Any, *, exact: bool) -> bool:
    """fixed: the same value; pattern: at least what the pattern has."""
    if exact or not isinstance(expected, (dict, list)):
        return bool(value == expected)
    if isinstance(expected, list):
        items = value if isinstance(value, list) else []
        return all(any(_fits(item, part, exact=False) for item in items) for part in expected)
    return isinstance(value, dict) and all(_fits(value.get(key), part, exact=False) for key, part in expected.items())


def _check_binding(url: str, found: Found, scope: Scope) -> None:
    systems: Mapping[str, list[str]] = read("profiles")["codes"][url]
    value = found.value
    if isinstance(value, str):
        member = any(value in codes for codes in systems.values())
    else:
        coded = value.get("coding", [value]) if isinstance(value, dict) else []
        rows = [row for row in coded if isinstance(row, dict) and "code" in row] if isinstance(coded, list) else []
        value = rows[0]["code"] if rows else None
        member = not rows or any(row["code"] in systems.get(str(row.get("system")), ()) for row in rows)
    if systems and not member:
        codes = {code for codes in systems.values() for code in codes}
        scope.add(texts.not_in_value_set(value, url, codes), found.path)


def _holds(key: str, expression: str, found: Found, scope: Scope) -> bool:
    if key == "vs-1":  # the text is about dates, the expression about their length
        return found.kind != "DateTime" or not isinstance(found.value, str) or len(found.value) >= 10
    try:
        return _rule(expression, found.path.partition("[")[0])(found.value, scope)
    except Exception:
        # The value has another shape than the rule expects, which the base check reports.
        return True


_rule = cache(compile_rule)


def _check_slices(node: Node, values: list[Found], path: str, scope: Scope) -> None:
    assigned: dict[str, list[Found]] = {name: [] for name in node.slices}
    for found in values:
        matches = {name: _is_in_slice(node, part, found) for name, part in node.slices.items()}
        if None in matches.values():
            return
        names = [name for name, inside in matches.items() if inside]
        for name in names:
            assigned[name].append(found)
        if not names and node.row.get("closed"):
            scope.add(texts.in_no_slice(node.slices), found.path)
    for name, part in node.slices.items():
        _check_count(part, len(assigned[name]), path, scope, name=f"{path.rpartition('.')[2]}:{name}")
        for found in assigned[name]:
            _check(part, found, scope)


def _is_in_slice(node: Node, part: Node, found: Found) -> bool | None:
    """None where that cannot be told."""
    if "url" in part.row:
        return isinstance(found.value, dict) and found.value.get("url") == part.row["url"]
    if not node.row.get("slicing"):
        return None
    answers = [_discriminates(part, found, kind, path) for kind, path in node.row["slicing"]]
    return None if None in answers else all(answers)


def _discriminates(part: Node, found: Found, kind: str, path: str) -> bool | None:
    if kind == "type" and path == "$this":
        return found.kind in {_capital(type) for type in part.row.get("types", ())}
    steps = [] if path == "$this" else path.split(".")
    expected = [node.row for node in _nodes(part, steps) if "fixed" in node.row or "pattern" in node.row]
    if kind not in ("value", "pattern") or "(" in path or not expected:
        return None
    return any(
        _fits(value, row.get("fixed", row.get("pattern")), exact="fixed" in row)
        for value in _at(found.value, steps)
        for row in expected
    )


def _nodes(node: Node, steps: list[str]) -> Iterator[Node]:
    """The nodes below a slice at a path, those of inner slices too."""
    if not steps:
        yield node
    elif steps[0] in node.children:
        child = node.children[steps[0]]
        for inner in (child, *child.slices.values()):
            yield from _nodes(inner, steps[1:])


def _at(value: Any, steps: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _at(item, steps)
    elif not steps:
        yield value
    elif isinstance(value, dict):
        yield from _at(value.get(steps[0]), steps[1:])


def _capital(kind: str) -> str:
    return kind[:1].upper() + kind[1:]
