"""Every kind of search over the real stack. https://hl7.org/fhir/R4/search.html"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from tests.fhir_server.conftest import client_of, settings

Json = dict[str, Any]
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
DATABASE = "test_search_kinds"


def coded(code: str, display: str) -> Json:
    return {"coding": [{"system": LOINC, "code": code, "display": display}]}


def amount(value: float, code: str) -> Json:
    return {"value": value, "unit": code, "system": UCUM, "code": code}


def observation(id: str, **elements: Any) -> Json:
    code = coded("2345-7", "Glucose in blood")
    return {"resourceType": "Observation", "id": id, "status": "final", "code": code, **elements}


DIV = '<div xmlns="http://www.w3.org/1999/xhtml">Gula darah tinggi</div>'
PRESSURE = [
    {"code": coded("8480-6", "Systolic"), "valueQuantity": amount(140, "mm[Hg]")},
    {"code": coded("8462-4", "Diastolic"), "valueQuantity": amount(80, "mm[Hg]")},
]
RESOURCES: list[Json] = [
    observation("mg", valueQuantity=amount(5, "mg/dL"), text={"status": "generated", "div": DIV}),
    observation("g", valueQuantity=amount(0.05, "g/L"), subject={"identifier": {"system": "urn:nik", "value": "1"}}),
    observation(
        "bp", code=coded("85354-9", "Blood pressure panel"), component=PRESSURE, note=[{"text": "setelah makan"}]
    ),
    observation("old", subject={"reference": "Patient/a/_history/1"}),
    {"resourceType": "Patient", "id": "a", "name": [{"text": "Siti"}]},
    {
        "resourceType": "Location",
        "id": "rs",
        "name": "RSUD Rekaan",
        "position": {"latitude": -0.5017, "longitude": 117.1536},
    },
    {
        "resourceType": "ValueSet",
        "id": "vs",
        "status": "active",
        "url": "http://contoh.example/vs",
        "compose": {"include": [{"system": LOINC, "concept": [{"code": "85354-9"}]}]},
    },
    {
        "resourceType": "CodeSystem",
        "id": "cs",
        "status": "active",
        "content": "fragment",
        "url": LOINC,
        "concept": [{"code": "panels", "concept": [{"code": "85354-9"}]}, {"code": "2345-7"}],
    },
    {
        "resourceType": "List",
        "id": "daftar",
        "status": "current",
        "mode": "working",
        "entry": [{"item": {"reference": "Observation/mg"}}, {"item": {"reference": "Observation/bp"}}],
    },
]


@pytest.fixture(scope="module")
async def client(mongodb_uri: str) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(settings(mongodb_uri, DATABASE)) as found:
        for resource in RESOURCES:
            answer = await found.put(f"{resource['resourceType']}/{resource['id']}", json=resource)
            assert answer.status_code == 201, answer.text
        yield found
    with MongoClient[Json](mongodb_uri) as mongodb:
        mongodb.drop_database(DATABASE)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (f"value-quantity=5|{UCUM}|mg/dL", "g mg"),
        (f"value-quantity=0.05|{UCUM}|g/L", "g mg"),
        (f"value-quantity=gt1|{UCUM}|mg/dL&code=2345-7", "g mg"),
        ("value-quantity=5||mg/dL", "mg"),
        (f"code-value-quantity=2345-7$lt1|{UCUM}|g/L", "g mg"),
        ("component-code-value-quantity=8480-6$gt120", "bp"),
        ("component-code-value-quantity=8462-4$gt120", ""),
        (f"combo-code-value-quantity={LOINC}|8480-6$gt100,2345-7$lt1", "bp g"),
        ("code:text=blood press", "bp"),
        ("code:text=glucose", "g mg old"),
        ("combo-code:text=systolic", "bp"),
        ("code:in=http://contoh.example/vs", "bp"),
        ("code:in=ValueSet/vs", "bp"),
        ("code:not-in=http://contoh.example/vs", "g mg old"),
        ("status:in=http://hl7.org/fhir/ValueSet/observation-status", "bp g mg old"),
        (f"code:below={LOINC}|panels", "bp"),
        (f"code:above={LOINC}|85354-9", "bp"),
        ("_list=daftar", "bp mg"),
        ("_list=daftar&status=final&_content=gula", "mg"),
        ("_content=makan", "bp"),
        ("_content=gula or makan", "bp mg"),
        ("_text=gula darah", "mg"),
        ("_text=makan", ""),
        ("subject:identifier=urn:nik|1", "g"),
        ("subject=Patient/a/_history/1", "old"),
        ("subject=Patient/a/_history/2", ""),
        ("subject=Patient/a", "old"),
        ("subject=http://test/fhir/Patient/a", "old"),
    ],
)
async def test_observations(client: httpx.AsyncClient, search: str, expected: str) -> None:
    answer = await client.get(f"Observation?{search}")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert sorted(entry["resource"]["id"] for entry in found.get("entry", ())) == expected.split()
    assert found["total"] == len(expected.split())


@pytest.mark.parametrize(
    "search",
    [
        *(
            "Location?near=-0.5|117.15|5|km",
            "Location?near=-0.5|117.15|5|km&name=rsud",
            "Patient?_query=rsud-without-nik",
        ),
        *(
            "Patient?name=s%C3%ADti",
            "ValueSet?url:below=http://contoh.example",
            "ValueSet?url:above=http://contoh.example/vs/a",
        ),
    ],
)
async def test_others(client: httpx.AsyncClient, search: str) -> None:
    answer = await client.get(search)
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] == 1


@pytest.mark.parametrize(
    "search",
    [
        *(
            "Location?near=91|0",
            "Observation?code:in=http://contoh.example/none",
            "Observation?_list=none",
            "Patient?_query=x",
        ),
        *(
            "Observation?_content=...",
            "Observation?code-value-quantity=a",
            "Observation?code:below=a",
            "Location?_sort=near",
        ),
        *("Observation?_sort=code-value-quantity", "Observation?identifier:of-type=a|b"),
    ],
)
async def test_what_is_wrong_is_refused(client: httpx.AsyncClient, search: str) -> None:
    answer = await client.get(search)
    assert answer.status_code == 400, answer.text
    assert answer.json()["issue"][0]["code"] in ("invalid", "not-supported", "value")


async def test_words_give_a_score(client: httpx.AsyncClient) -> None:
    found = (await client.get("Observation?_content=gula darah makan or gula or makan")).json()
    assert {entry["resource"]["id"]: entry["search"]["score"] for entry in found["entry"]} == {
        "mg": 0.6667,
        "bp": 0.3333,
    }
    found = (await client.get("Observation?code=85354-9")).json()
    assert found["entry"][0]["search"] == {"mode": "match"}


async def test_what_is_only_to_be_searched_by_does_not_come_out(client: httpx.AsyncClient, mongodb_uri: str) -> None:
    assert set((await client.get("Observation/bp")).json()) == {"meta", *RESOURCES[2]}
    await client.delete("Observation/g")
    with MongoClient[Json](mongodb_uri) as mongodb:
        rows = list(mongodb[DATABASE]["Observation_history"].find({}))
        assert rows
        assert not any("search" in row or "index" in row for row in rows)
    await client.put("Observation/g", json=RESOURCES[1])
