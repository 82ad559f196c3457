"""$validate with a profile: blood pressure, and the kinds of rules that profiles are made of."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from resources.definitions.data import read
from resources.registry import validate
from resources.validation.profiles import validate_profile

Json = dict[str, Any]
STRUCTURE = "http://hl7.org/fhir/StructureDefinition/"
LOINC = "http://loinc.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def loinc(code: str) -> Json:
    return {"coding": [{"system": LOINC, "code": code}]}


def pressure(code: str, value: int) -> Json:
    quantity = {"value": Decimal(value), "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}
    return {"code": loinc(code), "valueQuantity": quantity}


BLOOD_PRESSURE: Json = {
    "resourceType": "Observation",
    "status": "final",
    "category": [{"text": "other"}, {"coding": [{"system": CATEGORY, "code": "vital-signs"}]}],
    "code": loinc("85354-9"),
    "subject": {"reference": "Patient/1"},
    "effectiveDateTime": "2026-11-24T08:00:00+08:00",
    "component": [pressure("8480-6", 120), pressure("8462-4", 80)],
}


def problems(resource: Json, profile: str) -> list[tuple[str, str]]:
    return [(issue.code, issue.expression) for issue in validate_profile(resource, STRUCTURE + profile)]


def without(*path: Any) -> Json:
    resource: Json = copy.deepcopy(BLOOD_PRESSURE)
    inner: Any = resource
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return resource


def test_a_blood_pressure_follows_its_profile_and_those_above_it() -> None:
    for profile in ("bp", "vitalsigns", "Observation", "bp|4.0.1"):
        assert problems(BLOOD_PRESSURE, profile) == []


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (without("subject"), [("required", "Observation.subject")]),
        (without("effectiveDateTime"), [("required", "Observation.effective")]),
        (without("category", 1), [("required", "Observation.category")]),
        (without("component", 1), [("required", "Observation.component")] * 2),
        (without("component", 0, "valueQuantity"), [("invariant", "Observation.component[0]")] * 2),
        (without("component", 0, "valueQuantity", "unit"), [("required", "Observation.component[0].value.unit")]),
        ({**BLOOD_PRESSURE, "effectiveDateTime": "2026-11"}, [("invariant", "Observation.effective")]),
        ({**BLOOD_PRESSURE, "code": loinc("8480-6")}, [("required", "Observation.code.coding")]),
    ],
)
def test_what_a_blood_pressure_must_have(resource: Json, expected: list[tuple[str, str]]) -> None:
    assert problems(resource, "bp") == expected


def test_values_of_a_slice_are_fixed() -> None:
    resource = copy.deepcopy(BLOOD_PRESSURE)
    resource["component"][0]["valueQuantity"]["code"] = "kPa"
    assert ("value", "Observation.component[0].value.code") in problems(resource, "bp")


def test_a_closed_slicing_allows_no_other_type() -> None:
    resource = {**BLOOD_PRESSURE, "code": loinc("29463-7"), "valueString": "60 kg"}
    assert ("structure", "Observation.value") in problems(resource, "bodyweight")


def test_units_are_bound() -> None:
    weight = {**BLOOD_PRESSURE, "code": loinc("29463-7")}
    del weight["component"]
    for unit, expected in (("kg", []), ("st", [("code-invalid", "Observation.value.code")])):
        quantity = {"value": Decimal("60.5"), "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
        assert problems({**weight, "valueQuantity": quantity}, "bodyweight") == expected


def test_the_profile_of_another_type() -> None:
    assert problems(BLOOD_PRESSURE, "Patient") == [("structure", "Patient")]
    assert problems({"resourceType": "Patient"}, "bp") == [("structure", "Observation")]


def test_an_unknown_profile_names_the_known_ones() -> None:
    (issue,) = validate_profile(BLOOD_PRESSURE, "http://example.org/profile")
    assert (issue.severity, issue.code) == ("error", "not-found")
    assert STRUCTURE + "bp" in issue.text.en
    assert STRUCTURE + "bp" in issue.text.id


def test_an_unknown_profile_in_the_resource_is_data() -> None:
    resource = {**BLOOD_PRESSURE, "meta": {"profile": ["https://fhir.kemkes.go.id/r4/StructureDefinition/Observation"]}}
    assert [issue for issue in validate(resource) if issue.severity == "error"] == []


def test_official_examples_follow_the_profiles_that_they_claim(official_examples: Mapping[str, Json]) -> None:
    claims = [
        (name, resource, url)
        for name, resource in official_examples.items()
        for url in resource.get("meta", {}).get("profile", ())
        if url in read("profiles")["profiles"]
    ]
    assert len(claims) > 1000
    assert [(name, url) for name, resource, url in claims if validate_profile(resource, url)] == []


@pytest.mark.parametrize("url", sorted(read("profiles")["profiles"]))
def test_a_profile_never_raises(url: str) -> None:
    kind = read("profiles")["profiles"][url]["type"]
    odds: list[Any] = [None, 1, "x", [], {}, [None], [[]], [{"coding": [None, 1, {"code": []}]}]]
    for odd in odds:
        names = ("category", "code", "component", "value", "valueQuantity", "extension", "effectiveDateTime", "_status")
        validate_profile({"resourceType": kind, **dict.fromkeys(names, odd)}, url)
