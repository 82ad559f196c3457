"""A few units of UCUM in base units, from its tables by hand. https://ucum.org/ucum"""

from __future__ import annotations

from fractions import Fraction

UCUM = "http://unitsofmeasure.org"
DAY = 86_400
JULIAN_YEAR = Fraction(36525, 100) * DAY

# (what is measured, factor to the base unit, added then)
UNITS: dict[str, tuple[str, Fraction, Fraction]] = {
    code: (dimension, Fraction(factor), Fraction(offset))
    for code, dimension, factor, offset in (
        ("mg/dL", "g/m3", "10", "0"),
        ("g/L", "g/m3", "1000", "0"),
        ("mm[Hg]", "Pa", "133.322", "0"),
        ("kPa", "Pa", "1000", "0"),
        ("kg", "g", "1000", "0"),
        ("g", "g", "1", "0"),
        ("Cel", "K", "1", "273.15"),
        ("K", "K", "1", "0"),
        ("cm", "m", "0.01", "0"),
        ("m", "m", "1", "0"),
        ("%", "1", "0.01", "0"),
        ("/min", "1/s", "1/60", "0"),
        ("mmol/L", "mol/m3", "1", "0"),
        ("min", "s", "60", "0"),
        ("h", "s", "3600", "0"),
        ("a", "s", str(JULIAN_YEAR), "0"),
        ("mo", "s", str(JULIAN_YEAR / 12), "0"),
    )
}


def commensurable(one: str, other: str) -> bool:
    return UNITS[one][0] == UNITS[other][0]


def converted(value: Fraction, code: str) -> Fraction:
    """In the base unit; an infinite value stays what it is."""
    _, factor, offset = UNITS[code]
    return value if isinstance(value, float) else value * factor + offset
