"""The model of search says what the sentences of the specification say. https://hl7.org/fhir/R4/search.html"""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.search_model.evaluation import World, holds
from tests.journeys.search_model.ordering import ordered


def resource(type: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": type, "id": "satu", **more}


def risk(number: str) -> dict[str, Any]:
    return resource("RiskAssessment", prediction=[{"probabilityDecimal": number}])


def visit(start: str | None = None, end: str | None = None) -> dict[str, Any]:
    ends = {"start": start, "end": end}
    return resource("Encounter", period={name: text for name, text in ends.items() if text})


def weight(value: str, code: str) -> dict[str, Any]:
    quantity = {"value": value, "system": "http://unitsofmeasure.org", "code": code, "unit": code}
    return resource("Observation", valueQuantity=quantity)


SIBLING = {"resourceType": "Patient", "id": "budi", "gender": "male"}
PATIENT = resource(
    "Patient",
    name=[{"given": ["Síti"], "family": "O’Contoh"}],
    gender="female",
    identifier=[{"system": "http://contoh.example/a", "value": "1"}, {"value": "2"}],
    link=[{"other": {"reference": "Patient/budi"}, "type": "seealso"}],
)
VISIT = {
    "resourceType": "Encounter",
    "id": "v",
    "subject": {"reference": "http://test/fhir/Patient/satu"},
    "status": "planned",
}

HOUSE = {"resourceType": "Location", "id": "gedung"}
ROOM = {"resourceType": "Location", "id": "kamar", "partOf": {"reference": "Location/gedung"}}
BED = resource("Location", partOf={"reference": "Location/kamar"})
INSIDE = {"resourceType": "Organization", "id": "rs", "name": "Contoh"}
MANAGED = resource("Patient", contained=[INSIDE], managingOrganization={"reference": "#rs"})

SENTENCES = [
    # number: "100 is 99.5 to 100.5, 100.00 is 99.995 to 100.005, 1e2 is 95 to 105"
    *((risk(number), "probability", asked, right) for number, asked, right in (
        ("99.5", "100", True), ("100.5", "100", False), ("100.49", "100", True), ("100.004", "100.00", True),
        ("100.01", "100.00", False), ("95", "1e2", True), ("105", "1e2", False), ("100", "lt100", False),
        ("99.9", "lt100", True), ("100", "le100", True), ("100.1", "gt100", True), ("100", "ne100", False),
        ("109", "ap100", True), ("111", "ap100", False), ("99", "eb100", True), ("100", "sa100", False),
    )),
    # date: "2013-01-14T00:00 is in eq2013-01-14; 2013-01-14 itself is; 2013 is not", and so on for the prefixes
    *((resource("Condition", recordedDate=date), "recorded-date", asked, right) for date, asked, right in (
        ("2013-01-14T00:00:00+08:00", "eq2013-01-14", True), ("2013-01-14", "eq2013-01-14", True),
        ("2013", "eq2013-01-14", False), ("2013-01-15T00:00:00+08:00", "ne2013-01-14", True),
        ("2013-01-14T10:00:00+08:00", "lt2013-01-14T10:00", False), ("2013-01-14", "lt2013-01-14T10:00", True),
        ("2013-01-14", "gt2013-01-14T10:00", True), ("2013-03-14", "ge2013-03-14", True),
        ("2013-01-13T16:00:00Z", "2013-01-14", True), ("2013-01-13T23:00:00+07:00", "2013-01-14", True),
        ("2013-01-13T23:59:59+08:00", "2013-01-14", False), ("2013-01-14", "2013-01-13T16:00Z", False),
    )),
    # Period: "a missing end is open"
    (visit("2013-01-01", None), "date", "ge2030", True),
    (visit("2013-01-01", None), "date", "eq2013", False),
    (visit(None, "2013-01-01"), "date", "lt1900", True),
    (visit("2013-01-01", "2013-01-31"), "date", "2013-01", True),
    (visit("2013-01-21", "2013-02-05"), "date", "sa2013-01-20", True),
    (visit("2013-01-21", "2013-02-05"), "date", "sa2013-01-21", False),
    (visit("2013-01-21", "2013-02-05"), "date", "eb2013-02-06", True),
    # string: starts with, without case and accents; :exact; :contains
    (PATIENT, "given", "SIT", True),
    (PATIENT, "given", "iti", False),
    (PATIENT, "given:contains", "ITI", True),
    (PATIENT, "given:exact", "Siti", False),
    (PATIENT, "given:exact", "Síti", True),
    (PATIENT, "name", "ocontoh", True),
    # token: code, system|code, |code, system|
    (PATIENT, "identifier", "1", True),
    (PATIENT, "identifier", "http://contoh.example/a|1", True),
    (PATIENT, "identifier", "|1", False),
    (PATIENT, "identifier", "|2", True),
    (PATIENT, "identifier", "http://contoh.example/a|", True),
    (PATIENT, "gender", "http://hl7.org/fhir/administrative-gender|female", True),
    (PATIENT, "gender:not", "male", True),
    (PATIENT, "gender:not", "male,female", False),
    (PATIENT, "birthdate:missing", "true", True),
    (PATIENT, "language:not", "id", True),
    # quantity: a number in a unit, by UCUM in all units that can be converted
    (weight("5", "mg/dL"), "value-quantity", "0.05|http://unitsofmeasure.org|g/L", True),
    (weight("5", "mg/dL"), "value-quantity", "0.05||g/L", False),
    (weight("5.49", "mg/dL"), "value-quantity", "5||mg/dL", True),
    (weight("37", "Cel"), "value-quantity", "gt36.9|http://unitsofmeasure.org|Cel", True),
    # chains and _has
    (VISIT, "subject:Patient.given", "siti", True),
    (VISIT, "patient.link:Patient.gender", "male", True),
    (VISIT, "patient.link:Patient.gender", "female", False),
    (PATIENT, "_has:Encounter:patient:status", "planned", True),
    (PATIENT, "_has:Encounter:patient:status", "finished", False),
    (SIBLING, "_has:Patient:link:_has:Encounter:subject:status", "planned", True),
    # "a chained condition will be evaluated inside contained resources"
    (MANAGED, "organization.name", "contoh", True),
    (MANAGED, "organization:Organization.name", "lain", False),
    # reference: :above and :below in a hierarchy
    (BED, "partof:below", "Location/gedung", True),
    (BED, "partof:below", "satu", False),
    (BED, "partof:above", "kamar", True),
    (BED, "partof:above", "Location/gedung", False),
    # _filter: "a or b and c" is (a or b) and c
    (PATIENT, "_filter", 'gender eq female or gender eq male and given sw "x"', False),
    (PATIENT, "_filter", 'gender eq female or (gender eq male and given sw "x")', True),
    (PATIENT, "_filter", 'not (given co "it") or birthdate pr false', True),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "name", "raw", "right"), SENTENCES)
def test_a_sentence_of_the_specification(resource: dict[str, Any], name: str, raw: str, right: bool) -> None:
    world = World(
        {f"{one['resourceType']}/{one['id']}": one for one in (PATIENT, SIBLING, VISIT, HOUSE, ROOM)},
        "http://test/fhir",
    )
    assert holds(resource, name, raw, world) is right


def test_missing_values_come_last_and_ties_go_by_id() -> None:
    names = {"a": ["Budi", "Zaki"], "b": [], "c": ["Ayu"], "d": ["Ayu"]}
    people = [{"resourceType": "Patient", "id": id, "name": [{"given": given}]} for id, given in names.items()]

    def order(sort: str) -> str:
        return "".join(str(one["id"]) for one in ordered(people, sort, World({})))

    assert [order(""), order("-_id"), order("given"), order("-given")] == ["abcd", "dcba", "cdab", "adcb"]
