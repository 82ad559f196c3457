"""Filters: how criteria are joined; and MongoDB itself against the evaluator that the other tests use."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from pymongo import MongoClient

from fhir_server.messages import Resource
from fhir_server.search.fields import Filter
from fhir_server.search.kinds.string import fold
from fhir_server.store import indexes
from tests.fhir_server.search.evaluator import matches
from tests.fhir_server.search.stored import as_bson, filter_of, stored


@pytest.mark.parametrize(
    ("parameters", "filter"),
    [
        ((), {}),
        ((("_id", "a"),), {"_id": "a"}),
        ((("_id", "a,b,a"),), {"_id": {"$in": ["a", "b"]}}),
        ((("identifier", "s|1,s|2"),), {"index.identifier": {"$in": ["1\0s", "2\0s"]}}),
        ((("_id", "a"), ("gender:missing", "true")), {"$and": [{"_id": "a"}, {"index.gender": {"$exists": False}}]}),
        ((("identifier:not", "s|1"),), {"$nor": [{"index.identifier": "1\0s"}]}),
        ((("family", "Siti"),), {"index.family": {"$elemMatch": {"$gte": "siti", "$lt": "siti\U0010ffff"}}}),
        ((("name", "Siti,BUDI"),), {"search.beginnings.name": {"$in": ["siti", "budi"]}}),
        ((("name", "Muhammad"),), {"search.beginnings.name": "muhammad"}),
        ((("name", "Si"),), {"index.name": {"$elemMatch": {"$gte": "si", "$lt": "si\U0010ffff"}}}),
        ((("name", "Siti Amin"),), {"index.name": {"$elemMatch": {"$gte": "siti amin", "$lt": "siti amin\U0010ffff"}}}),
        ((("organization", "Organization/1"),), {"index.organization": "Organization/1"}),
    ],
)
def test_a_search_is_a_small_filter(parameters: tuple[tuple[str, str], ...], filter: Filter) -> None:
    assert filter_of("Patient", *parameters) == filter


@pytest.mark.parametrize("pattern", ["(a+)+$", ".*", "[", "\\\\", "^a"])
def test_only_contains_is_a_pattern_and_it_is_anchored_and_escaped(pattern: str) -> None:
    wanted = r"^[^\x00]*" + re.escape(fold(pattern + "a"))
    assert filter_of("Patient", ("name:contains", pattern + "a")) == {"index.name": {"$regex": wanted}}
    assert "$regex" not in str(filter_of("Patient", ("name", pattern + "a"), ("name:exact", pattern + "a")))


def observation(id: str, **elements: Any) -> Resource:
    return {"resourceType": "Observation", "id": id, **elements}


def quantity(value: str, unit: str, **more: str) -> dict[str, Any]:
    return {"value": Decimal(value), "unit": unit, "code": unit, "system": "http://unitsofmeasure.org", **more}


def coded(*codings: str) -> dict[str, Any]:
    parts = [coding.split("|") for coding in codings]
    return {"coding": [{name: part for name, part in (("system", one[0]), ("code", one[1])) if part} for one in parts]}


RESOURCES = [
    observation("empty"),
    observation(
        "a", status="final", code=coded("s|1", "|2"), effectiveDateTime="2024-03-01", valueQuantity=quantity("5", "mg")
    ),
    observation("b", status="amended", code=coded("s|2"), effectivePeriod={"start": "2024-02-29"}),
    observation(
        "c",
        code=coded("t|1"),
        effectivePeriod={"end": "2024-03-02"},
        valueQuantity=quantity("5.4", "g", comparator="<"),
    ),
    observation("d", code={"text": "x"}, effectivePeriod={}, valueString="Siti Àminah"),
    observation("e", effectiveDateTime="2024-03-01T10:00:00.5Z", valueString="sitti 😀"),
    observation("f", valueQuantity=quantity("-1e-5000", "mg"), subject={"reference": "Patient/1"}),
    observation("g", subject={"reference": "https://other.example/Patient/1"}, performer=[{"reference": "Group/1"}]),
    observation("h", component=[{"valueQuantity": quantity("5", "mg")}, {"valueQuantity": quantity("7", "g")}]),
    observation(
        "i", component=[{"valueQuantity": quantity("7", "mg")}, {"valueQuantity": quantity("5", "g")}], valueInteger=1
    ),
    observation("j", subject={"display": "x"}, meta={"profile": ["http://p|1", "http://q"], "tag": [{"code": "1"}]}),
    observation(
        "l",
        code={"coding": [{"system": "u", "code": "7", "display": "Tujuh delapan"}], "text": "siti"},
        component=[
            {"code": coded("u|7"), "valueQuantity": quantity("5", "mg")},
            {"code": coded("s|1"), "valueQuantity": quantity("6", "mg")},
        ],
        valueString="Siti",
        subject={"reference": "Patient/1/_history/1", "identifier": {"system": "n", "value": "1"}},
        identifier=[{"type": {"coding": [{"system": "s", "code": "MR"}]}, "value": "1"}],
        text={"status": "generated", "div": "<div>gula <b>darah</b></div>"},
        meta={"profile": ["http://p/a"]},
    ),
    observation("k", valueRange={"low": {"value": 1}}, valueString="---"),
]
PREFIXES = ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
PARAMETERS = [
    *(
        (("date", f"{prefix}{date}"))
        for prefix in PREFIXES
        for date in ("2024", "2024-03-01", "2024-03-01T10:00:00.5Z")
    ),
    *(
        (("_lastUpdated", f"{prefix}{date}"))
        for prefix in PREFIXES
        for date in ("2026", "2026-01-01T00:00:00Z", "2027-01-01")
    ),
    *(
        (code, f"{prefix}{value}")
        for code in ("value-quantity", "combo-value-quantity", "component-value-quantity")
        for prefix in PREFIXES
        for value in ("5", "5||mg", "5|http://unitsofmeasure.org|g", "1e-5000")
    ),
    *(
        (f"code{modifier}", value)
        for modifier in ("", ":not")
        for value in ("1", "s|1", "|2", "s|", "1,t|1,s|2", "x", "s|x")
    ),
    *((f"status{modifier}", value) for modifier in ("", ":not") for value in ("final", "final,amended", "x")),
    *(
        (f"value-string{modifier}", v)
        for modifier in ("", ":exact", ":contains")
        for v in ("siti", "Siti Àminah", "---", "amin,t", "sitti 😀")
    ),
    *((f"subject{modifier}", value) for modifier in ("", ":Patient") for value in ("1", "Patient/1", "1,2")),
    *((("subject", value)) for value in ("https://other.example/Patient/1", "Group/1")),
    *((("_profile", value)) for value in ("http://p", "http://p|1", "http://p|2", "http://q,http://r")),
    *(
        (f"{code}:missing", v)
        for v in ("true", "false")
        for code in ("date", "value-quantity", "code", "subject", "status", "_tag", "_id")
    ),
    *(
        (code, f"{prefix}{value}|http://unitsofmeasure.org|{unit}")
        for code in ("value-quantity", "combo-value-quantity")
        for prefix in PREFIXES
        for value, unit in (("5", "mg"), ("0.005", "g"), ("5400", "mg"), ("-1", "mg"), ("5", "m"))
    ),
    *(
        (f"{kind}code-value-quantity", f"{code}${value}")
        for kind in ("", "component-", "combo-")
        for code in ("s|1", "1", "u|7")
        for value in ("5", "gt4||mg", "ne5", "lt0.006|http://unitsofmeasure.org|g")
    ),
    *(("code-value-string", value) for value in ("|2$siti", "u|7$siti", "1$sitti")),
    *(("combo-code-value-quantity:missing", value) for value in ("true", "false")),
    *(("component-code-value-quantity:missing", value) for value in ("true", "false")),
    *((f"{code}:text", value) for code in ("code", "combo-code") for value in ("x", "tujuh", "tujuh del", "siti")),
    *(("value-string:text", value) for value in ("siti", "aminah SITI", "ami", "sitti 😀")),
    *(("_content", value) for value in ("siti", "aminah siti", "x or sitti", "tujuh delapan", "mg")),
    *(("_text", value) for value in ("gula", "gula or x", "siti")),
    *(("_profile:below", value) for value in ("http://p", "http://q", "http:")),
    *(("_profile:above", value) for value in ("http://p/a", "http://q", "http://p|1/x")),
    *(("subject:identifier", value) for value in ("n|1", "1", "n|", "2")),
    *(("identifier:of-type", value) for value in ("s|MR|1", "s|MR|2")),
    *(("subject", value) for value in ("Patient/1/_history/1", "Patient/1/_history/2", "1/_history/1")),
    *((f"_id{modifier}", value) for modifier in ("", ":not") for value in ("a", "a,b", "zz")),
]


def test_mongodb_and_the_evaluator_agree(mongodb_uri: str, database_name: str) -> None:
    documents = [stored(resource) for resource in RESOURCES]
    hits = 0
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        collection = client[database_name]["Observation"]
        collection.create_indexes(indexes.current("Observation", in_patient_compartment=True))
        collection.insert_many([as_bson(document) for document in documents])
        for parameter in PARAMETERS:
            filter = filter_of("Observation", parameter)
            expected = {document["_id"] for document in documents if matches(filter, document)}
            assert {row["_id"] for row in collection.find(as_bson(filter))} == expected, parameter
            hits += 0 < len(expected) < len(documents)
    assert hits > 150


INDEXED = [
    ("code:text", "tujuh"),
    ("code:text", "tujuh del"),
    ("_content", "siti aminah"),
    ("_content", "siti or aminah"),
    ("_text", "gula darah"),
    ("value-quantity", "5|http://unitsofmeasure.org|mg"),
    ("value-quantity", "gt5|http://unitsofmeasure.org|mg"),
    ("value-quantity", "le5|http://unitsofmeasure.org|mg"),
    ("component-value-quantity", "ap5|http://unitsofmeasure.org|mg"),
    ("code-value-quantity", "s|1$gt4"),
    ("component-code-value-quantity", "s|1$gt4"),
    ("combo-code-value-quantity", "s|1$gt4"),
    ("subject:identifier", "n|1"),
    ("subject", "Patient/1/_history/1"),
    ("identifier:of-type", "s|MR|1"),
    ("_profile:below", "http://p"),
    ("_profile:above", "http://p/a"),
    ("value-string:text", "siti"),
]


def stages(plan: Any) -> set[str]:
    """The names of all stages of a plan."""
    if isinstance(plan, list):
        return {name for part in plan for name in stages(part)}
    if not isinstance(plan, dict):
        return set()
    own = {plan["stage"]} if "stage" in plan else set()
    return own | stages(list(plan.values()))


def test_no_kind_of_search_scans_the_collection(mongodb_uri: str, database_name: str) -> None:
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        collection = client[database_name]["Observation"]
        collection.create_indexes(indexes.current("Observation", in_patient_compartment=True))
        collection.insert_many([as_bson(stored(resource)) for resource in RESOURCES])
        for parameter in INDEXED:
            filter = as_bson(filter_of("Observation", parameter))
            plan = collection.find(filter).explain()["queryPlanner"]["winningPlan"]
            assert "IXSCAN" in stages(plan), parameter
            assert "COLLSCAN" not in stages(plan), parameter
