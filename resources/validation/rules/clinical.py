"""Invariants of clinical resources. https://hl7.org/fhir/R4/clinicalsummary-module.html"""

from __future__ import annotations

from collections.abc import Mapping

from resources.validation.rules.values import (
    UCUM,
    Rule,
    any_of,
    exactly_one,
    has,
    has_choice,
    has_coding,
    not_after,
    not_both,
    rows,
    without,
)
from resources.validation.scope import Json, Scope

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
INACTIVE = ("resolved", "remission", "inactive")


def _is_mistake(value: Json, system: str) -> bool:
    return has_coding(value.get("verificationStatus"), TERMINOLOGY + system, ("entered-in-error",))


def _allergy_status(value: Json, scope: Scope) -> bool:
    return has(value, "clinicalStatus") or _is_mistake(value, "allergyintolerance-verification")


def _allergy_mistake(value: Json, scope: Scope) -> bool:
    return not (has(value, "clinicalStatus") and _is_mistake(value, "allergyintolerance-verification"))


def _condition_status(value: Json, scope: Scope) -> bool:
    """con-3: the expression compares a whole category with a code, so it always holds; this is what its text says."""
    categories = rows(value, "category")
    listed = any(has_coding(row, TERMINOLOGY + "condition-category", ("problem-list-item",)) for row in categories)
    return has(value, "clinicalStatus") or not listed or _is_mistake(value, "condition-ver-status")


def _condition_abated(value: Json, scope: Scope) -> bool:
    status = value.get("clinicalStatus")
    return has_coding(status, TERMINOLOGY + "condition-clinical", INACTIVE) or not has_choice(value, "abatement")


def _condition_mistake(value: Json, scope: Scope) -> bool:
    return not (has(value, "clinicalStatus") and _is_mistake(value, "condition-ver-status"))


def _observation_absent(value: Json, scope: Scope) -> bool:
    return not ("dataAbsentReason" in value and has_choice(value, "value"))


def _observation_component(value: Json, scope: Scope) -> bool:
    if "component" not in value or not has_choice(value, "value"):
        return True
    own = {_identity(coding) for coding in rows(value["code"], "coding")}
    codings = (coding for row in rows(value, "component") for coding in rows(row["code"], "coding"))
    return not any(_identity(coding) in own for coding in codings)


def _identity(coding: Json) -> str:
    return str(sorted(coding.items()))


def _goal_measure(value: Json, scope: Scope) -> bool:
    return not has_choice(value, "detail") or has(value, "measure")


def _family_age(value: Json, scope: Scope) -> bool:
    return not (has_choice(value, "age") and has_choice(value, "born"))


def _family_estimate(value: Json, scope: Scope) -> bool:
    return not has(value, "estimatedAge") or has_choice(value, "age")


def _handed_over(value: Json, scope: Scope) -> bool:
    return not_after(value.get("whenPrepared"), value.get("whenHandedOver"))


def _percent(value: Json, scope: Scope) -> bool:
    ends = [value[name] for name in ("low", "high") if name in value] if isinstance(value, dict) else []
    return all(end.get("code") == "%" and end.get("system") == UCUM for end in ends)


def _probability(value: Json, scope: Scope) -> bool:
    return bool(value.get("probabilityDecimal", 0) <= 100)


def _list_mode(name: str, mode: str) -> Rule:
    return lambda value, scope: (
        value.get("mode", mode) == mode or not any(has(row, name) for row in rows(value, "entry"))
    )


def _sequence(value: Json, scope: Scope) -> bool:
    names = ("genomeBuild", "referenceSeqId", "referenceSeqPointer", "referenceSeqString")
    return sum(has(value, name) for name in names) == 1


RULES: Mapping[str, Rule] = {
    "ait-1": _allergy_status,
    "ait-2": _allergy_mistake,
    "con-1": any_of("summary", "assessment"),
    "con-2": any_of("code", "detail"),
    "con-3": _condition_status,
    "con-4": _condition_abated,
    "con-5": _condition_mistake,
    "obs-3": any_of("low", "high", "text"),
    "obs-6": _observation_absent,
    "obs-7": _observation_component,
    "cmp-1": any_of("text", "entry", "section"),
    "cmp-2": not_both("emptyReason", "entry"),
    "cpl-3": not_both("detail", "reference"),
    "fhs-1": _family_age,
    "fhs-2": _family_estimate,
    "gol-1": _goal_measure,
    "imm-1": any_of("documentType", "reference"),
    "imr-1": any_of("vaccineCode", "targetDisease"),
    "lst-1": not_both("emptyReason", "entry"),
    "lst-2": _list_mode("deleted", "changes"),
    "lst-3": _list_mode("date", "working"),
    "mad-1": lambda value, scope: has(value, "dose") or has_choice(value, "rate"),
    "mdd-1": _handed_over,
    "nor-1": any_of("oralDiet", "supplement", "enteralFormula"),
    "prr-1": without("orderDetail", unless="code"),
    "ras-1": _percent,
    "ras-2": _probability,
    "rqg-1": exactly_one("resource", "action"),
    "msq-3": lambda value, scope: value.get("coordinateSystem", 0) in (0, 1),
    "msq-5": lambda value, scope: has(value, "chromosome") == has(value, "genomeBuild"),
    "msq-6": _sequence,
}
