"""Which SearchParameters are put to use, and what is said of the others."""

from __future__ import annotations

from typing import Any

import pytest

from resources.definitions.own import NONE, Extra, Own, own, own_parameters, ready
from resources.registry import business_keys, validate
from resources.search_parameter import search_parameter_rules

Json = dict[str, Any]


def parameter(code: str = "mother", base: str = "Patient", **more: Any) -> Json:
    return {
        "resourceType": "SearchParameter",
        "url": f"http://example.org/sp/{code}",
        "name": "Contoh",
        "status": "active",
        "description": "contoh",
        "code": code,
        "base": [base],
        "type": "string",
        "expression": "Patient.contact.name",
        **more,
    }


USABLE = [
    parameter(),
    parameter(expression="Patient.name.where(use = 'maiden').family"),
    parameter(expression="Patient.extension('http://example.org/ext').value"),
    parameter(expression="Patient.extension.where(url='http://example.org/ext').value.as(string)"),
    parameter(type="token", expression="Patient.contact.relationship | Patient.link.type"),
    parameter(type="reference", expression="Patient.link.other.where(resolve() is RelatedPerson)", target=["Patient"]),
    parameter(
        type="date", base="Observation", expression="(Observation.value as dateTime) | Observation.value.as(Period)"
    ),
    parameter(type="quantity", base="Observation", expression="Observation.referenceRange.low"),
    parameter(type="number", base="Slot", expression="Slot.extension('x').value"),
    parameter(type="uri", base="Questionnaire", expression="Questionnaire.item.definition"),
    parameter(base="Slot", expression="Slot.comment | Schedule.comment", code="remark")
    | {"base": ["Slot", "Schedule"]},
]


@pytest.mark.parametrize("resource", USABLE)
def test_what_can_be_searched_by(resource: Json) -> None:
    assert [issue.text.en for issue in validate(resource) if issue.severity == "error"] == []
    row = own(resource)
    assert row is not None
    for base in resource["base"]:
        assert own_parameters(base, Extra((row,)))[resource["code"]].paths


@pytest.mark.parametrize(
    ("resource", "element", "says"),
    [
        (parameter(code="name"), "code", "official search parameter 'name'"),
        (parameter(code="_id"), "code", "begins with a letter"),
        (parameter(code="a.b"), "code", "begins with a letter"),
        (parameter(code="a:b"), "code", "begins with a letter"),
        (parameter(code="x" * 65), "code", "up to 64"),
        (parameter(type="composite"), "type", "string, token, date"),
        (parameter(type="special"), "type", "string, token, date"),
        (parameter(base="Resource", expression="Resource.id"), "base", "name the types"),
        (parameter(expression="Patient.nmae"), "expression", "have no nmae"),
        (parameter(expression="Observation.code"), "expression", "no values of the type string"),
        (parameter(expression="Patient.contact"), "expression", "no values of the type string"),
        (parameter(expression="Patient.birthDate"), "expression", "no values of the type string"),
        (parameter(expression="Patient"), "expression", "no values of the type string"),
        (parameter(expression="Patient.name.given.first()"), "expression", "Supported are paths such as"),
        (parameter(expression="Patient.name.where(use='a' and period.exists())"), "expression", "Supported are"),
        (parameter(expression="Patient.name.where(colour='a')"), "expression", "have no colour"),
        (parameter(expression="Patient.name.given.where(use='a')"), "expression", "have no use"),
        (parameter(expression="Patient.communication.where(preferred=true).language.text"), "expression", "in quotes"),
        (parameter(expression="Patient.name."), "expression", "Supported are paths such as"),
        (parameter(expression="(Patient.name"), "expression", "Supported are paths such as"),
        (parameter(expression=""), "expression", "Supported are paths such as"),
        (parameter(expression="(" * 5000), "expression", "too long"),
        (parameter(expression="Patient.name | %x"), "expression", "Supported are paths such as"),
    ],
)
def test_what_cannot_is_refused_in_both_languages(resource: Json, element: str, says: str) -> None:
    (issue,) = search_parameter_rules(resource)
    assert (issue.severity, issue.expression) == ("error", f"SearchParameter.{element}")
    assert says in issue.text.en
    assert issue.text.id != issue.text.en


@pytest.mark.parametrize(
    "resource",
    [
        parameter(expression="Patient.nmae", status="draft"),
        parameter(code="name", url="http://hl7.org/fhir/SearchParameter/Patient-name"),
        parameter(code="family", url="http://hl7.org/fhir/SearchParameter/individual-family"),
    ],
)
def test_what_is_only_kept(resource: Json) -> None:
    assert list(search_parameter_rules(resource)) == []
    assert own(resource) is None
    assert business_keys(resource) == []


@pytest.mark.parametrize(
    "broken", [{"code": 1}, {"base": "Patient"}, {"base": [1]}, {"expression": {}}, {"target": [2]}]
)
def test_broken_resources_are_left_to_the_specification(broken: Json) -> None:
    assert list(search_parameter_rules({**parameter(), **broken})) == []
    assert any(issue.severity == "error" for issue in validate({**parameter(), **broken}))


def test_a_code_is_taken_once_for_each_type() -> None:
    assert business_keys(parameter() | {"base": ["Patient", "Person"]}) == [
        "urn:rsud-fhir:search-parameter:Patient|mother",
        "urn:rsud-fhir:search-parameter:Person|mother",
    ]
    assert business_keys(parameter(status="retired")) == []


def test_sets_are_keys() -> None:
    row = Own("a", "string", "u", "Patient.contact.name", ("Patient",))
    assert {Extra((row,)): 1}[Extra((Own("a", "string", "u", "Patient.contact.name", ("Patient",)),))] == 1
    assert ready(Extra((row,))) == NONE
    assert Extra((row,)).being_indexed("a", "Patient")
    assert not Extra((row,)).being_indexed("a", "Person")
