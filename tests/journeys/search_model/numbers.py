"""Numbers and quantities. https://hl7.org/fhir/R4/search.html#number

Our choices: a stored number is exact; `ap` is a tenth of the number, and no less than its precision; "< 5" is open
below; a Range with a missing end is open there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from tests.journeys.search_model.ranges import Range, holds, prefixed


def half_a_place(text: str) -> Fraction:
    """Half of the last written place: 100 means 99.5 to 100.5. With an exponent a tenth of that: 1e2 is 95 to 105."""
    mantissa, _, exponent = text.lower().partition("e")
    place = int(exponent or 0) - len(mantissa.partition(".")[2])
    return Fraction(10) ** (place - 1 if place > 0 else place) / 2


def number_range(type: str, value: Any) -> Range | None:
    if type == "Range":
        ends = [Fraction(value[end]["value"]) if "value" in value.get(end, {}) else None for end in ("low", "high")]
        low, high = ends
        if low is None and high is None:
            return None
        return -math.inf if low is None else low, math.inf if high is None else high
    return Fraction(value), Fraction(value)


def matches(target: Range | None, text: str, scale: Callable[[Fraction], Fraction] = lambda number: number) -> bool:
    """`scale`: what the number that is searched for, and what is about it, is in the unit of the target."""
    if target is None:
        return False
    prefix, rest = prefixed(text)
    number, half = Fraction(rest), half_a_place(rest)
    if prefix in ("eq", "ne"):
        inside = scale(number - half) <= target[0] and target[1] < scale(number + half)
        return bool(inside) is (prefix == "eq")
    slack = max(abs(number) / 10, half) if prefix == "ap" else Fraction(0)
    return holds(prefix, target, (scale(number - slack), scale(number + slack)))
