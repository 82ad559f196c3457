"""Decimals that keep every digit they were written with. https://hl7.org/fhir/R4/datatypes.html#decimal"""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation

from resources.formats.malformed import shorten
from resources.issues import Text

DIGITS = 34
EXPONENTS = range(-6176, 6112)
"""What MongoDB's Decimal128 holds."""
_ORDINARY = range(-300, 300)
"""Magnitudes that a double has too; with DIGITS at most their exponents are within the limits."""

LONGEST = 6300
PLAIN_FROM = -40
"""Exponents down to this one are written without E: 0.0000001 rather than 1E-7."""
SMALLEST, LARGEST = -(2**63), 2**63 - 1


class Unrepresentable(ValueError):
    """No place for this number in the database, or in the double that most clients read it into."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def decimal(text: str) -> Decimal:
    """The exact value of a JSON number, 1.00 other than 1.0. Raises Unrepresentable."""
    if len(text) <= DIGITS and "e" not in text and "E" not in text:
        return Decimal(text)
    value = _exact(text)
    if value.adjusted() in _ORDINARY and len(text.lstrip("-0.").replace(".", "")) <= DIGITS:
        return value
    _, digits, exponent = value.as_tuple()
    if len(digits) > DIGITS:
        raise Unrepresentable(_too_precise(text))
    double = float(value)
    if exponent not in EXPONENTS or math.isinf(double) or (double == 0) != (value == 0):
        raise Unrepresentable(_out_of_range(text))
    return value


def integer(text: str) -> int | Decimal:
    """A JSON number without fraction; beyond 64 bits as a Decimal, which keeps it exactly. Raises Unrepresentable."""
    if len(text) > 18:
        value = decimal(text)
        return int(value) if SMALLEST <= value <= LARGEST else value
    return int(text)


def plain(value: Decimal) -> str:
    """The shortest notation that keeps the digits: without exponent where that stays readable."""
    text = str(value)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{value} is not a number that FHIR can hold")
    return format(value, "f") if "E-" in text and exponent >= PLAIN_FROM else text


def _exact(text: str) -> Decimal:
    if len(text) > LONGEST:
        raise Unrepresentable(_too_precise(text))
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Unrepresentable(_out_of_range(text)) from None


def _too_precise(text: str) -> Text:
    shown = shorten(text, 40)
    return Text(
        f"The number {shown} has more than {DIGITS} significant digits",
        f"Bilangan {shown} memiliki lebih dari {DIGITS} angka penting",
    )


def _out_of_range(text: str) -> Text:
    shown = shorten(text, 40)
    return Text(f"The number {shown} is out of range", f"Bilangan {shown} di luar jangkauan")
