"""Create and conditional create over HTTP."""

from __future__ import annotations

import asyncio

import httpx
import pytest

SYSTEM = "http://example.org/test-create"


def patient(value: str, **more: object) -> dict[str, object]:
    return {"resourceType": "Patient", "identifier": [{"system": SYSTEM, "value": value}], **more}


async def test_a_create_answers_where_the_resource_is(client: httpx.AsyncClient) -> None:
    response = await client.post("Patient", json=patient("where", id="mine"))
    body = response.json()
    assert response.status_code == 201
    assert body["id"] != "mine"
    assert body["meta"]["versionId"] == "1"
    assert response.headers["location"] == f"http://test/fhir/Patient/{body['id']}/_history/1"
    assert response.headers["etag"] == 'W/"1"'
    assert response.headers["content-type"] == "application/fhir+json; charset=utf-8"
    assert "last-modified" in response.headers
    assert (await client.get(f"Patient/{body['id']}")).json() == body


@pytest.mark.parametrize(
    ("preference", "type"),
    [("return=minimal", None), ("return=representation", "Patient"), ("return=OperationOutcome", "OperationOutcome")],
)
async def test_prefer_decides_the_body(client: httpx.AsyncClient, preference: str, type: str | None) -> None:
    response = await client.post("Patient", json=patient("prefer"), headers={"Prefer": preference})
    assert response.status_code == 201
    assert (response.json()["resourceType"] if response.content else None) == type


async def test_decimals_keep_their_digits(client: httpx.AsyncClient) -> None:
    body = b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.00}}'
    headers = {"Content-Type": "application/fhir+json"}
    created = await client.post("Observation", content=body, headers=headers)
    assert b'"value":1.00}' in created.content
    assert b'"value":1.00}' in (await client.get(f"Observation/{created.json()['id']}")).content


async def test_the_wrong_type_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post("Observation", json=patient("wrong"))
    assert response.status_code == 400
    assert response.json()["issue"][0]["expression"] == ["resourceType"]


async def test_a_second_patient_with_the_same_nik_is_refused(client: httpx.AsyncClient) -> None:
    nik = {"system": "https://fhir.kemkes.go.id/id/nik", "value": "6472019901019991"}
    person = {"resourceType": "Patient", "identifier": [nik]}
    first = await client.post("Patient", json=person)
    second = await client.post("Patient", json=person, headers={"Accept-Language": "en"})
    assert (first.status_code, second.status_code) == (201, 409)
    assert second.json()["issue"][0]["code"] == "duplicate"
    assert "6472019901019991" in second.json()["issue"][0]["diagnostics"]


async def test_conditional_create_finds_what_is_there(client: httpx.AsyncClient) -> None:
    headers = {"If-None-Exist": f"identifier={SYSTEM}|conditional"}
    first = await client.post("Patient", json=patient("conditional"), headers=headers)
    second = await client.post("Patient", json=patient("conditional"), headers=headers)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]


async def test_conditional_create_refuses_several_matches(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await client.post("Patient", json=patient("several"))
    headers = {"If-None-Exist": f"identifier={SYSTEM}|several"}
    response = await client.post("Patient", json=patient("several"), headers=headers)
    assert response.status_code == 412
    assert response.json()["issue"][0]["code"] == "multiple-matches"


@pytest.mark.parametrize("condition", ["", "_count=1", "Patient?"])
async def test_a_condition_must_search_for_something(client: httpx.AsyncClient, condition: str) -> None:
    response = await client.post("Patient", json=patient("nothing"), headers={"If-None-Exist": condition})
    assert response.status_code == 412


async def test_of_200_parallel_conditional_creates_one_succeeds(client: httpx.AsyncClient) -> None:
    await asyncio.gather(*(client.get("Patient?_count=1") for _ in range(100)))  # opens connections: else none race
    headers = {"If-None-Exist": f"identifier={SYSTEM}|race"}
    answers = await asyncio.gather(*(client.post("Patient", json=patient("race"), headers=headers) for _ in range(200)))
    assert sorted(answer.status_code for answer in answers) == [200] * 199 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    found = await client.get(f"Patient?identifier={SYSTEM}|race")
    assert found.json()["total"] == 1
