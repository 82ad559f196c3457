"""Number search: https://hl7.org/fhir/R4/search.html#number"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from fhir_server.search.kinds.number import decimal, half_step
from tests.fhir_server.search.stored import filter_of, found


def risk(*probabilities: str) -> Resource:
    predictions = [{"probabilityDecimal": Decimal(one)} for one in probabilities]
    return {"resourceType": "RiskAssessment", "prediction": predictions}


@pytest.mark.parametrize(
    ("text", "half"),
    [("100", "0.5"), ("100.00", "0.005"), ("1e2", "5"), ("5.40e-3", "0.000005"), ("0", "0.5"), ("-3.1", "0.05")],
)
def test_what_is_rounded_to_a_number(text: str, half: str) -> None:
    number = decimal(text)
    assert number is not None
    assert half_step(number) == Decimal(half)


@pytest.mark.parametrize(
    ("stored", "value", "expected"),
    [
        ("99.5", "100", True),
        ("100.4999", "100", True),
        ("100.5", "100", False),
        ("99.4999", "100", False),
        ("99.995", "100.00", True),
        ("100.005", "100.00", False),
        ("95", "1e2", True),
        ("104.99", "1e2", True),
        ("105", "1e2", False),
        ("100.4", "ne100", False),
        ("100.5", "ne100", True),
        ("100.1", "gt100", True),
        ("100", "gt100", False),
        ("100", "ge100", True),
        ("99.9", "ge100", False),
        ("99.9", "lt100", True),
        ("100", "le100", True),
        ("100.1", "le100", False),
        ("100.1", "sa100", True),
        ("99.9", "eb100", True),
        ("109", "ap100", True),
        ("111", "ap100", False),
        ("0.3", "ap0", True),
        ("-5", "lt-4", True),
        ("1", "1,2", True),
        ("1e-6000", "gt0", True),
    ],
)
def test_a_number(stored: str, value: str, expected: bool) -> None:
    assert found(risk(stored), ("probability", value)) is expected


def test_one_of_several_numbers_is_enough_but_it_must_satisfy_all() -> None:
    assert found(risk("1", "9"), ("probability", "9"))
    assert not found(risk("1", "9"), ("probability", "5"))


@pytest.mark.parametrize(
    ("ends", "value", "expected"),
    [
        ({"low": {"value": 1}}, "gt1000000", True),
        ({"low": {"value": 1}}, "lt1", False),
        ({"high": {"value": 1}}, "lt-5", True),
        ({"low": {"value": 1}, "high": {"value": 2}}, "ge1", True),
        ({}, "ne5", False),
    ],
)
def test_a_range(ends: dict[str, object], value: str, expected: bool) -> None:
    resource = {"resourceType": "RiskAssessment", "prediction": [{"probabilityRange": ends}]}
    assert found(resource, ("probability", value)) is expected


def test_a_single_whole_number() -> None:
    sequence = {"resourceType": "MolecularSequence", "referenceSeq": {"windowStart": 128273724}}
    assert found(sequence, ("window-start", "128273724"))
    assert not found(sequence, ("window-start", "128273725"))


@pytest.mark.parametrize(
    "value",
    [
        "abc",
        "ge",
        "1e",
        "NaN",
        "Infinity",
        "-inf",
        "1e999999",
        "1e9999",
        "9" * 40,
        "١",
        "1_000",
        "0x1",
        " 1",
        "1.",
        "--1",
    ],
)
def test_what_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(InvalidParameter, match="probability"):
        filter_of("RiskAssessment", ("probability", value))


NUMBERS = st.decimals(min_value=-200, max_value=200, places=2)


@given(NUMBERS, NUMBERS, st.integers(0, 2))
def test_prefixes_agree_with_the_specification(stored: Decimal, wanted: Decimal, places: int) -> None:
    text = f"{wanted:.{places}f}"
    number, half = Decimal(text), Decimal(5).scaleb(-places - 1)
    equal = number - half <= stored < number + half
    table = {
        "": equal,
        "eq": equal,
        "ne": not equal,
        "gt": stored > number,
        "lt": stored < number,
        "ge": stored >= number,
        "le": stored <= number,
        "sa": stored > number,
        "eb": stored < number,
        "ap": abs(stored - number) <= max(abs(number) / 10, half),
    }
    for prefix, expected in table.items():
        assert found(risk(str(stored)), ("probability", prefix + text)) is expected, prefix
