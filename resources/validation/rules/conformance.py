"""Invariants of tests, guides and operations that apply to each of many rows. https://hl7.org/fhir/R4/testscript.html#invs"""

from __future__ import annotations

from collections.abc import Mapping

from resources.validation.rules.values import Rule, any_of, distinct, exactly_one, has, rows, without
from resources.validation.scope import Json, Scope

ASSERTED = (
    "contentType expression headerField minimumId navigationLinks path requestMethod resource responseCode response "
    "validateProfileId"
).split()
WITHOUT_TARGET = ("capabilities", "search", "transaction", "history")


def _count(value: Json, *names: str) -> int:
    return sum(has(value, name) for name in names)


def _one_source(value: Json, scope: Scope) -> bool:
    return _count(value, "expression", "headerField", "path") < 3


def _capability(value: Json, scope: Scope) -> bool:
    return any(has(row, "required") or has(row, "validated") for row in rows(value, "capability"))


def _one_assertion(value: Json, scope: Scope) -> bool:
    return has(value, "extension") or _count(value, *ASSERTED) <= 1


def _one_target(value: Json, scope: Scope) -> bool:
    """Without a type the expression is empty, where no target is given."""
    kind = value.get("type", {}).get("code", "search")
    return has(value, "sourceId") or _count(value, "targetId", "url", "params") == 1 or kind in WITHOUT_TARGET


def _compared(value: Json, scope: Scope) -> bool:
    by = has(value, "compareToSourceExpression") or has(value, "compareToSourcePath")
    return has(value, "compareToSourceId") == by


def _direction(value: Json, scope: Scope) -> bool:
    return value.get("direction") != "request" or not (has(value, "response") or has(value, "responseCode"))


def _only_for(name: str, *types: str) -> Rule:
    return lambda value, scope: not has(value, name) or value.get("type", types[0]) in types


def _no_uuid_root(value: Json, scope: Scope) -> bool:
    return value.get("kind") != "root" or not any(row.get("type") == "uuid" for row in rows(value, "uniqueId"))


def _one_preferred(value: Json, scope: Scope) -> bool:
    return distinct(row["type"] for row in rows(value, "uniqueId") if row.get("preferred") is True and "type" in row)


def _groupings(value: Json, scope: Scope) -> bool:
    known = {row["id"] for row in rows(value, "grouping") if "id" in row}
    return all(row["groupingId"] in known for row in rows(value, "resource") if "groupingId" in row)


def _versions(value: Json, scope: Scope) -> bool:
    resources = rows(value.get("definition", {}), "resource")
    return {version for row in resources for version in row.get("fhirVersion", ())} <= set(value.get("fhirVersion", ()))


def _each_once(list_name: str, name: str) -> Rule:
    return lambda value, scope: distinct(row[name] for row in rows(value, list_name) if name in row)


def _documents(value: Json, scope: Scope) -> bool:
    return distinct((row.get("profile"), row.get("mode")) for row in rows(value, "document"))


RULES: Mapping[str, Rule] = {
    "tst-1": exactly_one("operation", "assert"),
    "tst-2": exactly_one("operation", "assert"),
    "tst-3": _one_source,
    "tst-4": _capability,
    "tst-5": _one_assertion,
    "tst-6": _one_assertion,
    "tst-7": _one_target,
    "tst-8": _one_target,
    "tst-9": _one_target,
    "tst-10": _compared,
    "tst-11": _compared,
    "tst-12": _direction,
    "tst-13": _direction,
    "opd-1": any_of("type", "part"),
    "opd-2": _only_for("searchType", "string"),
    "opd-3": _only_for("targetProfile", "Reference", "canonical"),
    "smp-1": without("element", unless="context"),
    "smp-2": without("context", unless="contextType"),
    "cpb-7": _documents,
    "cpb-9": _each_once("resource", "type"),
    "cpb-12": _each_once("searchParam", "name"),
    "nsd-1": _no_uuid_root,
    "nsd-2": _one_preferred,
    "ig-1": _groupings,
    "ig-2": _versions,
}
