"""Quantity search: https://hl7.org/fhir/R4/search.html#quantity"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from tests.fhir_server.search.stored import filter_of, found

UCUM = "http://unitsofmeasure.org"
GLUCOSE = {"value": Decimal("5.4"), "unit": "mmol per litre", "system": UCUM, "code": "mmol/L"}


def observation(**quantity: Any) -> Resource:
    return {"resourceType": "Observation", "valueQuantity": quantity}


@pytest.mark.parametrize("code", ["value-quantity", "combo-value-quantity"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("5.4", True),
        (f"5.4|{UCUM}|mmol/L", True),
        ("5.4||mmol/L", True),
        ("5.4||mmol per litre", True),
        ("5.4||mg/dL", False),
        (f"5.4|{UCUM}|", True),
        ("5.4|urn:other|mmol/L", False),
        (f"gt5|{UCUM}|mmol/L", True),
        (f"lt5|{UCUM}|mmol/L", False),
        ("ne5.4||mmol/L", False),
        ("ne6||mmol/L", True),
        ("ne6||mg/dL", False),
        ("ge5.4||mmol/L", True),
        ("ge5.4||mg/dL", False),
        ("ap5||mmol/L", True),
        ("5.40", True),
        ("5.41", False),
        ("7||mg/dL,5.4||mmol/L", True),
    ],
)
def test_a_quantity_as_one_value_and_in_a_list(code: str, value: str, expected: bool) -> None:
    assert found(observation(**GLUCOSE), (code, value)) is expected


def test_value_and_unit_must_be_of_one_component() -> None:
    components = [{"valueQuantity": {"value": 120, "unit": "mmHg"}}, {"valueQuantity": {"value": 80, "unit": "/min"}}]
    resource = {"resourceType": "Observation", "component": components}
    assert found(resource, ("component-value-quantity", "120||mmHg"))
    assert not found(resource, ("component-value-quantity", "80||mmHg"))


@pytest.mark.parametrize(
    ("comparator", "value", "expected"),
    [
        ("<", "lt1", True),
        ("<", "gt6", False),
        ("<=", "5", False),
        (">", "gt100", True),
        (">=", "lt5", False),
        ("<", "5", False),
    ],
)
def test_less_than_five_is_not_five(comparator: str, value: str, expected: bool) -> None:
    assert found(observation(value=5, comparator=comparator), ("value-quantity", value)) is expected


def test_a_range_of_ages() -> None:
    condition = {
        "resourceType": "Condition",
        "onsetRange": {"low": {"value": 40, "unit": "a"}, "high": {"value": 50, "unit": "a"}},
    }
    assert found(condition, ("onset-age", "gt45||a"))
    assert not found(condition, ("onset-age", "gt50||a"))


def test_money_has_its_currency_as_unit() -> None:
    charge = {"resourceType": "Invoice", "totalGross": {"value": Decimal("150000.00"), "currency": "IDR"}}
    assert found(charge, ("totalgross", "150000|urn:iso:std:iso:4217|IDR"))
    assert not found(charge, ("totalgross", "150000||USD"))


@pytest.mark.parametrize(("value", "expected"), [("gt20", True), ("lt-9", True), ("gt22", False), ("gt20||mV", True)])
def test_sampled_data_reaches_from_its_least_to_its_greatest_value(value: str, expected: bool) -> None:
    samples = {"origin": {"value": 1, "unit": "mV"}, "factor": 2, "data": "-6 E 0 10 L"}
    resource = {"resourceType": "Observation", "valueSampledData": samples}
    assert found(resource, ("value-quantity", value)) is expected


@pytest.mark.parametrize("value", ["5.4|mg", "|http://unitsofmeasure.org|mg", "5|a|b|c", "1e9999|x|y", "gt||mg"])
def test_what_is_no_quantity_is_refused(value: str) -> None:
    with pytest.raises(InvalidParameter):
        filter_of("Observation", ("value-quantity", value))
