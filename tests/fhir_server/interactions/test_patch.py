"""Patch over HTTP: both dialects, conditional, refused."""

from __future__ import annotations

import httpx
import pytest

from tests.fhir_server.interactions.samples import SYSTEM, patient, unique

JSON_PATCH = {"Content-Type": "application/json-patch+json"}
ADD_GENDER = [{"op": "add", "path": "/gender", "value": "female"}]
FHIRPATH_PATCH = {
    "resourceType": "Parameters",
    "parameter": [
        {
            "name": "operation",
            "part": [
                {"name": "type", "valueCode": "add"},
                {"name": "path", "valueString": "Patient"},
                {"name": "name", "valueString": "gender"},
                {"name": "value", "valueCode": "female"},
            ],
        }
    ],
}


async def stored(client: httpx.AsyncClient) -> str:
    id = unique("patch")
    await client.put(f"Patient/{id}", json=patient(id))
    return id


async def test_json_patch(client: httpx.AsyncClient) -> None:
    id = await stored(client)
    response = await client.patch(f"Patient/{id}", json=ADD_GENDER, headers=JSON_PATCH)
    assert (response.status_code, response.json()["gender"]) == (200, "female")
    assert response.headers["etag"] == 'W/"2"'


async def test_fhirpath_patch(client: httpx.AsyncClient) -> None:
    id = await stored(client)
    response = await client.patch(f"Patient/{id}", json=FHIRPATH_PATCH)
    assert (response.status_code, response.json()["gender"]) == (200, "female")


async def test_conditional_patch(client: httpx.AsyncClient) -> None:
    value = unique("conditional")
    condition = f"Patient?identifier={SYSTEM}|{value}"
    assert (await client.patch(condition, json=ADD_GENDER, headers=JSON_PATCH)).status_code == 404
    await client.post("Patient", json=patient(identifier=[{"system": SYSTEM, "value": value}]))
    assert (await client.patch(condition, json=ADD_GENDER, headers=JSON_PATCH)).json()["gender"] == "female"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([{"op": "replace", "path": "/gender", "value": "cat"}], 422),
        ([{"op": "remove", "path": "/nothing"}], 422),
        ([{"op": "replace", "path": "/resourceType", "value": "Group"}], 422),
        ([{"op": "jump", "path": "/gender"}], 400),
        ({"op": "add"}, 415),
        ("text", 415),
    ],
)
async def test_what_does_not_apply_changes_nothing(client: httpx.AsyncClient, body: object, status: int) -> None:
    id = await stored(client)
    response = await client.patch(f"Patient/{id}", json=body, headers=JSON_PATCH)
    assert response.status_code == status
    assert response.json()["resourceType"] == "OperationOutcome"
    assert (await client.get(f"Patient/{id}")).headers["etag"] == 'W/"1"'


async def test_preconditions_and_what_is_not_there(client: httpx.AsyncClient) -> None:
    id = await stored(client)
    stale = await client.patch(f"Patient/{id}", json=ADD_GENDER, headers={**JSON_PATCH, "If-Match": 'W/"9"'})
    assert stale.status_code == 412
    assert (await client.patch("Patient/nobody", json=ADD_GENDER, headers=JSON_PATCH)).status_code == 404
    await client.delete(f"Patient/{id}")
    assert (await client.patch(f"Patient/{id}", json=ADD_GENDER, headers=JSON_PATCH)).status_code == 410
