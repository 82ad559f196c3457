"""Number search. https://hl7.org/fhir/R4/search.html#number

An entry is {lo, hi}, decimals; an infinite end is open. A search value means all numbers that are rounded to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from fhir_server.search import refusals
from fhir_server.search.escapes import unescape
from fhir_server.search.fields import Entry, Field, Filter
from fhir_server.search.kinds.range import compare, place, prefixed
from fhir_server.search.locality import Locality

MODIFIERS = frozenset[str]()
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,5})?", re.ASCII)
# MongoDB's Decimal128 has 34 digits and exponents to 6144: what is computed from fewer stays exact.
STORED_DIGITS, DIGITS, EXPONENT = 34, 30, 6000
EXACT = Context(prec=40)
NO_LOW, NO_HIGH = Decimal("-Infinity"), Decimal("Infinity")


def decimal(text: str, *, most_digits: int = DIGITS) -> Decimal | None:
    """The number that a text tells; None where it is none, or beyond what can be stored."""
    if len(text) > 100 or not NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    digits, exponent = len(number.as_tuple().digits), number.as_tuple().exponent
    if digits > most_digits or not isinstance(exponent, int) or abs(exponent) + digits > EXPONENT:
        return None
    return number


def half_step(number: Decimal) -> Decimal:
    """Half of what one unit in the last written place is worth: 0.5 for 100, 0.005 for 1.00.

    With an exponent above zero it is a tenth of that: the specification reads 1e2 as 95 to 105.
    """
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal((0, (5,), exponent - 2 if exponent > 0 else exponent - 1))


def stored(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return value if isinstance(value, Decimal) else Decimal(str(value))


def index(type: str, value: Any, field: Field, locality: Locality) -> list[Entry]:
    if type == "Range":
        low, high = (stored(value.get(end, {}).get("value")) for end in ("low", "high"))
        known = low is not None or high is not None
        return [{"lo": NO_LOW if low is None else low, "hi": NO_HIGH if high is None else high}] if known else []
    number = stored(value)
    return [] if number is None else [{"lo": number, "hi": number}]


def match(field: Field, raw: str, modifier: str | None, locality: Locality) -> Filter:
    return place(condition(bounds(field, unescape(raw))), field)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a number with its prefix means; `open`: without `high` itself."""

    prefix: str
    low: Decimal
    high: Decimal
    open: bool = False


def condition(bounds: Bounds) -> Filter:
    """The condition on the lo and hi of one entry."""
    return compare(bounds.prefix, bounds.low, bounds.high, open=bounds.open)


def bounds(field: Field, text: str) -> Bounds:
    """Raises InvalidParameter for what is no number."""
    prefix, rest = prefixed(text)
    number = decimal(rest)
    if number is None:
        raise refusals.wrong_value(
            field.code, text, "a number such as 5.4, ge100 or 1e2", "angka seperti 5.4, ge100 atau 1e2"
        )
    if prefix in ("eq", "ne"):
        step = half_step(number)
        return Bounds(prefix, EXACT.subtract(number, step), EXACT.add(number, step), open=True)
    if prefix == "ap":
        slack = max(EXACT.divide(abs(number), Decimal(10)), half_step(number))
        return Bounds(prefix, EXACT.subtract(number, slack), EXACT.add(number, slack))
    return Bounds(prefix, number, number)
