"""Quantities with their units. https://hl7.org/fhir/R4/search.html#quantity

Our choices: a search by a code of UCUM compares what can be converted, in base units; other searches compare unit and
number as they are written.
"""

from __future__ import annotations

import math
from typing import Any

from tests.journeys.search_model import numbers
from tests.journeys.search_model.escaping import literal, split
from tests.journeys.search_model.ranges import Range
from tests.journeys.search_model.units import UCUM, UNITS, commensurable, converted

MONEY = "urn:iso:std:iso:4217"


def matches(type: str, value: Any, raw: str) -> bool:
    """`number`, `number|system|code` or `number||unit`."""
    text, *unit = [literal(part) for part in split(raw, "|")]
    if unit and unit[0] == UCUM and unit[1] in UNITS:
        return _in_base_units(type, value, text, unit[1])
    return numbers.matches(amount(type, value), text) and (not unit or _measured_in(type, value, *unit))


def amount(type: str, value: Any) -> Range | None:
    if type == "Range":
        return numbers.number_range(type, value)
    if "value" not in value:
        return None
    low, high = numbers.number_range("", value["value"]) or (0, 0)
    comparator = value.get("comparator", "=")
    return -math.inf if comparator[0] == "<" else low, math.inf if comparator[0] == ">" else high


def _in_base_units(type: str, value: Any, text: str, code: str) -> bool:
    target, own = amount(type, value), _measure(type, value)
    if target is None or own.get("system") != UCUM or not commensurable(own["code"], code):
        return False
    low, high = (converted(end, own["code"]) for end in target)
    return numbers.matches((low, high), text, lambda number: converted(number, code))


def _measure(type: str, value: Any) -> Any:
    if type == "Range":
        return value.get("low") or value.get("high") or {}
    return {"system": MONEY, "code": value.get("currency")} if type == "Money" else value


def _measured_in(type: str, value: Any, system: str, code: str) -> bool:
    value = _measure(type, value)
    if system and system != value.get("system"):
        return False
    return code in ("", value.get("code")) or (not system and code == value.get("unit"))
