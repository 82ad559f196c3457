"""Quantities in base units, as strings that sort as the numbers do. https://hl7.org/fhir/R4/search.html#quantity

An entry has `base`, the unit, NUL and the number; a range has its other end as `end`. One string where a unit and a
number would do: each indexed value costs time at every write. Numbers count with 34 digits.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache

from fhir_server.search.fields import Entry, Filter
from fhir_server.search.kinds.number import STORED_DIGITS, Bounds
from fhir_server.search.units import Unit, unit

ROUNDED = Context(prec=STORED_DIGITS, rounding=ROUND_HALF_EVEN, Emin=-9000, Emax=9000, traps=[])
LOWEST, NEGATIVE, ZERO, POSITIVE, HIGHEST = "0", "1", "2", "3", "4"
FARTHEST = 500
"""Exponents beyond are compared as written: no measurement has them, and exact arithmetic on them is slow."""
MIDDLE = 5000
_NINES = str.maketrans("0123456789", "9876543210")


def index(low: Decimal, high: Decimal, code: str) -> Entry:
    """The canonical part of an entry; empty where the unit is unknown."""
    first = base(low, code)
    if first is None:
        return {}
    if low == high:
        return {"base": first}
    last = base(high, code)
    return {"base": first, "end": last} if last is not None else {}


@lru_cache(maxsize=8192)
def base(value: Decimal, code: str) -> str | None:
    """The value in base units, None where this cannot be told."""
    known = unit(code)
    if known is None or not (value.is_zero() or value.is_infinite() or abs(value.adjusted()) <= FARTHEST):
        return None
    return f"{known.dimension}\0{_sortable(value, known)}"


def _sortable(value: Decimal, unit: Unit) -> str:
    if value.is_infinite():
        return LOWEST if value < 0 else HIGHEST
    exact = Fraction(value) * unit.factor + unit.offset
    number = ROUNDED.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    if not number:
        return ZERO
    exponent = f"{number.adjusted() + MIDDLE:04}"
    digits = "".join(map(str, number.as_tuple().digits)).rstrip("0")
    if number > 0:
        return f"{POSITIVE}{exponent}{digits}"
    return f"{NEGATIVE}{f'{exponent}{digits}'.translate(_NINES)}~"


def condition(bounds: Bounds, code: str) -> Filter | None:
    """What `range.compare` asks of lo and hi, asked of base and end; None where the unit is unknown.

    `end` is missing where it equals `base`, and never below it: what is true of the higher end is true of one of both.
    """
    low, high = base(bounds.low, code), base(bounds.high, code)
    if low is None or high is None:
        return None
    first, last = f"{low.partition(chr(0))[0]}\0", f"{low.partition(chr(0))[0]}\x01"
    inside, outside = ("$lt", "$gte") if bounds.open else ("$lte", "$gt")
    match bounds.prefix:
        case "eq":
            return {"base": {"$gte": low, inside: high}, "$nor": [{"end": {outside: high}}]}
        case "ne":
            sides = [{"base": {"$lt": low}}, {"base": {outside: high}}, {"end": {outside: high}}]
            return {"base": {"$gte": first, "$lt": last}, "$or": sides}
        case "gt":
            return {"$or": [{"base": {"$gt": high, "$lt": last}}, {"end": {"$gt": high, "$lt": last}}]}
        case "lt":
            return {"base": {"$gte": first, "$lt": low}}
        case "ge":
            return {"$or": [{"base": {"$gte": low, "$lt": last}}, {"end": {"$gt": high, "$lt": last}}]}
        case "le":
            within = {"base": {"$gte": first, "$lte": high}, "$nor": [{"end": {"$gt": high}}]}
            return {"$or": [{"base": {"$gte": first, "$lt": low}}, within]}
        case "sa":
            return {"base": {"$gt": high, "$lt": last}}
        case "eb":
            return {"base": {"$gte": first, "$lt": low}, "$nor": [{"end": {"$gte": low}}]}
    return {"base": {"$gte": first, "$lte": high}, "$or": [{"base": {"$gte": low}}, {"end": {"$gte": low}}]}
