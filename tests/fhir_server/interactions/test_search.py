"""Search over HTTP: pages, totals, includes, leniency."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.fhir_server.interactions.samples import observation, patient, unique


def ids(bundle: dict[str, Any], mode: str = "match") -> list[str]:
    return [entry["resource"]["id"] for entry in bundle.get("entry", []) if entry["search"]["mode"] == mode]


async def people(client: httpx.AsyncClient, family: str, count: int) -> list[str]:
    names = [f"{family}-{number:02d}" for number in range(count)]
    for name in names:
        await client.put(f"Patient/{name}", json=patient(name, name=[{"family": family, "given": [name[-2:]]}]))
    return names


@pytest.mark.parametrize("sort", ["_id", "-_id", "given", "-given", "-_lastUpdated"])
async def test_pages_hold_each_match_once(client: httpx.AsyncClient, sort: str) -> None:
    family = unique("keluarga")
    names = await people(client, family, 7)
    seen: list[str] = []
    address = f"Patient?family={family}&_count=3&_sort={sort}"
    while address:
        bundle = (await client.get(address)).json()
        assert bundle["total"] == 7
        seen += ids(bundle)
        address = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")
    assert seen == (names[::-1] if sort.startswith("-") else names)


async def test_post_and_get_answer_the_same(client: httpx.AsyncClient) -> None:
    family = unique("sama")
    await people(client, family, 3)
    by_get = await client.get(f"Patient?family={family}&_count=2")
    by_post = await client.post("Patient/_search", data={"family": family, "_count": "2"})
    both = await client.post(f"Patient/_search?family={family}", data={"_count": "2"})
    assert by_get.status_code == 200
    assert by_get.content == by_post.content == both.content


@pytest.mark.parametrize("query", ["_summary=count", "_count=0"])
async def test_only_the_number(client: httpx.AsyncClient, query: str) -> None:
    family = unique("jumlah")
    await people(client, family, 3)
    bundle = (await client.get(f"Patient?family={family}&{query}")).json()
    assert (bundle["total"], "entry" in bundle) == (3, False)


async def test_totals(client: httpx.AsyncClient) -> None:
    family = unique("total")
    await people(client, family, 3)
    for wanted, total in (("none", None), ("accurate", 3), ("estimate", 3)):
        bundle = (await client.get(f"Patient?family={family}&_count=1&_total={wanted}")).json()
        assert bundle.get("total") == total


async def test_an_unknown_parameter_is_named(client: httpx.AsyncClient) -> None:
    response = await client.get("Patient?nama=siti&family=x")
    assert response.status_code == 400
    assert "nama" in response.json()["issue"][0]["diagnostics"]


async def test_lenient_handling_tells_what_it_ignored(client: httpx.AsyncClient) -> None:
    family = unique("lenient")
    await people(client, family, 1)
    response = await client.get(f"Patient?nama=siti&family={family}", headers={"Prefer": "handling=lenient"})
    bundle = response.json()
    assert ids(bundle) == [f"{family}-00"]
    (notice,) = [entry["resource"] for entry in bundle["entry"] if entry["search"]["mode"] == "outcome"]
    assert "nama" in notice["issue"][0]["diagnostics"]
    assert "nama" not in bundle["link"][0]["url"]


async def test_includes_both_ways(client: httpx.AsyncClient) -> None:
    name, organization = unique("include"), unique("org")
    await client.put(
        f"Organization/{organization}", json={"resourceType": "Organization", "id": organization, "name": "Poli"}
    )
    managed = {"managingOrganization": {"reference": f"Organization/{organization}"}}
    await client.put(f"Patient/{name}", json=patient(name, **managed))
    for number in range(2):
        await client.put(f"Observation/{name}-{number}", json=observation(f"Patient/{name}", id=f"{name}-{number}"))

    async def included(query: str) -> list[str]:
        return sorted(ids((await client.get(query)).json(), "include"))

    assert await included(f"Observation?_id={name}-0&_include=Observation:subject") == [name]
    assert await included(f"Observation?_id={name}-0&_include=Observation:subject:Group") == []
    assert await included(f"Observation?_id={name}-0&_include=*") == [name]
    assert await included(f"Patient?_id={name}&_revinclude=Observation:subject") == [f"{name}-0", f"{name}-1"]
    iterated = f"Observation?_id={name}-0&_include=Observation:subject&_include:iterate=Patient:organization"
    assert await included(iterated) == sorted([name, organization])
    assert await included(iterated.replace(":iterate", "")) == [name]


async def test_what_is_subsetted(client: httpx.AsyncClient) -> None:
    family = unique("elements")
    await people(client, family, 1)
    (entry,) = (await client.get(f"Patient?family={family}&_elements=active")).json()["entry"]
    assert set(entry["resource"]) == {"resourceType", "id", "meta", "active"}
