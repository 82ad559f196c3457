"""Prefixes, and what they say of a range of values and a range that is searched for. https://hl7.org/fhir/R4/search.html#prefix"""

from __future__ import annotations

from typing import Any

PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")

Range = tuple[Any, Any]
"""The least and the greatest value, both included."""


def prefixed(text: str) -> tuple[str, str]:
    return (text[:2], text[2:]) if text[:2] in PREFIXES else ("eq", text)


def holds(prefix: str, target: Range, wanted: Range) -> bool:
    """The sentences of the specification, one by one."""
    (low, high), (least, most) = target, wanted
    contained = bool(least <= low and high <= most)
    above, below = bool(high > most), bool(low < least)
    meant: dict[str, bool] = {
        "eq": contained,
        "ne": not contained,
        "gt": above,
        "lt": below,
        "ge": above or contained,
        "le": below or contained,
        "sa": low > most,
        "eb": high < least,
        "ap": low <= most and high >= least,
    }
    return meant[prefix]
