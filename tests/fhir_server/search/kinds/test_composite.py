"""Composite search: https://hl7.org/fhir/R4/search.html#composite"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from tests.fhir_server.search.stored import filter_of, found, stored

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"


def coded(code: str) -> dict[str, Any]:
    return {"coding": [{"system": LOINC, "code": code}]}


def pressure(value: float) -> dict[str, Any]:
    return {"value": Decimal(str(value)), "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"}


BLOOD_PRESSURE: Resource = {
    "resourceType": "Observation",
    "code": coded("85354-9"),
    "component": [
        {"code": coded(SYSTOLIC), "valueQuantity": pressure(140)},
        {"code": coded(DIASTOLIC), "valueQuantity": pressure(80)},
        {"code": coded("note"), "valueCodeableConcept": coded("sitting")},
        {"code": coded("without-value")},
    ],
}
GLUCOSE: Resource = {
    "resourceType": "Observation",
    "code": coded("2345-7"),
    "valueQuantity": {"value": Decimal("99"), "system": UCUM, "code": "mg/dL"},
}


@pytest.mark.parametrize("code", ["component-code-value-quantity", "combo-code-value-quantity"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("8480-6$gt120", True),
        (f"{LOINC}|8480-6$gt120", True),
        ("8462-4$gt120", False),
        ("8462-4$80", True),
        ("8480-6$80", False),
        (f"8480-6$140|{UCUM}|mm[Hg]", True),
        (f"8480-6$18.7|{UCUM}|kPa", True),
        (f"8462-4$18.7|{UCUM}|kPa", False),
        ("85354-9$140", False),
        ("without-value$140", False),
        ("8462-4$gt120,8480-6$gt120", True),
    ],
)
def test_both_values_are_of_one_component(code: str, value: str, expected: bool) -> None:
    assert found(BLOOD_PRESSURE, (code, value)) is expected


@pytest.mark.parametrize("code", ["code-value-quantity", "combo-code-value-quantity"])
@pytest.mark.parametrize(("value", "expected"), [("2345-7$lt100", True), ("2345-7$gt100", False), ("x$lt100", False)])
def test_of_the_resource_itself(code: str, value: str, expected: bool) -> None:
    assert found(GLUCOSE, (code, value)) is expected


def test_what_is_of_the_resource_and_of_its_components_is_not_mixed() -> None:
    mixed = {**BLOOD_PRESSURE, "valueQuantity": pressure(200)}
    assert found(mixed, ("combo-code-value-quantity", "85354-9$200"))
    assert not found(mixed, ("combo-code-value-quantity", "8480-6$200"))
    assert not found(mixed, ("code-value-quantity", "85354-9$140"))


@pytest.mark.parametrize(
    ("element", "code", "value", "expected"),
    [
        ({"valueString": "positive +"}, "code-value-string", "c$posi", True),
        ({"valueString": "negative"}, "code-value-string", "c$posi", False),
        ({"valueCodeableConcept": coded("pos")}, "code-value-concept", "c$pos", True),
        ({"valueDateTime": "2024-03-01"}, "code-value-date", "c$ge2024", True),
        ({"valuePeriod": {"end": "2023"}}, "code-value-date", "c$ge2024", False),
        ({"valueSampledData": {"origin": {"value": 5}, "data": "1"}}, "code-value-quantity", "c$6", False),
        ({"component": [{"code": coded("c"), "valueString": "x"}]}, "code-value-string", "c$x", False),
    ],
)
def test_every_kind_of_value(element: dict[str, Any], code: str, value: str, expected: bool) -> None:
    assert found({"resourceType": "Observation", "code": coded("c"), **element}, (code, value)) is expected


def test_the_place_of_a_variant_takes_the_chromosome_from_the_sequence() -> None:
    sequence: Resource = {
        "resourceType": "MolecularSequence",
        "referenceSeq": {"chromosome": coded("1"), "windowStart": 100, "windowEnd": 200},
        "variant": [{"start": 100, "end": 110}, {"start": 150, "end": 160}],
    }
    assert found(sequence, ("chromosome-variant-coordinate", "1$lt120$gt105"))
    assert not found(sequence, ("chromosome-variant-coordinate", "1$lt120$gt155"))
    assert not found(sequence, ("chromosome-variant-coordinate", "2$lt120$gt105"))
    assert found(sequence, ("chromosome-window-coordinate", "1$100$200"))


def test_a_relationship_of_documents() -> None:
    document: Resource = {
        "resourceType": "DocumentReference",
        "relatesTo": [
            {"code": "replaces", "target": {"reference": "DocumentReference/1"}},
            {"code": "appends", "target": {"reference": "DocumentReference/2"}},
        ],
    }
    assert found(document, ("relationship", "replaces$DocumentReference/1"))
    assert found(document, ("relationship", "appends$2"))
    assert not found(document, ("relationship", "replaces$DocumentReference/2"))


def test_a_dollar_in_a_value_is_escaped() -> None:
    resource: Resource = {"resourceType": "Observation", "code": {"coding": [{"code": "a$b"}]}, "valueString": "c$d"}
    assert found(resource, ("code-value-string", r"a\$b$c\$d"))


@pytest.mark.parametrize("code", ["code-value-quantity", "component-code-value-quantity", "combo-code-value-quantity"])
def test_missing_means_that_no_group_has_all_its_values(code: str) -> None:
    for resource, there in [
        (GLUCOSE, "component" not in code),
        (BLOOD_PRESSURE, not code.startswith("code")),
        ({"resourceType": "Observation", "code": coded("c")}, False),
    ]:
        assert found(resource, (f"{code}:missing", "false")) is there
        assert found(resource, (f"{code}:missing", "true")) is not there


@pytest.mark.parametrize("value", ["8480-6", "8480-6$", "$1", "a$1$2", "8480-6$x", "a|b|c$1", "$"])
@pytest.mark.parametrize("code", ["code-value-quantity", "component-code-value-quantity", "combo-code-value-quantity"])
def test_what_is_no_pair_is_refused(code: str, value: str) -> None:
    with pytest.raises(InvalidParameter):
        filter_of("Observation", (code, value))


@pytest.mark.parametrize("modifier", ["not", "exact", "text"])
def test_composites_know_no_modifier(modifier: str) -> None:
    with pytest.raises(InvalidParameter, match=f":{modifier}"):
        filter_of("Observation", (f"code-value-quantity:{modifier}", "a$1"))


def test_only_what_has_groups_stores_groups() -> None:
    assert "groups" not in stored(GLUCOSE)["search"]
    groups = stored(BLOOD_PRESSURE)["search"]["groups"]
    assert [len(groups[code]) for code in sorted(groups)] == [1, 2]


PAIRS = st.tuples(st.sampled_from("abc"), st.integers(1, 3))


@given(st.lists(PAIRS, max_size=4), st.one_of(st.none(), PAIRS), PAIRS, st.sampled_from(["", "gt", "lt", "ne"]))
def test_pairs_agree_with_the_specification(
    components: list[tuple[str, int]], own: tuple[str, int] | None, asked: tuple[str, int], prefix: str
) -> None:
    rows = [{"code": coded(code), "valueQuantity": {"value": value}} for code, value in components]
    resource: Resource = {"resourceType": "Observation", "component": rows}
    if own is not None:
        resource |= {"code": coded(own[0]), "valueQuantity": {"value": own[1]}}
    holds = {"": int.__eq__, "gt": int.__gt__, "lt": int.__lt__, "ne": int.__ne__}[prefix]
    in_components = any(code == asked[0] and holds(value, asked[1]) for code, value in components)
    in_resource = own is not None and own[0] == asked[0] and holds(own[1], asked[1])
    text = f"{asked[0]}${prefix}{asked[1]}"
    assert found(resource, ("component-code-value-quantity", text)) is in_components
    assert found(resource, ("code-value-quantity", text)) is in_resource
    assert found(resource, ("combo-code-value-quantity", text)) is (in_components or in_resource)


@pytest.mark.parametrize("code", ["component-code-value-quantity", "combo-code-value-quantity"])
@pytest.mark.parametrize(
    ("component", "there"),
    [
        ({"code": coded("x"), "valueQuantity": pressure(1)}, True),
        ({"code": coded("x"), "valueQuantity": {"unit": "mmHg"}}, True),
        ({"code": {"extension": [{"url": "x"}]}, "valueQuantity": pressure(1)}, True),
        ({"code": coded("x")}, False),
        ({"code": coded("x"), "valueString": "x"}, False),
    ],
)
def test_an_element_is_there_with_all_its_parts_even_those_that_say_nothing(
    code: str, component: dict[str, Any], there: bool
) -> None:
    resource = {"resourceType": "Observation", "code": coded("y"), "component": [component]}
    assert found(resource, (f"{code}:missing", "false")) is there
    assert found(resource, (f"{code}:missing", "true")) is not there
