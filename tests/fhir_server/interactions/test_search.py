"""Search over HTTP: pages, totals, includes, leniency."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import httpx
import pytest

from fhir_server.errors import InvalidParameter
from fhir_server.interactions import including
from fhir_server.interactions.dispatch import answer
from fhir_server.messages import FhirRequest
from fhir_server.record import Record
from fhir_server.search import narrowing
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
    first, *others = (re.sub(r"_cursor=[\w-]+", "", found.text) for found in (by_get, by_post, both))
    assert others == [first, first]


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


def link(bundle: dict[str, Any], relation: str) -> str:
    return next((found["url"] for found in bundle["link"] if found["relation"] == relation), "")


@pytest.mark.parametrize("sort", ["_id", "-_id", "given", "-given", "-_lastUpdated", "birthdate"])
async def test_previous_leads_back(client: httpx.AsyncClient, sort: str) -> None:
    family = unique("mundur")
    await people(client, family, 7)
    pages = [(await client.get(f"Patient?family={family}&_count=3&_sort={sort}")).json()]
    while following := link(pages[-1], "next"):
        pages.append((await client.get(following)).json())
    assert [len(ids(page)) for page in pages] == [3, 3, 1]
    back = [pages[-1]]
    while before := link(back[-1], "previous"):
        back.append((await client.get(before)).json())
    assert [ids(page) for page in back] == [ids(page) for page in reversed(pages)]
    assert {page["total"] for page in back} == {7}
    assert (await client.get(link(back[0], "first"))).json()["entry"] == pages[0]["entry"]
    assert ids((await client.get(link(back[-1], "next"))).json()) == ids(pages[1])


@pytest.mark.parametrize("many", [1, 5, 1000])
@pytest.mark.parametrize("sort", ["birthdate", "-birthdate", "_lastUpdated", "-birthdate,_lastUpdated", "given"])
async def test_sorts_of_many_matches(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, sort: str, many: int
) -> None:
    """Whether or not they are bounded first, pages hold what one large page holds."""
    monkeypatch.setattr(narrowing, "MANY", many)
    family = unique("urut")
    for number in range(9):
        born = {"birthDate": f"19{60 + number * 7 % 5}"} if number % 4 else {}
        name = [{"family": family, "given": [f"A{number * 5 % 7}"]}]
        await client.put(f"Patient/{family}-{number}", json=patient(f"{family}-{number}", name=name, **born))
    address = f"Patient?family={family}&_sort={sort}"
    whole = ids((await client.get(address)).json())
    pages = [(await client.get(f"{address}&_count=2")).json()]
    while following := link(pages[-1], "next"):
        pages.append((await client.get(following)).json())
    assert [id for page in pages for id in ids(page)] == whole
    back = [pages[-1]]
    while before := link(back[-1], "previous"):
        back.append((await client.get(before)).json())
    assert [ids(page) for page in back] == [ids(page) for page in reversed(pages)]


async def test_the_other_pages_stay_as_they_were_at_the_first(client: httpx.AsyncClient) -> None:
    family = unique("tetap")
    names = await people(client, family, 5)
    await client.put(f"Observation/{family}-0", json=observation(f"Patient/{family}-99", id=f"{family}-0"))
    page = (await client.get(f"Patient?family={family}&_count=2&_revinclude=Observation:subject")).json()
    await client.delete(f"Patient/{names[2]}")
    await client.put(f"Patient/{names[3]}", json=patient(names[3], name=[{"family": "lain"}]))
    await client.put(f"Patient/{family}-99", json=patient(f"{family}-99", name=[{"family": family}]))
    await client.put(f"Observation/{family}", json=observation(f"Patient/{names[3]}", id=family))
    seen = ids(page)
    while following := link(page, "next"):
        page = (await client.get(following)).json()
        assert (page["total"], ids(page, "include")) == (5, [])
        seen += ids(page)
    assert seen == names
    assert (await client.get(f"Patient?family={family}&_summary=count")).json()["total"] == 4


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda url: url[:-5], 400),
        (lambda url: url.replace("_sort=given", "_sort=-given"), 400),
        (lambda url: url.replace("family=", "given="), 400),
        (lambda url: url.replace("/Patient?", "/Person?"), 400),
        (lambda url: url + "&_cursor=x", 400),
        (lambda url: url.partition("_cursor=")[0] + "_cursor=", 400),
        (lambda url: url.replace("_count=1", "_count=2") + "&_elements=id", 200),
    ],
)
async def test_a_cursor_is_for_its_search(client: httpx.AsyncClient, change: Any, status: int) -> None:
    family = unique("cursor")
    await people(client, family, 3)
    page = (await client.get(f"Patient?family={family}&_sort=given&_count=1")).json()
    found = await client.get(change(link(page, "next")))
    assert found.status_code == status, found.text
    if status == 400:
        assert found.json()["issue"][0]["expression"] == ["_cursor"]


async def test_a_cursor_is_for_its_caller(record: Record) -> None:
    for number in range(3):
        await answer(FhirRequest("PUT", ("Patient", f"p{number}"), body=patient(f"p{number}")), record)
    asked = (("_count", "1"),)
    page = (await answer(FhirRequest("GET", ("Patient",), asked), record)).resource
    assert page is not None
    cursor = link(page, "next").partition("_cursor=")[2]
    following = FhirRequest("GET", ("Patient",), (*asked, ("_cursor", cursor)))
    assert ids((await answer(following, record)).resource or {}) == ["p1"]
    other = Record(record._store, replace(record.caller, subject="other"), record.site)
    with pytest.raises(InvalidParameter, match="not a page of this search for you"):
        await answer(following, other)


async def test_many_includes_have_pages_of_their_own(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(including, "MOST", 4)
    family = unique("banyak")
    names = await people(client, family, 3)
    for number in range(10):
        name = f"{family}-{number:02d}"
        await client.put(f"Observation/{name}", json=observation(f"Patient/{names[number % 2]}", id=name))
        await client.put(f"Observation/{name}-x", json=observation(f"Patient/{names[2]}", id=f"{name}-x"))
    for iterate in ("", ":iterate"):
        address = f"Patient?family={family}&_count=2&_revinclude{iterate}=Observation:subject"
        pages = [(await client.get(address)).json()]
        while following := link(pages[-1], "next"):
            pages.append((await client.get(following)).json())
        assert [len(ids(page)) for page in pages] == [2, 0, 0, 1, 0, 0]
        assert [len(ids(page, "include")) for page in pages] == [4, 4, 2, 4, 4, 2]
        assert {page["total"] for page in pages} == {3}
        found = [id for page in pages for id in ids(page, "include")]
        assert len(set(found)) == len(found) == 20
        back = (await client.get(link(pages[2], "previous"))).json()
        assert ids(back) == names[:2]


async def test_includes_with_iterate_have_a_bound(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(including, "MOST_FOLLOWED", 2)
    family = unique("batas")
    (name,) = await people(client, family, 1)
    for number in range(3):
        id = f"{family}-{number}"
        await client.put(f"Observation/{id}", json=observation(f"Patient/{name}", id=id))
    refused = await client.get(f"Patient?family={family}&_revinclude:iterate=Observation:subject")
    assert (refused.status_code, refused.json()["issue"][0]["code"]) == (403, "too-costly")


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


async def test_lenient_handling_goes_on_to_the_next_page(client: httpx.AsyncClient) -> None:
    family = unique("lenient")
    await people(client, family, 2)
    lenient = {"Prefer": "handling=lenient"}
    page = (await client.get(f"Patient?nama=siti&family={family}&_count=1", headers=lenient)).json()
    assert ids((await client.get(link(page, "next"))).json()) == [f"{family}-01"]


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
    assert await included(f"Patient?_id={name}&_revinclude=*") == [f"{name}-0", f"{name}-1"]
    assert await included(f"Patient?_id={name}&_revinclude=Observation:subject") == [f"{name}-0", f"{name}-1"]
    iterated = f"Observation?_id={name}-0&_include=Observation:subject&_include:iterate=Patient:organization"
    assert await included(iterated) == sorted([name, organization])
    assert await included(iterated.replace(":iterate", "")) == [name]


async def test_what_is_subsetted(client: httpx.AsyncClient) -> None:
    family = unique("elements")
    await people(client, family, 1)
    (entry,) = (await client.get(f"Patient?family={family}&_elements=active")).json()["entry"]
    assert set(entry["resource"]) == {"resourceType", "id", "meta", "active"}
