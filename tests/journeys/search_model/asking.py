"""The real server, with the population in it, asked the same searches as the model."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import httpx
import hypothesis
import msgspec
from pymongo import MongoClient

from auth.caller import SYSTEM
from fhir_server.finding import FIRST
from fhir_server.record import Record
from main import create_app, open_store, site
from settings import Settings
from tests.callers import bound
from tests.fhir_server.conftest import BASE, settings, with_state
from tests.journeys.search_model.dice import Json
from tests.journeys.search_model.evaluation import World, address, inside
from tests.journeys.search_model.extraction import Resource
from tests.journeys.search_model.parameters import COMPARTMENTS
from tests.journeys.search_model.population import population
from tests.journeys.search_model.search import Search
from tests.journeys.search_model.terminology import resources

JSON = msgspec.json.Encoder(decimal_format="number")
ENTRIES_AT_ONCE = 100
WORKERS = 4


PATIENTS = frozenset({"nomor-1", "nomor-2", "nomor-3", "nomor-5", "nomor-8", "nomor-13", "nomor-21", "nomor-34"})
BOUND = bound("terikat", *PATIENTS)
NOBODY = "Patient/tidak-ada"
"""A patient that some resources refer to, and who is not here."""

SHARED = ("Location", "Organization", "Practitioner")


@dataclass(frozen=True)
class View:
    """A server, and the same for the model."""

    client: httpx.AsyncClient
    world: World


@dataclass(frozen=True)
class Hospital:
    """One population in several views. `joining`: never lists the ids behind a chain but looks up each candidate;
    `among`: lists those behind the candidates, however few there are; `bound`: for a caller who sees some patients
    only."""

    all: View
    joining: View
    among: View
    bound: View


@asynccontextmanager
async def hospital(uri: str, database: str, seed: int) -> AsyncIterator[Hospital]:
    """Holds a random population."""
    configured = settings(uri, database)
    place = site(configured)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(configured))
        records = (
            Record(store, SYSTEM, place),
            Record(store, SYSTEM, place, most_ids=0),
            Record(store, SYSTEM, place, most_ids=FIRST - 1),
            Record(store, BOUND, place),
        )
        clients = [await stack.enter_async_context(client_with(configured, record)) for record in records]
        world = await loaded(clients[0], [*resources(), *population(seed)])
        yield Hospital(*map(View, clients, (world, world, world, visible(world))))
    with MongoClient[Json](uri) as mongodb:
        mongodb.drop_database(database)


@asynccontextmanager
async def client_with(configured: Settings, record: Record) -> AsyncIterator[httpx.AsyncClient]:
    """A server whose callers all have this record."""
    app = create_app(configured)
    async with app.router.lifespan_context(app) as state:
        transport = httpx.ASGITransport(app=with_state(app, {**dict(state or {}), "record_for": lambda caller: record}))
        async with httpx.AsyncClient(transport=transport, base_url=f"{BASE}/", timeout=60) as client:
            yield client


def visible(world: World) -> World:
    """What the bound caller may see: what is of these patients and of no other, and what is about no patient."""
    others = [name for name, one in world.resources.items() if one["resourceType"] == "Patient"]
    others = [name for name in (*others, NOBODY) if name.partition("/")[2] not in PATIENTS]
    seen = {name: one for name, one in world.resources.items() if is_seen(one, others, world)}
    return replace(world, resources=seen)


def is_seen(resource: Resource, others: list[str], world: World) -> bool:
    if resource["resourceType"] in SHARED:
        return True
    if resource["resourceType"] == "Patient":
        return resource["id"] in PATIENTS
    mine = any(is_inside(resource, f"Patient/{id}", world) for id in PATIENTS)
    return mine and not any(is_inside(resource, other, world) for other in others)


def is_inside(resource: Resource, compartment: str, world: World) -> bool:
    return resource["resourceType"] in COMPARTMENTS["Patient"] and inside(resource, compartment, world)


async def loaded(client: httpx.AsyncClient, resources: list[Json]) -> World:
    """The resources are on the server; in the world they have the moment that the server gave them."""
    known: dict[str, Json] = {}
    for start in range(0, len(resources), ENTRIES_AT_ONCE):
        part = resources[start : start + ENTRIES_AT_ONCE]
        entries = [{"resource": one, "request": {"method": "PUT", "url": address(one)}} for one in part]
        body = {"resourceType": "Bundle", "type": "batch", "entry": entries}
        answer = await client.post("", content=JSON.encode(body), headers={"Content-Type": "application/fhir+json"})
        for resource, entry in zip(part, answer.json()["entry"], strict=True):
            assert entry["response"]["status"].startswith("201"), (resource, entry)
            meta = {**resource.get("meta", {}), "lastUpdated": entry["response"]["lastModified"]}
            known[address(resource)] = {**resource, "meta": meta}
    return World(known, BASE, now=datetime.now(UTC))


async def bundle_of(client: httpx.AsyncClient, search: Search, *more: tuple[str, str]) -> Json:
    answer = await client.get(f"{search.path}?{urlencode([*search.query, *more])}")
    return answered(answer, search)


def answered(answer: httpx.Response, search: Search) -> Json:
    assert answer.status_code == 200, f"{search}: {answer.status_code} {answer.text[:500]}"
    found: Json = answer.json()
    return found


def found(bundle: Json, mode: str = "match") -> list[str]:
    """Type/id of what matches, in order; or of what is included."""
    return [address(entry["resource"]) for entry in bundle.get("entry", ()) if entry["search"]["mode"] == mode]


async def at_once(searches: Iterable[Search], check: Callable[[Search], Awaitable[None]]) -> None:
    """The check of each search, some of them at a time; raises what the first that fails raises."""
    waiting = iter(searches)

    async def worker() -> None:
        for search in waiting:
            await check(search)

    async with asyncio.TaskGroup() as group:
        for _ in range(WORKERS):
            group.create_task(worker())


def effort(usual: int, nightly: int) -> int:
    """How much to try: more under `--hypothesis-profile=nightly`."""
    return nightly if is_nightly() else usual


def seed() -> int:
    """The same in every usual run; nightly that of pytest-randomly, which its header tells."""
    return random.randrange(10**6) if is_nightly() else 2026


def is_nightly() -> bool:
    return hypothesis.settings.get_current_profile_name() == "nightly"
