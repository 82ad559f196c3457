"""What is normal for whom, and which results are not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import normal
from exports.normal import Whose

Element = dict[str, Any]
DAY = date(2026, 11, 24)
MAN = Whose("male", date(1980, 1, 1), DAY)
WOMAN = Whose("female", date(1980, 1, 1), DAY)
CHILD = Whose("male", date(2024, 12, 1), DAY)
UNKNOWN = Whose()


def _bounds(low: str | None, high: str | None, unit: str = "g/dL", **more: Any) -> Element:
    sides = {side: {"value": Decimal(value), "code": unit} for side, value in (("low", low), ("high", high)) if value}
    return {**sides, **more}


def _sex(code: str) -> list[Element]:
    return [{"coding": [{"code": code}]}]


def _age(low: int | None, high: int | None, unit: str = "a") -> Element:
    sides = (("low", low), ("high", high))
    return {side: {"value": Decimal(value), "code": unit} for side, value in sides if value is not None}


def _result(value: str, *ranges: Element, unit: str = "g/dL", **more: Any) -> Element:
    return {"valueQuantity": {"value": Decimal(value), "code": unit}, "referenceRange": list(ranges), **more}


def _sent(*codes: str) -> list[Element]:
    return [{"coding": [{"code": code}]} for code in codes]


ADULTS, MEN, WOMEN = (
    _bounds("10", "18"),
    _bounds("13", "17", appliesTo=_sex("male")),
    _bounds("12", "15", appliesTo=_sex("248152002")),
)
CHILDREN = _bounds("11", "14", age=_age(None, 17))
INFANTS = _bounds("9", "13", age=_age(12, 23, "mo"), appliesTo=_sex("M"))


@pytest.mark.parametrize(
    ("who", "ranges", "text"),
    [
        (MAN, (ADULTS, MEN, WOMEN), "13 – 17"),
        (WOMAN, (ADULTS, MEN, WOMEN), "12 – 15"),
        (UNKNOWN, (MEN, WOMEN, ADULTS), "10 – 18"),
        (UNKNOWN, (MEN, CHILDREN), ""),
        (CHILD, (ADULTS, CHILDREN), "11 – 14"),
        (MAN, (CHILDREN, ADULTS), "10 – 18"),
        (CHILD, (CHILDREN, INFANTS), "9 – 13"),
        (Whose("female", date(2024, 12, 1), DAY), (CHILDREN, INFANTS), "11 – 14"),
        (MAN, (_bounds("4", None),), "≥ 4"),
        (MAN, (_bounds(None, "5.70"),), "≤ 5,70"),
        (MAN, ({"text": "negatif"},), "negatif"),
        (MAN, (_bounds("2", "3", type={"coding": [{"code": "therapeutic"}]}), ADULTS), "10 – 18"),
        (MAN, (), ""),
    ],
)
def test_which_range_is_his(who: Whose, ranges: tuple[Element, ...], text: str) -> None:
    assert normal.range_text(normal.reference_range(_result("1", *ranges), who)) == text


@pytest.mark.parametrize(
    ("born", "years"), [(date(2009, 11, 24), 17), (date(2009, 11, 25), 16), (date(2008, 11, 24), 18)]
)
def test_a_year_is_over_on_the_birthday(born: date, years: int) -> None:
    who = Whose("male", born, DAY)
    assert who.age("a") == years
    fits = normal.reference_range(_result("1", CHILDREN), who)
    assert (fits is not None) == (years <= 17)


CRITICAL = _bounds("7", "20", type={"text": "Kritis"})


@pytest.mark.parametrize(
    ("result", "flag"),
    [
        (_result("12.9", MEN), "L"),
        (_result("13", MEN), ""),
        (_result("17", MEN), ""),
        (_result("17.1", MEN), "H"),
        (_result("12.9", WOMEN), ""),
        (_result("6.9", MEN, CRITICAL), "LL"),
        (_result("20.1", CRITICAL, MEN), "HH"),
        (_result("8", MEN, CRITICAL), "L"),
        (_result("12.9", MEN, unit="g/L"), ""),
        (_result("12.9", MEN, interpretation=_sent("N")), ""),
        (_result("14", MEN, interpretation=_sent("HH")), "HH"),
        (_result("14", MEN, interpretation=_sent("N", "L")), "L"),
        ({"valueCodeableConcept": {"text": "Positif"}, "interpretation": _sent("POS")}, "A"),
        ({"valueCodeableConcept": {"text": "Negatif"}, "interpretation": _sent("NEG")}, ""),
        ({"valueString": "keruh"}, ""),
        (_result("14"), ""),
    ],
)
def test_flags(result: Element, flag: str) -> None:
    assert normal.flag(result, MAN) == flag


@pytest.mark.parametrize(
    ("comparator", "value", "flag"),
    [("<", "13", "L"), ("<", "13.1", ""), ("<", "20", ""), (">", "17", "H"), (">=", "17", ""), (">", "5", "")],
)
def test_a_bounded_value_is_flagged_only_where_it_is_sure(comparator: str, value: str, flag: str) -> None:
    result = _result(value, MEN)
    result["valueQuantity"]["comparator"] = comparator
    assert normal.flag(result, MAN) == flag


@given(st.decimals(0, 40, places=2), st.decimals(1, 10, places=2), st.decimals(10, 20, places=2))
def test_the_flag_says_on_which_side(value: Decimal, low: Decimal, high: Decimal) -> None:
    flag = normal.flag(_result(str(value), _bounds(str(low), str(high))), MAN)
    assert flag == ("L" if value < low else "H" if value > high else "")
