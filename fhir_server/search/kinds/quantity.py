"""Quantity search. https://hl7.org/fhir/R4/search.html#quantity

An entry is {lo, hi, code, system, unit}. Units are compared as they are written: no conversion.
"""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Any

from fhir_server.search import refusals
from fhir_server.search.escapes import split, unescape
from fhir_server.search.fields import Entry, Field, Filter
from fhir_server.search.kinds import number
from fhir_server.search.kinds.range import place
from fhir_server.search.locality import Locality

MODIFIERS = frozenset[str]()
UNIT = ("code", "system", "unit")
CURRENCIES = "urn:iso:std:iso:4217"
ROUNDED = Context(prec=number.STORED_DIGITS, Emin=-6143, Emax=6144, traps=[])


def index(type: str, value: Any, field: Field, locality: Locality) -> list[Entry]:
    match type:
        case "Range":
            unit = value.get("low") or value.get("high") or {}
            ends = number.index(type, value, field, locality)
        case "Money":
            unit = {"code": value.get("currency"), "system": CURRENCIES}
            ends = number.index("decimal", value.get("value"), field, locality)
        case "SampledData":
            unit, ends = value.get("origin", {}), _samples(value)
        case _:
            unit, ends = value, _quantity(value, field, locality)
    return [{**end, **{name: unit[name] for name in UNIT if unit.get(name)}} for end in ends]


def _quantity(value: Any, field: Field, locality: Locality) -> list[Entry]:
    """ "Less than 5" is a range without a lower end."""
    ends = number.index("decimal", value.get("value"), field, locality)
    comparator = value.get("comparator", "")
    open_end = (
        {"lo": number.NO_LOW} if comparator[:1] == "<" else {"hi": number.NO_HIGH} if comparator[:1] == ">" else {}
    )
    return [{**end, **open_end} for end in ends]


def _samples(value: Any) -> list[Entry]:
    """From the least to the greatest of the measured values."""
    origin = number.stored(value.get("origin", {}).get("value")) or Decimal(0)
    factor = number.stored(value.get("factor")) or Decimal(1)
    samples = (number.decimal(sample) for sample in str(value.get("data", "")).split())
    found = [ROUNDED.add(origin, ROUNDED.multiply(factor, sample)) for sample in samples if sample is not None]
    return [{"lo": min(found), "hi": max(found)}] if found else []


def match(field: Field, raw: str, modifier: str | None, locality: Locality) -> Filter:
    """`number`, `number|system|code` or `number||unit`, each with a prefix."""
    text, *unit = (unescape(part) for part in split(raw, "|"))
    if len(unit) not in (0, 2):
        raise refusals.wrong_value(field.code, raw, "number or number|system|code", "angka atau angka|sistem|kode")
    condition = number.condition(field, text)
    if units := _units(*unit):
        condition = {"$and": [condition, *units]}
    return place(condition, field)


def _units(system: str = "", code: str = "") -> list[Filter]:
    if not code:
        return [{"system": system}] if system else []
    if not system:
        return [{"$or": [{"code": code}, {"unit": code}]}]
    return [{"code": code}, {"system": system}]
