"""Invariants of Bundle and Parameters. https://hl7.org/fhir/R4/bundle.html#invs"""

from __future__ import annotations

from collections.abc import Mapping

from resources.validation.rules.values import Rule, any_of, distinct, has, has_choice, rows
from resources.validation.scope import Json, Scope


def _each_entry(name: str, *kinds: str) -> Rule:
    """Every entry has `name` where the Bundle is one of `kinds`, none has it otherwise."""

    def check(value: Json, scope: Scope) -> bool:
        expected = value.get("type") in kinds
        return "type" not in value or all(has(row, name) == expected for row in rows(value, "entry"))

    return check


def _only(name: str, *kinds: str) -> Rule:
    return lambda value, scope: not has(value, name) or value.get("type", kinds[0]) in kinds


def _searched(value: Json, scope: Scope) -> bool:
    return value.get("type", "searchset") == "searchset" or not any("search" in row for row in rows(value, "entry"))


def _urls(value: Json, scope: Scope) -> bool:
    if value.get("type") == "history":
        return True
    entries = [row for row in rows(value, "entry") if "fullUrl" in row]
    return distinct((row["fullUrl"], _version(row)) for row in entries)


def _version(entry: Json) -> str:
    return str(entry.get("resource", {}).get("meta", {}).get("versionId", ""))


def _unversioned(value: Json, scope: Scope) -> bool:
    return "/_history/" not in value.get("fullUrl", "")


def _identified(value: Json, scope: Scope) -> bool:
    identifier = value.get("identifier", {})
    return value.get("type") != "document" or (has(identifier, "system") and has(identifier, "value"))


def _dated(value: Json, scope: Scope) -> bool:
    return value.get("type") != "document" or "timestamp" in value


def _starts_with(kind: str, type: str) -> Rule:
    def check(value: Json, scope: Scope) -> bool:
        entries = rows(value, "entry")
        first = entries[0].get("resource") if entries else None
        return value.get("type") != kind or first is None or first.get("resourceType") == type

    return check


def _parameter(value: Json, scope: Scope) -> bool:
    holds = has_choice(value, "value"), has(value, "resource"), has(value, "part")
    return sum(holds) == 1


RULES: Mapping[str, Rule] = {
    "bdl-1": _only("total", "searchset", "history"),
    "bdl-2": _searched,
    "bdl-3": _each_entry("request", "batch", "transaction", "history"),
    "bdl-4": _each_entry("response", "batch-response", "transaction-response", "history"),
    "bdl-5": any_of("resource", "request", "response"),
    "bdl-7": _urls,
    "bdl-8": _unversioned,
    "bdl-9": _identified,
    "bdl-10": _dated,
    "bdl-11": _starts_with("document", "Composition"),
    "bdl-12": _starts_with("message", "MessageHeader"),
    "inv-1@Parameters": _parameter,
}
