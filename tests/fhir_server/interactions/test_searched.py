"""Searches of several types and of compartments."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from fhir_server.errors import Forbidden
from fhir_server.interactions.dispatch import answer
from fhir_server.messages import FhirRequest
from fhir_server.record import Record
from tests.callers import bound
from tests.fhir_server.conftest import client_of, settings
from tests.fhir_server.interactions.samples import observation, patient


def keys(bundle: dict[str, Any]) -> list[str]:
    resources = [entry["resource"] for entry in bundle.get("entry", []) if entry["search"]["mode"] == "match"]
    return [f"{resource['resourceType']}/{resource['id']}" for resource in resources]


def contents() -> list[dict[str, Any]]:
    profile: dict[str, Any] = {"meta": {"profile": ["http://example.org/a"]}}
    name = [{"family": "Contoh"}]
    encounter = {"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}}
    return [
        patient("a", name=name, **profile),
        patient("b", name=[{"family": "Lain"}]),
        {"resourceType": "Practitioner", "id": "a", "name": name},
        {"resourceType": "Practitioner", "id": "dr", "name": name, **profile},
        {"resourceType": "Organization", "id": "rs", "name": "Contoh"},
        {"resourceType": "RelatedPerson", "id": "ibu", "patient": {"reference": "Patient/a"}},
        {"resourceType": "Device", "id": "alat", "patient": {"reference": "Patient/a"}},
        {**encounter, "id": "e1", "subject": {"reference": "Patient/a"}},
        {**encounter, "id": "e2", "subject": {"reference": "Patient/b"}},
        observation(
            "Patient/a", id="o1", encounter={"reference": "Encounter/e1"}, performer=[{"reference": "Practitioner/dr"}]
        ),
        observation("Patient/a", id="o2", device={"reference": "Device/alat"}, **profile),
        observation("Patient/b", id="o3", performer=[{"reference": "RelatedPerson/ibu"}]),
    ]


@pytest.fixture(scope="module")
async def client(mongodb_uri: str) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(settings(mongodb_uri, "test_searched")) as found:
        for resource in contents():
            answer = await found.put(f"{resource['resourceType']}/{resource['id']}", json=resource)
            assert answer.is_success, answer.text
        yield found


EVERYTHING = sorted(f"{resource['resourceType']}/{resource['id']}" for resource in contents())
SEARCHES: list[tuple[str, list[str]]] = [
    ("?_type=Patient", ["Patient/a", "Patient/b"]),
    ("?_type=Practitioner,Patient", ["Patient/a", "Patient/b", "Practitioner/a", "Practitioner/dr"]),
    ("?_type=Practitioner,Patient&family=contoh", ["Patient/a", "Practitioner/a", "Practitioner/dr"]),
    ("?_type=Practitioner,Patient&_sort=_id", ["Patient/a", "Practitioner/a", "Patient/b", "Practitioner/dr"]),
    ("?_type=Practitioner,Patient&_sort=-_id", ["Practitioner/dr", "Patient/b", "Practitioner/a", "Patient/a"]),
    ("?_type=Practitioner,Patient&_sort=family", ["Patient/a", "Practitioner/a", "Practitioner/dr", "Patient/b"]),
    ("?_type=Practitioner,Patient&_sort=-family", ["Patient/b", "Practitioner/dr", "Practitioner/a", "Patient/a"]),
    ("?_type=Patient,Basic&_id=a", ["Patient/a"]),
    ("?_type=Basic", []),
    ("?", EVERYTHING),
    ("?_sort=_lastUpdated", [f"{resource['resourceType']}/{resource['id']}" for resource in contents()]),
    ("?_profile=http://example.org/a", ["Observation/o2", "Patient/a", "Practitioner/dr"]),
    ("Patient/a/Observation?", ["Observation/o1", "Observation/o2"]),
    ("Patient/a/Observation?_profile=http://example.org/a", ["Observation/o2"]),
    ("Patient/a/Patient?", ["Patient/a"]),
    (
        "Patient/a/*?",
        ["Encounter/e1", "Observation/o1", "Observation/o2", "Patient/a", "RelatedPerson/ibu"],
    ),
    ("Patient/a/*?_type=Encounter,Observation", ["Encounter/e1", "Observation/o1", "Observation/o2"]),
    ("Patient/a/*?_type=Organization", []),
    ("Patient/tidak-ada/*?", []),
    ("Encounter/e1/*?", ["Encounter/e1", "Observation/o1"]),
    ("Practitioner/dr/*?", ["Observation/o1", "Practitioner/dr"]),
    ("Practitioner/dr/Observation?", ["Observation/o1"]),
    ("RelatedPerson/ibu/*?", ["Observation/o3", "RelatedPerson/ibu"]),
    ("Device/alat/*?", ["Device/alat", "Observation/o2"]),
]


@pytest.mark.parametrize(("address", "expected"), SEARCHES)
async def test_what_is_found(client: httpx.AsyncClient, address: str, expected: list[str]) -> None:
    bundle = (await client.get(f"{address}&_count=1000")).json()
    assert keys(bundle) == expected
    assert bundle["total"] == len(expected)
    for more in ("_summary=count", "_total=accurate&_count=0", "_total=accurate&_count=1"):
        assert (await client.get(f"{address}&{more}")).json()["total"] == len(expected)


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize(("address", "expected"), SEARCHES)
async def test_page_by_page(client: httpx.AsyncClient, address: str, expected: list[str], count: int) -> None:
    whole = keys((await client.get(f"{address}&_count=1000")).json())
    path, _, query = address.partition("?")
    page = (await client.get(f"{path}?{query}&_count={count}")).json()
    pages = [page]
    while following := next((link["url"] for link in page["link"] if link["relation"] == "next"), ""):
        page = (await client.get(following)).json()
        pages.append(page)
    assert [key for found in pages for key in keys(found)] == whole
    back = [keys(page)]
    while before := next((link["url"] for link in page["link"] if link["relation"] == "previous"), ""):
        page = (await client.get(before)).json()
        back.append(keys(page))
    assert back == [keys(found) for found in reversed(pages)]


@pytest.mark.parametrize(("address", "expected"), SEARCHES)
async def test_post_answers_the_same(client: httpx.AsyncClient, address: str, expected: list[str]) -> None:
    path, _, query = address.partition("?")
    form = dict(pair.split("=") for pair in query.split("&") if pair)
    by_get = await client.get(f"{path}?{query}")
    by_post = await client.post(f"{path}/_search" if path else "_search", data=form)
    assert by_get.is_success
    assert by_post.content == by_get.content
    if path.endswith("/*"):
        assert (await client.post(f"{path[:-2]}/_search", data=form)).content == by_get.content


@pytest.mark.parametrize(
    ("address", "status", "named"),
    [
        ("?name=contoh", 400, "name"),
        ("?_type=Patient,Observation&name=contoh", 400, "name"),
        ("?_type=Pasien", 400, "_type"),
        ("?_type=", 400, "_type"),
        ("?_type=Patient&_type=Observation", 400, "_type"),
        ("?_type=Patient,Observation&_sort=name", 400, "_sort=name"),
        ("?_sort=name", 400, "_sort=name"),
        ("?_count=x", 400, "_count"),
        ("?_cursor=x", 400, "_cursor"),
        ("Patient/a/*?name=contoh", 400, "name"),
        ("Patient/a/Observation?name=x", 400, "name"),
        ("Patient/a/Organization", 404, None),
        ("Patient/a/Pasien", 404, None),
        ("Organization/rs/*", 404, None),
        ("Organization/rs/Patient", 404, None),
    ],
)
async def test_what_is_refused(client: httpx.AsyncClient, address: str, status: int, named: str | None) -> None:
    answer = await client.get(address)
    assert answer.status_code == status, answer.text
    assert answer.json()["issue"][0].get("expression", [None])[0] == named


async def test_lenient_handling_ignores_what_not_all_types_know(client: httpx.AsyncClient) -> None:
    lenient = {"Prefer": "handling=lenient"}
    for address in ("?_type=Patient,Observation&gender=male&_id=o1", "?gender=male&_id=o1"):
        bundle = (await client.get(address, headers=lenient)).json()
        assert keys(bundle) == ["Observation/o1"]
        assert "gender" in bundle["entry"][1]["resource"]["issue"][0]["diagnostics"]
        assert "gender" not in bundle["link"][0]["url"]


async def test_only_what_the_caller_may_see(record: Record) -> None:
    for resource in contents():
        path = (resource["resourceType"], resource["id"])
        await answer(FhirRequest("PUT", path, body=resource), record)
    own = Record(record._store, bound("a", "a"), record.site)

    async def found(path: str, **query: str) -> list[str]:
        response = await answer(FhirRequest("GET", tuple(path.split("/")) if path else (), tuple(query.items())), own)
        assert response.resource is not None
        return keys(response.resource)

    everything = await found("", _count="1000")
    assert "Observation/o1" in everything
    assert "Organization/rs" in everything
    assert not {"Patient/b", "Observation/o3", "Encounter/e2"} & set(everything)
    assert await found("Patient/b/*") == []
    assert await found("Practitioner/dr/*") == ["Observation/o1", "Practitioner/dr"]
    assert await found("RelatedPerson/ibu/Observation") == []
    with pytest.raises(Forbidden):
        await found("", _type="Subscription,Patient")
