"""History of an instance, a type and the whole server."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from fhir_server.errors import BadRequest
from fhir_server.interactions.history import decode
from tests.fhir_server.interactions.samples import observation, patient, unique


async def pages(client: httpx.AsyncClient, address: str) -> list[dict[str, Any]]:
    """The entries of all pages."""
    entries: list[dict[str, Any]] = []
    while address:
        bundle = (await client.get(address)).json()
        entries += bundle.get("entry", [])
        address = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")
    return entries


def versions(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(entry["fullUrl"].rpartition("fhir/")[2], entry["response"]["etag"]) for entry in entries]


async def test_an_instance_newest_first(client: httpx.AsyncClient) -> None:
    id = unique("history")
    for gender in ("male", "female", "other"):
        await client.put(f"Patient/{id}", json=patient(id, gender=gender))
    bundle = (await client.get(f"Patient/{id}/_history")).json()
    assert bundle["type"] == "history"
    assert bundle["total"] == 3
    assert [entry["resource"]["gender"] for entry in bundle["entry"]] == ["other", "female", "male"]
    assert [entry["response"]["etag"] for entry in bundle["entry"]] == ['W/"3"', 'W/"2"', 'W/"1"']
    assert [entry["response"]["status"] for entry in bundle["entry"]] == ["200 OK", "200 OK", "201 Created"]


async def test_pages_hold_each_version_once(empty_client: httpx.AsyncClient) -> None:
    for number in range(7):
        for type, body in (("Patient", patient(f"p{number}")), ("Observation", observation("Patient/p", id="o"))):
            body = {**body, "id": f"{type.lower()}{number % 3}", "language": f"x{number}"}
            await empty_client.put(f"{type}/{body['id']}", json=body)
    await empty_client.delete("Patient/patient1")
    whole = versions(await pages(empty_client, "_history?_count=1000"))
    assert len(whole) == len(set(whole)) == 15
    for count in (1, 2, 7, 15):
        assert versions(await pages(empty_client, f"_history?_count={count}")) == whole
    of_type = versions(await pages(empty_client, "Patient/_history?_count=3"))
    assert of_type == [row for row in whole if row[0].startswith("Patient")]


async def test_since_and_at(client: httpx.AsyncClient) -> None:
    id = unique("at")
    moments = []
    for gender in ("male", "female", "other"):
        response = await client.put(f"Patient/{id}", json=patient(id, gender=gender))
        moments.append(response.json()["meta"]["lastUpdated"].replace("+", "%2B"))
        await asyncio.sleep(0.005)

    async def genders(query: str) -> list[str]:
        bundle = (await client.get(f"Patient/{id}/_history?{query}")).json()
        return [entry["resource"]["gender"] for entry in bundle.get("entry", [])]

    assert await genders(f"_since={moments[1]}") == ["other", "female"]
    assert await genders(f"_at={moments[0]}") == ["male"]
    assert await genders(f"_at={moments[1]}") == ["female"]
    assert await genders("_at=2020") == []
    assert await genders("_at=2100") == ["other"]
    assert await genders("_since=2100") == []


async def test_nothing_of_this_name(client: httpx.AsyncClient) -> None:
    assert (await client.get("Patient/nobody/_history")).status_code == 404
    assert "entry" not in (await client.get("VisionPrescription/_history")).json()


@pytest.mark.parametrize(
    "query", ["_count=-1", "_count=x", "_count=1&_count=2", "_since=soon", "_at=2024-13", "name=x", "_cursor=abc"]
)
async def test_what_is_not_understood(client: httpx.AsyncClient, query: str) -> None:
    response = await client.get(f"Patient/_history?{query}")
    assert response.status_code == 400
    assert response.json()["issue"][0]["expression"][0].startswith("http._" if "name" not in query else "http.name")


@pytest.mark.parametrize("text", ["", "e30", "W10", "WzEsMiwzLDRd", "\u00e9", "A" * 9999, "bnVsbA"])
def test_a_cursor_that_is_none(text: str) -> None:
    with pytest.raises(BadRequest):
        decode(text)
