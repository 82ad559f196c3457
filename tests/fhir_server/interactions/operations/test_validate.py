"""$validate on a type and on an instance, with profile and mode."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.fhir_server.interactions.samples import patient, unique

WRONG = {"resourceType": "Patient", "gender": "cat", "birthDate": "2024-02-30", "unknown": 1}
ENGLISH = {"Accept-Language": "en"}


def parameters(**values: Any) -> dict[str, Any]:
    parts = [{"name": name, **value} for name, value in values.items()]
    return {"resourceType": "Parameters", "parameter": parts}


def severities(response: httpx.Response) -> list[str]:
    assert response.status_code == 200
    return [issue["severity"] for issue in response.json()["issue"]]


async def test_all_problems_at_once(client: httpx.AsyncClient) -> None:
    response = await client.post("Patient/$validate", json=WRONG, headers=ENGLISH)
    errors = [issue for issue in response.json()["issue"] if issue["severity"] == "error"]
    assert {issue["expression"][0] for issue in errors} == {"Patient.gender", "Patient.birthDate", "Patient.unknown"}


async def test_the_language_of_the_client(client: httpx.AsyncClient) -> None:
    texts = {
        language: (await client.post("Patient/$validate", json=WRONG, headers={"Accept-Language": language})).json()
        for language in ("id", "en", "id-ID,id;q=0.9,en;q=0.8")
    }
    assert texts["id"] == texts["id-ID,id;q=0.9,en;q=0.8"]
    assert texts["id"] != texts["en"]


async def test_nothing_is_stored(client: httpx.AsyncClient) -> None:
    id = unique("validate")
    assert "error" not in severities(await client.post("Patient/$validate", json=patient(id)))
    assert (await client.get(f"Patient/{id}")).status_code == 404


async def test_an_instance(client: httpx.AsyncClient) -> None:
    id = unique("validate")
    await client.put(f"Patient/{id}", json=patient(id))
    assert "error" not in severities(await client.get(f"Patient/{id}/$validate"))
    assert "error" in severities(await client.post(f"Patient/{id}/$validate", json=WRONG))


async def test_the_resource_inside_parameters(client: httpx.AsyncClient) -> None:
    body = parameters(resource={"resource": WRONG}, mode={"valueCode": "create"})
    assert "error" in severities(await client.post("Patient/$validate", json=body))


async def test_mode(client: httpx.AsyncClient) -> None:
    id = unique("mode")
    await client.put(f"Patient/{id}", json=patient(id))
    body = parameters(resource={"resource": patient("another")}, mode={"valueCode": "update"})
    assert "error" in severities(await client.post(f"Patient/{id}/$validate", json=body))
    assert severities(await client.post(f"Patient/{id}/$validate?mode=delete")) == ["information"]
    assert (await client.post("Patient/$validate?mode=guess", json=patient())).status_code == 400


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("http://hl7.org/fhir/StructureDefinition/Observation", False),
        ("http://hl7.org/fhir/StructureDefinition/bodyweight", True),
        ("http://example.org/unknown", True),
    ],
)
async def test_profile(client: httpx.AsyncClient, profile: str, expected: bool) -> None:
    body = {"resourceType": "Observation", "status": "final", "code": {"text": "berat badan"}}
    response = await client.post(f"Observation/$validate?profile={profile}", json=body)
    assert ("error" in severities(response)) == expected
