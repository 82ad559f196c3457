"""What the operators of `_filter` find. https://hl7.org/fhir/R4/search_filter.html"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo import MongoClient

from auth.caller import SYSTEM
from fhir_server.changes import Change
from fhir_server.errors import InvalidParameter
from fhir_server.record import Record
from fhir_server.search.conditions import AnyOf
from fhir_server.search.filters import OPERATORS
from fhir_server.search.query import parse
from fhir_server.search.wording import words
from main import open_store, site
from settings import Settings
from tests.fhir_server.conftest import BASE
from tests.fhir_server.conftest import settings as server_settings


def age(years: int) -> dict[str, Any]:
    return {"value": years, "system": "http://unitsofmeasure.org", "code": "a"}


PATIENTS: dict[str, dict[str, Any]] = {
    "siti": {
        "name": [{"family": "Rekaan", "given": ["Siti", "Ayu"]}],
        "birthDate": "1990-05-17",
        "gender": "female",
        "identifier": [{"system": "http://a", "value": "1"}, {"system": "http://b", "value": "2"}],
        "managingOrganization": {"reference": "Organization/1"},
    },
    "budi": {
        "name": [{"text": "Budi"}],
        "birthDate": "1990",
        "gender": "male",
        "identifier": [{"system": "http://a", "value": "1"}],
    },
    "ayu": {"name": [{"given": ["Ayú"]}]},
}


ICD_10 = "http://hl7.org/fhir/sid/icd-10"
CONDITIONS: dict[str, dict[str, Any]] = {
    "diabetes": {"code": {"coding": [{"system": ICD_10, "code": "E11"}]}, "onsetAge": age(40)},
    "complicated": {"code": {"coding": [{"system": ICD_10, "code": "E11.6"}]}, "onsetAge": age(43)},
    "asthma": {"code": {"coding": [{"system": ICD_10, "code": "J45"}]}, "onsetAge": age(60)},
    "unknown": {},
}
LUNGS = {
    "url": "http://contoh.example/paru",
    "compose": {"include": [{"system": ICD_10, "concept": [{"code": "J45"}]}]},
}
RISKS: dict[str, dict[str, Any]] = {
    "low": {"prediction": [{"probabilityDecimal": 10}]},
    "high": {"prediction": [{"probabilityDecimal": 90}]},
}


@pytest.fixture(scope="module")
async def record(mongodb_uri: str) -> AsyncIterator[Record]:
    async with open_store(server_settings(mongodb_uri, "test_filters")) as store:
        found = Record(store, SYSTEM, site(Settings(base_url=BASE)))
        subject = {"subject": {"reference": "Patient/siti"}}
        made = [("Patient", id, one) for id, one in PATIENTS.items()]
        made += [("Condition", id, {**subject, **one}) for id, one in CONDITIONS.items()]
        made += [("RiskAssessment", id, {**subject, "status": "final", **one}) for id, one in RISKS.items()]
        made.append(("ValueSet", "paru", {"status": "active", **LUNGS}))
        await found.commit([Change.update({"resourceType": type, **one}, id) for type, id, one in made])
        yield found
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        client.drop_database("test_filters")


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ('given eq "siti"', ["siti"]),
        ("given eq sit", []),
        ("given eq AYU", ["ayu", "siti"]),
        ("given ne ayu", ["siti"]),
        ("given ne siti", ["ayu", "siti"]),
        ("not (given eq ayu)", ["budi"]),
        ("given co it", ["siti"]),
        ("given sw si", ["siti"]),
        ("given ew ti", ["siti"]),
        ("given ew si", []),
        ('name ew "a.*"', []),
        ("given pr true", ["ayu", "siti"]),
        ("given pr false", ["budi"]),
        ("gender eq male", ["budi"]),
        ("gender ne male", ["siti"]),
        ("identifier eq http://a|1", ["budi", "siti"]),
        ("identifier ne http://a|1", ["siti"]),
        ("identifier ne 1", ["siti"]),
        ('identifier eq "http://b|"', ["siti"]),
        ("birthdate eq 1990", ["budi", "siti"]),
        ("birthdate ne 1990", []),
        ("birthdate eq 1990-05-17", ["siti"]),
        ("birthdate gt 1990-05-16", ["budi", "siti"]),
        ("birthdate lt 1990-05-17", ["budi"]),
        ("birthdate ge 1990-05-17", ["budi", "siti"]),
        ("birthdate le 1990-05-17", ["budi", "siti"]),
        ("birthdate sa 1990-05-16", ["siti"]),
        ("birthdate eb 1990-05-18", ["siti"]),
        ("birthdate po 1990-05-17", ["budi", "siti"]),
        ("birthdate po 1990-05-18", ["budi"]),
        ("birthdate po 1991", []),
        ("organization re Organization/1", ["siti"]),
        ("organization eq Organization/2", []),
        ("organization ne Organization/2", ["siti"]),
        ("organization pr false", ["ayu", "budi"]),
        ("_id eq siti", ["siti"]),
        ("_id ne siti", ["ayu", "budi"]),
        ("given eq ayu and gender eq female or _id eq budi", ["budi", "siti"]),
        ("not (gender eq male or gender eq female)", ["ayu"]),
        ("gender eq male or gender eq female and given pr true", ["siti"]),
        ("gender eq male or (gender eq female and given pr true)", ["budi", "siti"]),
        ("not (gender eq male) and given co yu", ["ayu", "siti"]),
        ("birthdate ap 1990-06", ["budi", "siti"]),
        ("birthdate ap 1970", []),
    ],
)
async def test_what_an_operator_finds(record: Record, filter: str, found: list[str]) -> None:
    documents = (await record.search(parse("Patient", (("_filter", filter),)))).documents
    assert sorted(document["_id"] for document in documents) == found


@pytest.mark.parametrize(
    ("type", "filter", "found"),
    [
        ("Condition", f"code ss {ICD_10}|E11", ["complicated", "diabetes"]),
        ("Condition", f"code ss {ICD_10}|E11.6", ["complicated"]),
        ("Condition", f"code sb {ICD_10}|E11.6", ["complicated", "diabetes"]),
        ("Condition", f"code sb {ICD_10}|E11", ["diabetes"]),
        ("Condition", "code in http://contoh.example/paru", ["asthma"]),
        ("Condition", "code ni ValueSet/paru", ["complicated", "diabetes", "unknown"]),
        ("Condition", 'onset-age ap "40|http://unitsofmeasure.org|a"', ["complicated", "diabetes"]),
        ("Condition", "onset-age gt 40", ["asthma", "complicated"]),
        ("Condition", 'onset-age le "516|http://unitsofmeasure.org|mo"', ["complicated", "diabetes"]),
        ("Condition", "onset-age ne 40", ["asthma", "complicated"]),
        ("Condition", "patient re http://test/fhir/Patient/siti and code pr false", ["unknown"]),
        ("RiskAssessment", "probability lt 50", ["low"]),
        ("RiskAssessment", "probability ap 95", ["high"]),
        ("RiskAssessment", "probability sa 10", ["high"]),
        ("RiskAssessment", "probability eb 90", ["low"]),
    ],
)
async def test_what_an_operator_finds_in_other_kinds(record: Record, type: str, filter: str, found: list[str]) -> None:
    documents = (await record.search(parse(type, (("_filter", filter),)))).documents
    assert sorted(document["_id"] for document in documents) == found


@pytest.mark.parametrize(
    ("filter", "named"),
    [
        ("given zz x", "'zz' is not an operator"),
        ("given EQ x", "'EQ' is not an operator"),
        ("given gt x", "'gt' does not work on 'given'"),
        ("gender co x", "'co' does not work on 'gender'"),
        ("gender po x", "'po'"),
        ("birthdate co 1990", "'co'"),
        ("birthdate ss 1990", "'ss'"),
        ("organization sw x", "'sw'"),
        ("given pr yes", "true or false"),
        ("gvien eq x", "Did you mean given"),
        ("given:exact eq x", "modifiers have no place"),
        ("organization.nmae eq x", "'nmae'"),
        ("organization[name eq x] eq y", "A name must follow"),
        ("given[name eq x].name eq y", "no reference"),
        ("gender ne |", "code or system|code"),
        ("_sort eq name", "_sort"),
        (f'given eq "{"x" * 2100}"', "2048"),
        ("(given eq x", "')'"),
        ("link:Patient[link:Patient.link:Patient." * 4 + "name eq x" + "].name eq x" * 4, "10 steps"),
    ],
)
def test_what_is_refused_is_named(filter: str, named: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        parse("Patient", (("_filter", filter),))
    (issue,) = refused.value.issues
    assert named in issue.text.en
    assert issue.text.id not in ("", issue.text.en)


def test_brackets_are_about_the_resource_that_the_rest_is_about() -> None:
    (condition,) = parse("Observation", (("_filter", "subject:Patient[gender eq male].name sw x"),)).criteria
    assert words(condition) == ("subject points to a Patient where ((gender (token) is male) and (name (string) is x))")
    (condition,) = parse("Observation", (("_filter", "encounter[status eq planned].location.name sw x"),)).criteria
    assert words(condition) == (
        "encounter points to an Encounter where ((status (token) is planned)"
        " and (location points to a Location where (name (string) is x)))"
    )


@pytest.mark.parametrize("operator", ["co", "sw"])
def test_commas_and_escapes_in_text_are_text(operator: str) -> None:
    (condition,) = parse("Patient", (("_filter", rf'name {operator} "a,b|c\\d"'),)).criteria
    assert words(condition).endswith(r" is a\,b\|c\\d")


def test_a_filter_stands_beside_other_parameters_and_can_be_repeated() -> None:
    parameters = (("_filter", "gender eq male or gender eq female"), ("name", "x"), ("_filter", "given pr true"))
    query = parse("Patient", parameters)
    assert len(query.criteria) == 3
    assert isinstance(query.criteria[0], AnyOf)


WORDS = ["name", "birthdate", "organization.name", "organization", "_has:Observation:patient:code", "identifier"]


@settings(max_examples=300)
@given(
    st.sampled_from(WORDS),
    st.sampled_from([*sorted(OPERATORS), "zz"]),
    st.one_of(st.sampled_from(["x", "1990", "true", "a|b", "|", "a|b|c", r'"\\"', '",,"']), st.text(max_size=8)),
)
def test_nothing_but_invalid_parameter_is_raised(path: str, operator: str, value: str) -> None:
    try:
        query = parse("Patient", (("_filter", f"{path} {operator} {value}"),))
    except InvalidParameter:
        return
    assert words(query.criteria[0])
