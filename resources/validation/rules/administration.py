"""Invariants of people, organizations, appointments and consents. https://hl7.org/fhir/R4/administration-module.html"""

from __future__ import annotations

from collections.abc import Mapping

from resources.validation.references import local_references
from resources.validation.rules.values import Rule, any_of, exactly_one, has, not_after, rows
from resources.validation.scope import Json, Scope


def _appointment_times(value: Json, scope: Scope) -> bool:
    timed = has(value, "start") and has(value, "end")
    return timed or value.get("status") in ("proposed", "cancelled", "waitlist", None)


def _cancelled(value: Json, scope: Scope) -> bool:
    return not has(value, "cancelationReason") or value.get("status") in ("no-show", "noshow", "cancelled")


def _not_home(value: Json, scope: Scope) -> bool:
    return value.get("use") != "home"


def _acts_for(value: Json, scope: Scope) -> bool:
    """ctm-1: the member can be resolved where it is contained."""
    local = next(iter(local_references(value.get("member", {}).get("reference"))), None)
    return not has(value, "onBehalfOf") or scope.contained().get(local or "", "Practitioner") == "Practitioner"


def _task_dates(value: Json, scope: Scope) -> bool:
    return not_after(value.get("authoredOn"), value.get("lastModified"))


def _group_members(value: Json, scope: Scope) -> bool:
    return not has(value, "member") or value.get("actual", True) is True


RULES: Mapping[str, Rule] = {
    "pat-1": any_of("name", "telecom", "address", "organization"),
    "org-1": any_of("identifier", "name"),
    "org-2": _not_home,
    "org-3": _not_home,
    "ipn-1": any_of("identifier", "name"),
    "app-1": any_of("type", "actor"),
    "app-2": lambda value, scope: has(value, "start") == has(value, "end"),
    "app-3": _appointment_times,
    "app-4": _cancelled,
    "apr-1": any_of("participantType", "actor"),
    "ctm-1": _acts_for,
    "grp-1": _group_members,
    "lnk-1": lambda value, scope: len(rows(value, "item")) > 1,
    "inv-1@Task": _task_dates,
    "inv-1@TestReport": exactly_one("operation", "assert"),
    "inv-2": exactly_one("operation", "assert"),
    "ppc-1": any_of("policy", "policyRule"),
    **dict.fromkeys(("ppc-2", "ppc-3", "ppc-4", "ppc-5"), lambda value, scope: True),
    "sev-1": lambda value, scope: not (has(value, "name") and has(value, "query")),
    "ces-1": exactly_one("category", "productOrService"),
}
