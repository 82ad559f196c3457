"""Delete and conditional delete."""

from __future__ import annotations

import httpx
import pytest

from tests.fhir_server.interactions.samples import SYSTEM, patient, unique


async def test_a_deleted_resource_is_gone_and_its_history_stays(client: httpx.AsyncClient) -> None:
    id = unique("delete")
    await client.put(f"Patient/{id}", json=patient(id))
    deleted = await client.delete(f"Patient/{id}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert deleted.headers["etag"] == 'W/"2"'
    assert (await client.get(f"Patient/{id}")).status_code == 410
    assert (await client.get(f"Patient/{id}/_history/2")).status_code == 410
    assert (await client.get(f"Patient/{id}/_history/1")).status_code == 200
    history = (await client.get(f"Patient/{id}/_history")).json()["entry"]
    assert [entry["request"]["method"] for entry in history] == ["DELETE", "PUT"]
    assert "resource" not in history[0]
    assert (await client.get(f"Patient?_id={id}")).json()["total"] == 0


async def test_deleting_again_or_nothing_is_fine(client: httpx.AsyncClient) -> None:
    id = unique("twice")
    await client.put(f"Patient/{id}", json=patient(id))
    for address in (f"Patient/{id}", f"Patient/{id}", f"Patient/{unique('never')}"):
        assert (await client.delete(address)).status_code == 204
    assert len((await client.get(f"Patient/{id}/_history")).json()["entry"]) == 2


@pytest.mark.parametrize(("tag", "status"), [('W/"1"', 204), ('W/"2"', 412)])
async def test_if_match(client: httpx.AsyncClient, tag: str, status: int) -> None:
    id = unique("match")
    await client.put(f"Patient/{id}", json=patient(id))
    assert (await client.delete(f"Patient/{id}", headers={"If-Match": tag})).status_code == status


@pytest.mark.parametrize(("matches", "status"), [(0, 204), (1, 204), (2, 412)])
async def test_conditional_delete(client: httpx.AsyncClient, matches: int, status: int) -> None:
    value = unique("conditional")
    for _ in range(matches):
        await client.post("Patient", json=patient(identifier=[{"system": SYSTEM, "value": value}]))
    assert (await client.delete(f"Patient?identifier={SYSTEM}|{value}")).status_code == status
    left = (await client.get(f"Patient?identifier={SYSTEM}|{value}")).json()["total"]
    assert left == (2 if matches == 2 else 0)


@pytest.mark.parametrize("condition", ["Patient", "Patient?", "Patient?_count=1", "Patient?_sort=name"])
async def test_nothing_is_deleted_without_a_condition(client: httpx.AsyncClient, condition: str) -> None:
    assert (await client.delete(condition)).status_code == 412


async def test_an_unknown_parameter_in_a_condition_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.delete("Patient?nama=siti", headers={"Prefer": "handling=lenient"})
    assert response.status_code == 400
