"""What is normal for this patient, and whether a result is: the reference range of sex and age, low, high, critical.

https://hl7.org/fhir/R4/observation-definitions.html#Observation.referenceRange
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from exports.units import Language
from exports.wording import decimal

Element = Mapping[str, Any]

MALE = frozenset(("male", "M", "248153007", "10052007"))
FEMALE = frozenset(("female", "F", "248152002", "1086007"))
"""Codes of AdministrativeGender, v3-AdministrativeGender and SNOMED CT."""

PANIC = frozenset(("critical", "panic", "kritis", "nilai kritis"))
"""Words or codes of ReferenceRange.type by which a laboratory marks the bounds beyond which a doctor is called."""

NORMAL = frozenset(("normal", "N", ""))
FLAGS = ("LL", "HH", "AA", "L", "H", "A")
CRITICAL = frozenset(("LL", "HH", "AA"))
SENT_AS = {"LU": "LL", "HU": "HH", "<": "L", ">": "H", "DET": "A", "POS": "A", "RR": "A"}


@dataclass(frozen=True, slots=True)
class Whose:
    """`gender`: of AdministrativeGender, or nothing; `at`: the day on which it was measured."""

    gender: str = ""
    born: date | None = None
    at: date | None = None

    def age(self, unit: str) -> int | None:
        """Whole years (a), months (mo), weeks (wk) or days (d)."""
        if self.born is None or self.at is None:
            return None
        born, at = self.born, self.at
        months = (at.year - born.year) * 12 + at.month - born.month - (at.day < born.day)
        days = (at - born).days
        return {"a": months // 12, "mo": months, "wk": days // 7, "d": days}.get(unit)


def reference_range(one: Element, who: Whose) -> Element | None:
    """Of an Observation or a component: the most particular one that fits, of equals the first."""
    fitting = [row for row in one.get("referenceRange", ()) if _kind(row) <= NORMAL and _fits(row, who)]
    return max(fitting, key=_particular, default=None)


def range_text(row: Element | None, language: Language = "id") -> str:
    """12,0 – 16,0; ≤ 5,70; or its own words."""
    if row is None:
        return ""
    low, high = (row.get(side, {}).get("value") for side in ("low", "high"))
    if low is not None and high is not None:
        return f"{decimal(low, language)} – {decimal(high, language)}"
    if low is not None or high is not None:
        return f"≥ {decimal(low, language)}" if high is None else f"≤ {decimal(high, language)}"
    return str(row.get("text", ""))


def flag(one: Element, who: Whose) -> str:
    """LL and HH (critical), L, H, AA, A, or nothing: as the laboratory has sent it, else computed from the ranges."""
    sent = [str(row.get("code")) for row in _codings(one.get("interpretation", ()))]
    if sent:
        told = {SENT_AS.get(code, code) for code in sent}
        return next((code for code in FLAGS if code in told), "")
    value = one.get("valueQuantity")
    if not isinstance(value, Mapping) or "value" not in value:
        return ""
    panic = (row for row in one.get("referenceRange", ()) if _kind(row) & PANIC and _fits(row, who))
    beyond = next((side for row in panic if (side := _beyond(value, row))), "")
    return beyond * 2 if beyond else _beyond(value, reference_range(one, who) or {})


def _beyond(value: Element, row: Element) -> str:
    """L below, H above; nothing where it is within, or where that cannot be known."""
    number, comparator = Decimal(str(value["value"])), value.get("comparator", "")
    low, high = (_bound(row.get(side), value) for side in ("low", "high"))
    if low is not None and comparator in ("", "<", "<=") and (number < low or (comparator == "<" and number == low)):
        return "L"
    if high is not None and comparator in ("", ">", ">=") and (number > high or (comparator == ">" and number == high)):
        return "H"
    return ""


def _bound(bound: Element | None, value: Element) -> Decimal | None:
    """None where it is given in another unit than the value."""
    if bound is None or "value" not in bound:
        return None
    units = {name: (bound[name], value[name]) for name in ("code", "unit") if bound.get(name) and value.get(name)}
    ours, theirs = units.get("code") or units.get("unit") or ("", "")
    return Decimal(str(bound["value"])) if ours == theirs else None


def _kind(row: Element) -> frozenset[str]:
    """What a range is for, as codes and words; a normal one says nothing of it."""
    told = row.get("type")
    if not told:
        return frozenset(("",))
    codes = [str(coding.get("code", "")) for coding in told.get("coding", ())]
    return frozenset(codes or [str(told.get("text", "")).casefold()])


def _fits(row: Element, who: Whose) -> bool:
    sexes = _sexes(row)
    if sexes and who.gender not in sexes:
        return False
    age = row.get("age")
    if not age:
        return True
    return all(_keeps(age.get(side), side, who) for side in ("low", "high"))


def _keeps(bound: Element | None, side: str, who: Whose) -> bool:
    """Whether an age keeps to a bound, in whole units: 17 years are over with the eighteenth birthday."""
    if bound is None or "value" not in bound:
        return True
    age = who.age(str(bound.get("code") or bound.get("unit") or "a"))
    if age is None:
        return False
    value = Decimal(str(bound["value"]))
    return age >= value if side == "low" else age <= value


def _sexes(row: Element) -> frozenset[str]:
    codes = {str(coding.get("code")) for coding in _codings(row.get("appliesTo", ()))}
    found = [name for name, known in (("male", MALE), ("female", FEMALE)) if codes & known]
    return frozenset(found)


def _particular(row: Element) -> int:
    return bool(_sexes(row)) + bool(row.get("age"))


def _codings(concepts: Any) -> Iterator[Element]:
    for concept in concepts:
        yield from concept.get("coding", ())
