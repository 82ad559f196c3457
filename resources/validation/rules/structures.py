"""Invariants of StructureDefinition and ElementDefinition. https://hl7.org/fhir/R4/structuredefinition.html#invs

The largest resources there are: as FHIRPath, a profile of 300 elements would take seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from resources.validation.rules.values import Rule, any_of, distinct, has, has_choice, rows, without
from resources.validation.scope import Json, Scope

HL7 = "http://hl7.org/fhir/StructureDefinition"
SLICE_NAME = re.compile(r"^[a-zA-Z0-9/\-_\[\]@]+$")
PATH = re.compile(r"[^\s.,:;'\"/|?!@#$%&*()\[\]{}]{1,64}(\.[^\s.,:;'\"/|?!@#$%&*()\[\]{}]{1,64}(\[x\])?(:[^\s.]+)?)*")
PLAIN_PATH = re.compile(r"[A-Za-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*(\[x])?)*")
TYPE_CODE = re.compile(r"^[a-zA-Z0-9]+$|^http://hl7\.org/fhirpath/System\.[A-Z][A-Za-z]+$")
SNAPSHOT_TYPE_CODE = re.compile(r"^[a-zA-Z0-9.]+$|^http://hl7\.org/fhirpath/System\.[A-Z][A-Za-z]+$")
EXCLUDED_BY_CONTENT_REFERENCE = ("defaultValue", "fixed", "pattern", "example", "minValue", "maxValue")
VIEWS = ("snapshot", "differential")


def _elements(value: Json, *views: str) -> Iterator[Json]:
    for view in views:
        yield from rows(value.get(view, {}), "element")


def _firsts(value: Json, *views: str) -> list[Json]:
    return [row for view in views for row in rows(value.get(view, {}), "element")[:1]]


def _type_codes(value: Json, view: str) -> Iterator[str]:
    return (row["code"] for element in _elements(value, view) for row in rows(element, "type") if "code" in row)


def _roots(value: Json) -> list[Json]:
    return [row for row in _elements(value, *VIEWS) if "." not in row.get("path", ".")]


def _is_logical(value: Json) -> bool:
    return bool(value.get("kind", "logical") == "logical")


def _min_max(value: Json, scope: Scope) -> bool:
    low, high = value.get("min"), value.get("max")
    return low is None or high is None or not high.isdecimal() or bool(low <= int(high))


def _max(value: str, scope: Scope) -> bool:
    return value == "*" or not value.lstrip("-").isdecimal() or int(value) >= 0


def _by_reference(value: Json, scope: Scope) -> bool:
    if not has(value, "contentReference"):
        return True
    if any(has(value, name) for name in ("type", "maxLength", "binding")):
        return False
    return not any(has_choice(value, name) for name in EXCLUDED_BY_CONTENT_REFERENCE)


def _single_type(name: str) -> Rule:
    return lambda value, scope: len(rows(value, "type")) <= 1 or not has_choice(value, name)


def _reference_only(name: str) -> Rule:
    return lambda value, scope: not has(value, name) or value.get("code") in ("Reference", "canonical", None)


def _never_both(first: str, second: str) -> Rule:
    return lambda value, scope: not (has_choice(value, first) and has_choice(value, second))


def _modifier(value: Json, scope: Scope) -> bool:
    return value.get("isModifier") is not True or has(value, "isModifierReason")


def _matching(name: str, pattern: re.Pattern[str]) -> Rule:
    return lambda value, scope: name not in value or pattern.search(value[name]) is not None


def _value_set(value: Json, scope: Scope) -> bool:
    return str(value.get("valueSet", "http:")).startswith(("http:", "https", "urn:"))


def _all_here(*names: str) -> Rule:
    return lambda value, scope: all(has(row, name) for row in rows(value, "element") for name in names)


def _unique(view: str, name: str) -> Rule:
    return lambda value, scope: distinct(row[name] for row in _elements(value, view) if name in row)


def _unique_paths(value: Json, scope: Scope) -> bool:
    return value.get("derivation", "constraint") == "constraint" or _unique("snapshot", "path")(value, scope)


def _concrete(value: Json, scope: Scope) -> bool:
    return value.get("abstract", True) is True or has(value, "baseDefinition")


def _context(value: Json, scope: Scope) -> bool:
    return value.get("type") != "Extension" or value.get("derivation") == "specialization" or has(value, "context")


def _snapshot_paths(value: Json, scope: Scope) -> bool:
    elements = rows(value, "element")
    first = elements[0].get("path", "") if elements else ""
    if not _is_logical(scope.resource) and first != scope.resource.get("type", first):
        return False
    return all(row.get("path", "").startswith(first + ".") for row in elements[1:])


def _differential_paths(value: Json, scope: Scope) -> bool:
    elements = rows(value, "element")
    first = elements[0].get("path", "") if elements else ""
    if not _is_logical(scope.resource) and not first.startswith(scope.resource.get("type", "")):
        return False
    return all(row.get("path", "").startswith(first.partition(".")[0] + ".") for row in elements[1:])


def _plain_roots(value: Json, scope: Scope) -> bool:
    return not any(has(row, name) for row in _roots(value) for name in ("label", "code", "requirements"))


def _snapshot_root(value: Json, scope: Scope) -> bool:
    return _is_logical(value) or all(row.get("path") == value.get("type") for row in _firsts(value, "snapshot"))


def _untyped_root(view: str) -> Rule:
    def check(value: Json, scope: Scope) -> bool:
        roots = [row for row in _firsts(value, view) if view == "snapshot" or "." not in row.get("path", "")]
        return _is_logical(value) or not any(has(row, "type") for row in roots)

    return check


def _all_identified(value: Json, scope: Scope) -> bool:
    return all(has(row, "id") for row in _elements(value, *VIEWS))


def _context_invariant(value: Json, scope: Scope) -> bool:
    return not has(value, "contextInvariant") or value.get("type") == "Extension"


def _official_types(value: Json, scope: Scope) -> bool:
    if not value.get("url", "").startswith(HL7):
        return True
    return all(TYPE_CODE.search(code) for code in _type_codes(value, "differential")) and all(
        SNAPSHOT_TYPE_CODE.search(code) for code in _type_codes(value, "snapshot")
    )


def _unsliced_root(value: Json, scope: Scope) -> bool:
    return not any(has(row, "slicing") for row in rows(value, "element") if "." not in row.get("path", "."))


def _defaults(value: Json, scope: Scope) -> bool:
    derived = value.get("derivation", "specialization") != "specialization"
    return not derived or not any(has_choice(row, "defaultValue") for row in _elements(value, "differential"))


def _no_official_defaults(value: Json, scope: Scope) -> bool:
    official = value.get("url", "").startswith(HL7)
    return not official or not any(has_choice(row, "defaultValue") for row in _elements(value, *VIEWS))


def _unnamed_roots(value: Json, scope: Scope) -> bool:
    return not any(has(row, "sliceName") for row in _roots(value))


RULES: Mapping[str, Rule] = {
    "eld-1": any_of("discriminator", "description"),
    "eld-2": _min_max,
    "eld-3": _max,
    "eld-4": _reference_only("aggregation"),
    "eld-5": _by_reference,
    "eld-6": _single_type("fixed"),
    "eld-7": _single_type("pattern"),
    "eld-8": _never_both("pattern", "fixed"),
    "eld-11": lambda value, scope: True,
    "eld-12": _value_set,
    "eld-13": lambda value, scope: distinct(row.get("code") for row in rows(value, "type")),
    "eld-14": lambda value, scope: distinct(row.get("key") for row in rows(value, "constraint")),
    "eld-15": lambda value, scope: not (has_choice(value, "defaultValue") and has(value, "meaningWhenMissing")),
    "eld-16": _matching("sliceName", SLICE_NAME),
    "eld-17": _reference_only("targetProfile"),
    "eld-18": _modifier,
    "eld-19": _matching("path", PATH),
    "eld-20": _matching("path", PLAIN_PATH),
    "eld-21": any_of("expression"),
    "eld-22": without("sliceIsConstraining", unless="sliceName"),
    "sdf-1": _unique_paths,
    "sdf-2": any_of("name", "uri"),
    "sdf-3": _all_here("definition", "min", "max"),
    "sdf-4": _concrete,
    "sdf-5": _context,
    "sdf-6": any_of("snapshot", "differential"),
    "sdf-8": _snapshot_paths,
    "sdf-8a": _differential_paths,
    "sdf-8b": _all_here("base"),
    "sdf-9": _plain_roots,
    "sdf-10": lambda value, scope: (
        not has(value, "binding") or any_of("valueSet", "description")(value["binding"], scope)
    ),
    "sdf-11": _snapshot_root,
    "sdf-14": _all_identified,
    "sdf-15": _untyped_root("snapshot"),
    "sdf-15a": _untyped_root("differential"),
    "sdf-16": _unique("snapshot", "id"),
    "sdf-17": _unique("differential", "id"),
    "sdf-18": _context_invariant,
    "sdf-19": _official_types,
    "sdf-20": _unsliced_root,
    "sdf-21": _defaults,
    "sdf-22": _no_official_defaults,
    "sdf-23": _unnamed_roots,
}
