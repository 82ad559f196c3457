"""Quantities in base units: https://hl7.org/fhir/R4/search.html#quantity"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_server.messages import Resource
from fhir_server.search.kinds import canonical
from fhir_server.search.kinds.number import NO_HIGH, NO_LOW, half_step
from tests.fhir_server.search.stored import found, stored

UCUM = "http://unitsofmeasure.org"
UNITS = {"g/L": Fraction(1000), "mg/dL": Fraction(10), "ug/mL": Fraction(1), "kg/m3": Fraction(1000)}
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=3)


@settings(deadline=None)  # the first unit takes a quarter of a second
@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40), min_size=2))
def test_the_strings_sort_as_the_numbers(numbers: list[Decimal]) -> None:
    numbers = [round(number, 25) if abs(number) < 1000 else number.to_integral_value() for number in numbers]
    numbers = [number for number in numbers if len(number.as_tuple().digits) <= 34]
    found = [canonical.base(number, "1") for number in sorted(numbers)]
    assert found == sorted(found, key=str)
    assert len(set(found)) == len(set(numbers))


def test_the_open_ends_are_beyond_all_numbers() -> None:
    bases = [canonical.base(number, "1") or "" for number in (NO_LOW, Decimal(-(10**90)), Decimal(10**90), NO_HIGH)]
    assert bases == sorted(bases)
    assert len(set(bases)) == 4


def observation(value: Decimal, unit: str, **more: Any) -> Resource:
    quantity = {"value": value, "unit": unit, "code": unit, "system": UCUM, **more}
    return {"resourceType": "Observation", "valueQuantity": quantity}


def holds(
    prefix: str, low: Fraction | None, high: Fraction | None, searched: tuple[Fraction, Fraction, Fraction]
) -> bool:
    """The specification on a stored range (None: open) and a number with what rounds to it."""
    number, from_, until = searched
    inside = low is not None and high is not None and from_ <= low and high < until
    above = high is None or high > number
    below = low is None or low < number
    match prefix:
        case "" | "eq":
            return inside
        case "ne":
            return not inside
        case "gt":
            return above
        case "lt":
            return below
        case "ge":
            return above or (low is not None and low >= number)
        case "le":
            return below or (high is not None and high <= number)
        case "sa":
            return low is not None and low > number
    return high is not None and high < number


@given(
    NUMBERS,
    st.sampled_from(sorted(UNITS)),
    st.sampled_from(["", "<", ">"]),
    NUMBERS,
    st.sampled_from(sorted(UNITS)),
    st.sampled_from(["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"]),
)
def test_units_are_converted(
    value: Decimal, unit: str, comparator: str, asked: Decimal, asked_unit: str, prefix: str
) -> None:
    exact = Fraction(value) * UNITS[unit]
    low, high = None if comparator == "<" else exact, None if comparator == ">" else exact
    factor, step = UNITS[asked_unit], half_step(asked)
    searched = (
        Fraction(asked) * factor,
        (Fraction(asked) - Fraction(step)) * factor,
        (Fraction(asked) + Fraction(step)) * factor,
    )
    resource = observation(value, unit, **({"comparator": comparator} if comparator else {}))
    expected = holds(prefix, low, high, searched)
    for code in ("value-quantity", "combo-value-quantity"):
        assert found(resource, (code, f"{prefix}{asked:f}|{UCUM}|{asked_unit}")) is expected


@pytest.mark.parametrize(
    ("value", "unit", "search", "expected"),
    [
        ("5", "mg/dL", "0.05|{}|g/L", True),
        ("0.05", "g/L", "5|{}|mg/dL", True),
        ("5.4", "mg/dL", "0.05|{}|g/L", True),
        ("6", "mg/dL", "0.05|{}|g/L", False),
        ("37", "Cel", "98.6|{}|[degF]", True),
        ("37", "Cel", "310.15|{}|K", True),
        ("1", "/min", "60|{}|/h", True),
        ("72", "{beats}/min", "72|{}|/min", True),
        ("120", "mm[Hg]", "16.0|{}|kPa", True),
        ("5", "mmol/L", "5|{}|meq/L", False),
        ("5", "mmol/L", "5000|{}|umol/L", True),
        ("5", "[IU]/L", "5|{}|U/L", False),
        ("7", "mg/dL", "7|{}|mmol/L", False),
        ("7.4", "[pH]", "7.4|{}|[pH]", True),
        ("7.4", "[pH]", "7.4|{}|1", False),
        ("5", "mg/dL", "5|{}|g/L", False),
        ("5", "mg/dL", "ne5|{}|g/L", True),
        ("5", "mg/dL", "ne5|{}|mmol/L", False),
    ],
)
def test_units_of_a_hospital(value: str, unit: str, search: str, expected: bool) -> None:
    assert found(observation(Decimal(value), unit), ("value-quantity", search.format(UCUM))) is expected


def test_another_system_and_no_system_compare_as_written() -> None:
    resource = observation(Decimal(5), "mg/dL")
    assert found(resource, ("value-quantity", "5||mg/dL"))
    assert not found(resource, ("value-quantity", "0.05||g/L"))
    assert not found(resource, ("value-quantity", "0.05|urn:other|g/L"))


def test_a_range_has_both_its_ends_in_base_units() -> None:
    ages = {"low": {"value": 40, "system": UCUM, "code": "a"}, "high": {"value": 50, "system": UCUM, "code": "a"}}
    condition = {"resourceType": "Condition", "onsetRange": ages}
    assert found(condition, ("onset-age", f"gt590|{UCUM}|mo"))
    assert not found(condition, ("onset-age", f"gt610|{UCUM}|mo"))


def test_what_is_not_ucum_costs_nothing() -> None:
    plain = {"resourceType": "Observation", "valueQuantity": {"value": 5, "unit": "tablet"}}
    assert set(stored(plain)["index"]["value-quantity"]) == {"lo", "hi", "unit"}


@pytest.mark.parametrize("value", ["1e-5000", "1e5000", "-1e900"])
def test_what_no_measurement_is_is_compared_as_written(value: str) -> None:
    resource = observation(Decimal(value), "mg")
    assert canonical.base(Decimal(value), "mg") is None
    assert found(resource, ("value-quantity", f"{value}|{UCUM}|mg"))
