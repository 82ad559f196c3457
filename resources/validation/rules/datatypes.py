"""Invariants of the data types. https://hl7.org/fhir/R4/datatypes.html"""

from __future__ import annotations

from collections.abc import Mapping

from resources.validation.rules.values import (
    UCUM,
    Rule,
    any_of,
    exactly_one,
    has,
    has_choice,
    not_after,
    not_both,
    without,
)
from resources.validation.scope import Json, Scope


def _extension(value: Json, scope: Scope) -> bool:
    for key in value:
        if key[:5] == "value" or key[:6] == "_value":
            return "extension" not in value
    return "extension" in value


def _period(value: Json, scope: Scope) -> bool:
    return not_after(value.get("start"), value.get("end"))


def _range(value: Json, scope: Scope) -> bool:
    low, high = value.get("low", {}), value.get("high", {})
    if "value" not in low or "value" not in high:
        return True
    same_unit = low.get("code", low.get("unit")) == high.get("code", high.get("unit"))
    return not same_unit or bool(low["value"] <= high["value"])


def _ratio(value: Json, scope: Scope) -> bool:
    numerator, denominator = has(value, "numerator"), has(value, "denominator")
    return numerator == denominator and (numerator or "extension" in value)


def _in_ucum(value: Json, scope: Scope) -> bool:
    return (has(value, "code") or not has(value, "value")) and value.get("system", UCUM) == UCUM


def _age(value: Json, scope: Scope) -> bool:
    return _in_ucum(value, scope) and bool(value.get("value", 1) > 0)


def _count(value: Json, scope: Scope) -> bool:
    return _in_ucum(value, scope) and value.get("code", "1") == "1" and "." not in str(value.get("value", 0))


def _duration(value: Json, scope: Scope) -> bool:
    return not has(value, "code") or (value.get("system", UCUM) == UCUM and has(value, "value"))


def _not_negative(name: str) -> Rule:
    return lambda value, scope: bool(value.get(name, 0) >= 0)


def _offset(value: Json, scope: Scope) -> bool:
    """tim-9: `in` takes one code; with several, the offset is allowed where none of them is a meal itself."""
    return not has(value, "offset") or (has(value, "when") and not {"C", "CM", "CD", "CV"} & set(value.get("when", ())))


def _trigger(value: Json, scope: Scope) -> bool:
    kind = value.get("type", "")
    return (
        (kind != "named-event" or has(value, "name"))
        and (kind != "periodic" or has_choice(value, "timing"))
        and (not kind.startswith("data-") or has(value, "data"))
    )


RULES: Mapping[str, Rule] = {
    "ext-1": _extension,
    "per-1": _period,
    "att-1": without("data", unless="contentType"),
    "cpt-2": without("value", unless="system"),
    "qty-3": without("code", unless="system"),
    "sqty-1": lambda value, scope: not has(value, "comparator"),
    "rng-2": _range,
    "rat-1": _ratio,
    "age-1": _age,
    "cnt-3": _count,
    "dis-1": _in_ucum,
    "drt-1": _duration,
    "exp-1": any_of("expression", "reference"),
    "drq-1": exactly_one("path", "searchParam"),
    "drq-2": exactly_one("path", "searchParam"),
    "tim-1": without("duration", unless="durationUnit"),
    "tim-2": without("period", unless="periodUnit"),
    "tim-4": _not_negative("duration"),
    "tim-5": _not_negative("period"),
    "tim-6": without("periodMax", unless="period"),
    "tim-7": without("durationMax", unless="duration"),
    "tim-8": without("countMax", unless="count"),
    "tim-9": _offset,
    "tim-10": not_both("timeOfDay", "when"),
    "trd-1": lambda value, scope: not (has(value, "data") and has_choice(value, "timing")),
    "trd-2": without("condition", unless="data"),
    "trd-3": _trigger,
}
