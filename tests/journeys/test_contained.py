"""Searches for contained resources find what a model finds among them. https://hl7.org/fhir/R4/search.html#contained"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from auth.caller import SYSTEM
from fhir_server.record import Record
from fhir_server.search.contained import searches
from fhir_server.search.query import parse
from main import open_store, site
from tests.callers import bound
from tests.fhir_server.conftest import BASE, settings
from tests.journeys.search_model.asking import bundle_of, client_with, effort, loaded, seed
from tests.journeys.search_model.dice import Dice, Json, without_nothing
from tests.journeys.search_model.evaluation import World, address, matching
from tests.journeys.search_model.extraction import Resource
from tests.journeys.search_model.population import MAKERS
from tests.journeys.search_model.search import Search
from tests.journeys.search_model.searches import Searches
from tests.journeys.search_model.terminology import resources

DATABASE = "test_contained"
FIELDS = {"Organization": "performer", "Practitioner": "performer", "Patient": "subject", "Location": "subject"}
"""Contained type -> the element of the Observation that refers to it."""
BOUND = bound("terikat", "nomor-1")
TRIED = 150


def containers(dice: Dice) -> list[Json]:
    """Observations that contain up to three others, Patients that contain an Organization, and some of each alone."""
    found: list[Json] = []
    for number in range(40):
        inner = [made(dice, dice.one(tuple(FIELDS)), f"isi-{place}") for place in range(dice.one((0, 1, 1, 2, 3)))]
        performers, subjects = (
            [
                {"reference": f"#{one['id']}", "type": type}
                for one in inner
                if FIELDS[type := one["resourceType"]] == field
            ]
            for field in ("performer", "subject")
        )
        focus = subjects[1:]
        subject = (subjects or [{"reference": dice.one(("Patient/nomor-1", "Patient/nomor-2"))}])[0]
        own = made(dice, "Observation", f"nomor-{number}")
        bare = {**own, "subject": subject, "performer": performers, "focus": focus, "contained": inner}
        found.append(without_nothing(bare))
    for id in ("nomor-1", "nomor-2", "nomor-3"):
        inner = [made(dice, "Organization", "rs")]
        own = {**made(dice, "Patient", id), "managingOrganization": {"reference": "#rs"}, "contained": inner}
        found.append(own)
        found += [made(dice, type, id) for type in ("Organization", "Practitioner", "Location")]
    return found


def made(dice: Dice, type: str, id: str) -> Json:
    return without_nothing({"resourceType": type, "id": id, **MAKERS[type](dice)})


@dataclass(frozen=True)
class Ward:
    """`joining`: looks up each candidate of a chain; `inside`: the contained resources as if they stood alone, by
    Container/id#id."""

    record: Record
    client: httpx.AsyncClient
    joining: httpx.AsyncClient
    bound: httpx.AsyncClient
    world: World
    inside: World


@pytest.fixture(scope="module")
async def ward(mongodb_uri: str) -> AsyncIterator[Ward]:
    configured = settings(mongodb_uri, DATABASE)
    async with open_store(configured) as store:
        place = site(configured)
        records = Record(store, SYSTEM, place), Record(store, SYSTEM, place, most_ids=0), Record(store, BOUND, place)
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(client_with(configured, record)) for record in records]
            world = await loaded(clients[0], [*resources(), *containers(Dice(Random(2026)))])
            inside = World(contained_in(world), BASE, now=world.now)
            yield Ward(records[0], clients[0], clients[1], clients[2], world, inside)
    with MongoClient[Json](mongodb_uri) as mongodb:
        mongodb.drop_database(DATABASE)


def contained_in(world: World) -> dict[str, Resource]:
    return {
        f"{address(outer)}#{inner['id']}": inner
        for outer in world.resources.values()
        for inner in outer.get("contained", ())
    }


async def test_random_searches_find_what_the_model_finds(ward: Ward) -> None:
    chosen, tried = seed(), Counter[str]()
    without = frozenset({"chain", "has", "several-types", "compartment", "include", "above", "below"})
    make = Searches(ward.inside, Dice(Random(chosen)), without, tuple(FIELDS))
    for _ in range(effort(TRIED, 4_000)):
        search = make()
        search = Search(search.types, search.parameters)
        names = {id(one): name for name, one in ward.inside.resources.items()}
        inner = sorted(names[id(one)] for one in matching(ward.inside, search))
        outer = sorted({name.partition("#")[0] for name in inner})
        top = sorted(address(one) for one in matching(ward.world, search))
        answers = {
            ("true", "contained"): inner,
            ("true", "container"): outer,
            ("both", "contained"): sorted([*inner, *top]),
            ("both", "container"): sorted({*outer, *top}),
        }
        for (contained, type), expected in answers.items():
            asked = (("_contained", contained), ("_containedType", type), ("_count", "1000"), ("_total", "accurate"))
            bundle = await bundle_of(ward.client, search, *asked)
            assert sorted(urls(bundle)) == expected, f"seed {chosen}: {search} {contained} {type}"
            assert bundle["total"] == len(expected)
        tried[f"{min(len(inner), 3)}"] += 1
    assert min(tried[number] for number in "0123") > 3


async def test_chains_lead_into_contained_resources(ward: Ward) -> None:
    chosen, through = seed(), 0
    without = frozenset({"several-types", "compartment", "include", "filter"})
    make = Searches(ward.world, Dice(Random(chosen)), without, tuple(FIELDS))
    alone = World({name: {**one, "contained": []} for name, one in ward.world.resources.items()}, BASE)
    for search in (make() for _ in range(effort(TRIED, 4_000))):
        (type,) = search.types
        chains = tuple((f"{FIELDS[type]}:{type}.{name}", raw) for name, raw in search.parameters)
        chained = Search(("Observation",), chains)
        expected = sorted(address(one) for one in matching(ward.world, chained))
        for client in (ward.client, ward.joining):
            bundle = await bundle_of(client, chained, ("_count", "1000"))
            assert sorted(urls(bundle)) == expected, f"seed {chosen}: {chained}"
        through += expected != sorted(address(one) for one in matching(alone, chained))
    assert through > 10


def urls(bundle: Json) -> list[str]:
    """The addresses of the entries, in order."""
    return [entry["fullUrl"].removeprefix(f"{BASE}/") for entry in bundle.get("entry", ())]


@pytest.mark.parametrize("query", ["_containedType=contained", "_containedType=container", "_sort=-_lastUpdated"])
@pytest.mark.parametrize(("contained", "count"), [("true", 3), ("both", 1)])
async def test_pages_have_each_once_forwards_and_backwards(ward: Ward, query: str, contained: str, count: int) -> None:
    wanted = f"Organization?_contained={contained}&{query}"
    whole = urls((await ward.client.get(f"{wanted}&_count=1000")).json())
    assert len(whole) > 10
    pages: list[list[str]] = []
    address, back = f"{wanted}&_count={count}", ""
    while address:
        page = (await ward.client.get(address)).json()
        pages.append(urls(page))
        links = {link["relation"]: link["url"] for link in page["link"]}
        address, back = links.get("next", ""), links.get("previous", "")
    assert [url for page in pages for url in page] == whole
    backwards = [pages[-1]]
    while back:
        page = (await ward.client.get(back)).json()
        backwards.append(urls(page))
        back = {link["relation"]: link["url"] for link in page["link"]}.get("previous", "")
    assert backwards[::-1] == pages


async def test_the_entry_is_the_contained_resource_or_its_container(ward: Ward) -> None:
    found = (await ward.client.get("Organization?_contained=true&_containedType=contained&_id=rs")).json()["entry"]
    assert [entry["fullUrl"].removeprefix(BASE) for entry in found] == [
        f"/Patient/{id}#rs" for id in ("nomor-1", "nomor-2", "nomor-3")
    ]
    assert [entry["resource"]["resourceType"] for entry in found] == ["Organization"] * 3
    assert all(entry["search"] == {"mode": "match"} and "contained" not in entry["resource"] for entry in found)
    outer = (await ward.client.get("Organization?_contained=true&_id=rs")).json()["entry"]
    assert [entry["resource"]["resourceType"] for entry in outer] == ["Patient"] * 3


async def test_what_contains_must_be_the_callers_to_see(ward: Ward) -> None:
    async def seen(query: str, client: httpx.AsyncClient = ward.bound) -> list[str]:
        return urls((await client.get(query)).json())

    for type in ("container", "contained"):
        query = f"Organization?_contained=true&_containedType={type}&_count=1000"
        mine = {name.partition("#")[0] for name in await seen(query)}
        readable = {*await seen("Patient?_count=1000"), *await seen("Observation?_count=1000")}
        assert "Patient/nomor-1" in mine <= readable
        assert mine < {name.partition("#")[0] for name in await seen(query, ward.client)}
    refused = await ward.bound.get("Subscription?_contained=true")
    assert refused.status_code == 403


async def test_what_is_contained_belongs_to_whom_its_container_belongs_to(ward: Ward) -> None:
    asked = parse("Organization", (("_contained", "true"), ("_containedType", "contained"), ("_id", "rs")))
    (search,) = searches(asked, ("Patient",))
    found = (await ward.record.search(search)).documents
    assert [one["compartments"]["Patient"][0] for one in found] == ["nomor-1", "nomor-2", "nomor-3"]


async def test_a_compartment_holds_its_own(ward: Ward) -> None:
    found = urls((await ward.client.get("Patient/nomor-1/Observation?_contained=both&_count=1000")).json())
    assert found == urls((await ward.client.get("Patient/nomor-1/Observation?_count=1000")).json()) != []
    inside = await ward.client.get("Patient/nomor-1/Patient?_contained=true&_containedType=contained&_count=1000")
    assert all(name.startswith(("Patient/nomor-1#", "Observation/")) for name in urls(inside.json()))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("Organization?_contained=true&partof.name=x", 400),
        ("Organization?_contained=both&_has:Patient:organization:name=x", 400),
        ("Organization?_contained=true&_list=x", 400),
        ("Organization?_contained=true&_sort=name", 400),
        ("Organization?_contained=true&_containedType=contained&_sort=_id", 400),
        ("Organization?_contained=true&_containedType=contained&_include=*", 400),
        ("?_type=Organization,Patient&_contained=true&_id=x", 400),
        ("Organization/$explain?_contained=true&name=x", 400),
        ("Organization?_contained=x", 400),
        ("Organization?_containedType=x", 400),
        ("Organization?_containedType=contained&name=x", 200),
        ("Organization?_contained=false&name=x", 200),
        ("Organization?_contained=true&_sort=-_lastUpdated&_include=Patient:organization&name=x", 200),
    ],
)
async def test_what_does_not_go_together_is_told(ward: Ward, query: str, status: int) -> None:
    answer = await ward.client.get(query)
    assert answer.status_code == status, answer.text
    if status == 400:
        assert answer.json()["issue"][0]["expression"][0].startswith("_contained")


async def test_no_condition_of_a_write_looks_at_contained_resources(ward: Ward) -> None:
    body: dict[str, Any] = {"resourceType": "Organization", "name": "RS"}
    headers = {"If-None-Exist": "_contained=both&name=RS"}
    answer = await ward.client.post("Organization", json=body, headers=headers)
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (400, "not-supported")
