"""Invariants of every resource. https://hl7.org/fhir/R4/domainresource.html#invs"""

from __future__ import annotations

import re
from collections.abc import Mapping

from resources.validation.references import local_references
from resources.validation.rules.values import Rule, has, rows
from resources.validation.scope import Json, Scope

COMPUTABLE_NAME = re.compile(r"[A-Z][A-Za-z0-9_]{0,254}")
NAMED = (
    "adf cid cmd cpb cpd csd ees esc evd evi evv gdf ig lib mea msd nsd opd pdf que red rsd rvs sdf smp spd tcp tst vsd"
)


def _no_nesting(value: Json, scope: Scope) -> bool:
    return "contained" not in value or not any("contained" in row for row in rows(value, "contained"))


def _all_used(value: Json, scope: Scope) -> bool:
    if "contained" not in value:
        return True
    used = local_references(value)
    return all(row.get("id") in used or "" in local_references(row) for row in rows(value, "contained"))


def _no_version(value: Json, scope: Scope) -> bool:
    metas = [row.get("meta", {}) for row in rows(value, "contained")] if "contained" in value else ()
    return not any(has(meta, "versionId") or has(meta, "lastUpdated") for meta in metas)


def _no_security(value: Json, scope: Scope) -> bool:
    return "contained" not in value or not any("security" in row.get("meta", {}) for row in rows(value, "contained"))


def _narrated(value: Json, scope: Scope) -> bool:
    """dom-6: a contained resource is told of in the narrative of what contains it."""
    return scope.container is not None or "div" in value.get("text", ())


def _named(value: Json, scope: Scope) -> bool:
    return "name" not in value or COMPUTABLE_NAME.fullmatch(value["name"]) is not None


RULES: Mapping[str, Rule] = {
    "dom-2": _no_nesting,
    "dom-3": _all_used,
    "dom-4": _no_version,
    "dom-5": _no_security,
    "dom-6": _narrated,
    **{f"{prefix}-0": _named for prefix in NAMED.split()},
}
