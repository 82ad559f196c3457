"""Update, update as create, conditional update, revival."""

from __future__ import annotations

import httpx
import pytest

from tests.fhir_server.interactions.samples import SYSTEM, patient, unique


async def test_update_as_create_then_update(client: httpx.AsyncClient) -> None:
    id = unique("update")
    created = await client.put(f"Patient/{id}", json=patient(id))
    updated = await client.put(f"Patient/{id}", json=patient(id, gender="male"))
    assert (created.status_code, updated.status_code) == (201, 200)
    assert created.headers["location"].endswith(f"/Patient/{id}/_history/1")
    assert updated.json()["meta"]["versionId"] == "2"
    assert updated.json()["meta"]["lastUpdated"] > created.json()["meta"]["lastUpdated"]


async def test_an_identical_update_keeps_the_version(client: httpx.AsyncClient) -> None:
    id = unique("same")
    first = await client.put(f"Patient/{id}", json=patient(id, gender="male"))
    shuffled = {"gender": "male", "id": id, "active": True, "resourceType": "Patient", "meta": {"versionId": "77"}}
    second = await client.put(f"Patient/{id}", json=shuffled)
    assert second.status_code == 200
    assert second.json() == first.json()
    assert len((await client.get(f"Patient/{id}/_history")).json()["entry"]) == 1


async def test_other_digits_are_another_value(client: httpx.AsyncClient) -> None:
    id = unique("digits")
    text = '{"resourceType":"Observation","id":"%s","status":"final","code":{"text":"x"},"valueQuantity":{"value":%s}}'
    for value, version in (("1.0", 1), ("1.00", 2), ("1.00", 2)):
        response = await client.put(
            f"Observation/{id}", content=text % (id, value), headers={"Content-Type": "application/json"}
        )
        assert response.headers["etag"] == f'W/"{version}"'


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-Match": 'W/"1"'}, 200),
        ({"If-Match": '"1"'}, 200),
        ({"If-Match": 'W/"2"'}, 412),
        ({"If-Match": "*"}, 400),
        ({"If-Match": 'W/"'}, 400),
        ({"If-Match": 'W/"1", W/"2"'}, 400),
        ({"If-None-Match": "*"}, 412),
    ],
)
async def test_preconditions(client: httpx.AsyncClient, headers: dict[str, str], status: int) -> None:
    id = unique("match")
    await client.put(f"Patient/{id}", json=patient(id))
    response = await client.put(f"Patient/{id}", json=patient(id, gender="male"), headers=headers)
    assert response.status_code == status


async def test_if_match_on_what_is_not_there(client: httpx.AsyncClient) -> None:
    id = unique("absent")
    response = await client.put(f"Patient/{id}", json=patient(id), headers={"If-Match": 'W/"1"'})
    assert response.status_code == 412


@pytest.mark.parametrize("body", [patient("other"), patient(), {**patient(), "id": 7}])
async def test_the_ids_must_agree(client: httpx.AsyncClient, body: dict[str, object]) -> None:
    response = await client.put("Patient/one", json=body)
    assert response.status_code == 400
    assert response.json()["issue"][0]["expression"] == ["Patient.id"]


async def test_a_deleted_resource_is_revived_by_put(client: httpx.AsyncClient) -> None:
    id = unique("revive")
    await client.put(f"Patient/{id}", json=patient(id))
    await client.delete(f"Patient/{id}")
    revived = await client.put(f"Patient/{id}", json=patient(id))
    assert revived.status_code == 201
    assert revived.headers["etag"] == 'W/"3"'
    assert (await client.get(f"Patient/{id}")).status_code == 200
    methods = [entry["request"]["method"] for entry in (await client.get(f"Patient/{id}/_history")).json()["entry"]]
    assert methods == ["PUT", "DELETE", "PUT"]


async def test_conditional_update(client: httpx.AsyncClient) -> None:
    identifier = {"system": SYSTEM, "value": unique("conditional")}
    condition = f"Patient?identifier={SYSTEM}|{identifier['value']}"
    created = await client.put(condition, json=patient(identifier=[identifier]))
    updated = await client.put(condition, json=patient(identifier=[identifier], gender="male"))
    assert (created.status_code, updated.status_code) == (201, 200)
    assert updated.json()["id"] == created.json()["id"]
    assert updated.headers["etag"] == 'W/"2"'
    other = await client.put(condition, json=patient("another", identifier=[identifier]))
    assert other.status_code == 400
    named = unique("named")
    missing = f"Patient?identifier={SYSTEM}|{unique('nothing')}"
    assert (await client.put(missing, json=patient(named))).json()["id"] == named


async def test_a_conditional_update_of_several_is_refused(client: httpx.AsyncClient) -> None:
    identifier = {"system": SYSTEM, "value": unique("several")}
    for _ in range(2):
        await client.post("Patient", json=patient(identifier=[identifier]))
    response = await client.put(f"Patient?identifier={SYSTEM}|{identifier['value']}", json=patient())
    assert response.status_code == 412
    assert (await client.put("Patient", json=patient())).status_code == 412
