"""Quantity search. https://hl7.org/fhir/R4/search.html#quantity

An entry is {lo, hi, code, unit} as written, `code` being the code, NUL and the system, `unit` the unit's name where it
is not the code; for units of UCUM also what `canonical` adds. A search by a code of UCUM compares in base units; by
another system, or by a unit without system, as written.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

from fhir_server.search import refusals
from fhir_server.search.escapes import split, unescape
from fhir_server.search.fields import Entry, Field, Filter
from fhir_server.search.kinds import canonical, number
from fhir_server.search.kinds.range import place
from fhir_server.search.locality import Locality
from fhir_server.search.units import UCUM

MODIFIERS = frozenset[str]()
LIMIT = 256
Unit = tuple[str, str, str]
"""Code, system and name."""
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
            return _quantity(value)
    return [_entry(end["lo"], end["hi"], _unit(unit)) for end in ends]


def _quantity(value: Any) -> list[Entry]:
    amount = number.stored(value.get("value"))
    comparator = value.get("comparator", "")
    return [] if amount is None else [_known_entry(str(amount), comparator[:1], _unit(value))]


@lru_cache(maxsize=8192)
def _known_entry(amount: str, comparator: str, unit: Unit) -> Entry:
    """Shared, because the same quantity is indexed for several parameters. "Less than 5" has no lower end."""
    exact = Decimal(amount)
    low = number.NO_LOW if comparator == "<" else exact
    return _entry(low, number.NO_HIGH if comparator == ">" else exact, unit)


def _unit(value: Any) -> Unit:
    code, system, name = value.get("code"), value.get("system"), value.get("unit")
    return _text(code), _text(system), _text(name)


def _entry(low: Decimal, high: Decimal, unit: Unit) -> Entry:
    code, system, name = unit
    entry: Entry = {"lo": low, "hi": high}
    if code or system:
        entry["code"] = f"{code}\0{system}"
    if name and name != code:
        entry["unit"] = name
    return {**entry, **canonical.index(low, high, code)} if system == UCUM else entry


def _text(value: Any) -> str:
    return value[:LIMIT] if isinstance(value, str) else ""


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
    bounds = number.bounds(field, text)
    system, code = (part[:LIMIT] for part in unit or ("", ""))
    in_base_units = canonical.condition(bounds, code) if system == UCUM and code else None
    if in_base_units is not None:
        return place(in_base_units, field)
    condition = number.condition(bounds)
    if written := _written(system, code):
        condition = {"$and": [condition, written]}
    return place(condition, field)


def _written(system: str, code: str) -> Filter:
    if code and system:
        return {"code": f"{code}\0{system}"}
    if code:
        return {"$or": [{"code": {"$gte": f"{code}\0", "$lt": f"{code}\x01"}}, {"unit": code}]}
    return {"code": {"$regex": rf"^[^\x00]*\x00{re.escape(system)}$"}} if system else {}
