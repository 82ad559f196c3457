"""validate: the official examples, resources as SATUSEHAT sends them, any JSON at all, and its speed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.definitions.structure import definition, resource_types
from resources.registry import business_keys, validate

Json = dict[str, Any]
DECODER = msgspec.json.Decoder(float_hook=Decimal)
SATUSEHAT = sorted((Path(__file__).parent / "satusehat").glob("*.json"))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.decimals(), st.just({"$gt": ""}))
NAMES = sorted(
    {
        name
        for type in ("Patient", "Observation", "Encounter", "Bundle", "Identifier", "Period", "Appointment")
        for name in definition(type).properties
    }
    | {"coding", "reference", "contained", "div", "resourceType", "_id", "", "$where"}
)
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=25,
)


def errors(resource: Any) -> list[tuple[str, str]]:
    return [(issue.code, issue.expression) for issue in validate(resource) if issue.severity == "error"]


@pytest.mark.parametrize("path", SATUSEHAT, ids=[path.stem for path in SATUSEHAT])
def test_resources_in_the_shape_of_satusehat_are_valid(path: Path) -> None:
    assert errors(DECODER.decode(path.read_bytes())) == []


def test_there_are_satusehat_shapes() -> None:
    assert len(SATUSEHAT) >= 12


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (None, [("structure", "Resource")]),
        ([], [("structure", "Resource")]),
        ({}, [("required", "Resource")]),
        ({"resourceType": None}, [("structure", "Resource")]),
        ({"resourceType": {"$gt": ""}}, [("structure", "Resource")]),
        ({"resourceType": "Pasien"}, [("structure", "Pasien")]),
        ({"resourceType": "DomainResource"}, [("structure", "DomainResource")]),
        ({"resourceType": "HumanName"}, [("structure", "HumanName")]),
        ({"resourceType": "Patient.contact"}, [("structure", "Resource")]),
    ],
)
def test_what_is_no_resource(resource: Any, expected: list[tuple[str, str]]) -> None:
    assert errors(resource) == expected


def test_the_type_may_be_asked_for() -> None:
    assert [issue.expression for issue in validate({"resourceType": "Group"}, type="Patient")] == [
        "Patient.resourceType"
    ]
    assert [issue.expression for issue in validate({}, type="Patient")] == ["Patient"]
    assert [issue for issue in validate({"resourceType": "Patient"}, type="Patient") if issue.severity == "error"] == []


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_json_gets_an_answer(value: Any) -> None:
    assert isinstance(validate(value), list)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(resource_types()), st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8))
def test_any_body_of_a_type_gets_an_answer(type: str, body: Json) -> None:
    resource = {**body, "resourceType": type}
    assert isinstance(validate(resource), list)
    assert isinstance(business_keys(resource), list)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_an_odd_value_in_any_property_gets_an_answer(data: st.DataObject) -> None:
    type = data.draw(st.sampled_from(resource_types()))
    name = data.draw(st.sampled_from(sorted(definition(type).properties)))
    for value in (data.draw(JSON), [data.draw(JSON)]):
        assert isinstance(validate({"resourceType": type, name: value, f"_{name}": value}), list)


def test_deep_or_endless_values_get_an_answer() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    for resource in (
        {"resourceType": deep},
        {"resourceType": "Patient", "name": deep, "gender": deep, "contained": [{"resourceType": deep}]},
    ):
        assert errors(resource)
    assert errors({"resourceType": "Patient", "multipleBirthInteger": 10**5000})
