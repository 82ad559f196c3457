"""Pages while others write: exactly what there was when the first page was read, each once, forward and back."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from bson import Timestamp
from pymongo.database import Database

from auth.caller import OPEN
from fhir_server.messages import Parameters
from fhir_server.record import Record
from fhir_server.search.cursor import Moment, decode, encode
from fhir_server.store.store import Store

Json = dict[str, Any]

WRITERS = 4
KEPT = 40
PAGE = 7
ROUNDS = 3
SORTS = {
    "Patient": ("_id", "_lastUpdated", "family", "name", "gender", "birthdate", "organization", "_profile"),
    "Observation": ("date", "value-quantity", "component-value-quantity", "code", "subject"),
    "RiskAssessment": ("probability",),
}
SEVERAL = (("Patient", "gender,-birthdate,family"), ("Observation", "-date,value-quantity,-code"))
SYSTEM = ("", "_id", "-_id", "_lastUpdated", "-_lastUpdated", "_profile")


def patient(chance: random.Random) -> Json:
    profile = chance.choice(["http://a", "http://b"])
    return {
        "resourceType": "Patient",
        "meta": {"profile": [profile]},
        "name": [{"family": chance.choice("ABCDE"), "given": [chance.choice("VWXYZ")]}],
        **chance.choice([{"gender": "male"}, {"gender": "female"}, {}]),
        **chance.choice([{"birthDate": f"19{chance.randrange(50, 70)}"}, {}]),
        **chance.choice([{"managingOrganization": {"reference": f"Organization/{chance.randrange(3)}"}}, {}]),
    }


def observation(chance: random.Random) -> Json:
    quantities = [{"valueQuantity": {"value": chance.randrange(5)}} for _ in range(chance.randrange(3))]
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://a", "code": chance.choice("ABC")}]},
        "subject": {"reference": f"Patient/{chance.randrange(9)}"},
        **chance.choice([{"effectiveDateTime": f"2024-03-0{chance.randrange(1, 8)}"}, {}]),
        **chance.choice([{"valueQuantity": {"value": chance.randrange(9)}}, {}]),
        **({"component": [{"code": {"text": "x"}, **one} for one in quantities]} if quantities else {}),
    }


def risk(chance: random.Random) -> Json:
    values = [{"probabilityDecimal": chance.randrange(9) / 10} for _ in range(chance.randrange(3))]
    return {
        "resourceType": "RiskAssessment",
        "status": "final",
        "subject": {"reference": "Patient/1"},
        **({"prediction": values} if values else {}),
    }


MAKERS = (patient, observation, risk)


async def put(client: httpx.AsyncClient, resource: Json, id: str) -> None:
    answer = await client.put(f"{resource['resourceType']}/{id}", json={**resource, "id": id})
    assert answer.is_success, answer.text


@asynccontextmanager
async def writers(client: httpx.AsyncClient) -> AsyncIterator[list[int]]:
    """Each keeps to ids of its own, so that no write loses a race; the list holds the number of writes."""
    written, running = [0], True

    async def write(number: int) -> None:
        chance = random.Random(number)
        while running:
            resource, id = chance.choice(MAKERS)(chance), f"{number}-{chance.randrange(KEPT // WRITERS)}"
            if chance.random() < 0.3:
                await client.delete(f"{resource['resourceType']}/{id}")
            else:
                await put(client, resource, id)
            written[0] += 1

    tasks = [asyncio.create_task(write(number)) for number in range(WRITERS)]
    try:
        yield written
    finally:
        running = False
        await asyncio.gather(*tasks)


@pytest.fixture
def open_record(store: Store, record: Record) -> Record:
    """The record of the caller that an open server takes everyone for."""
    return Record(store, OPEN, record.site)


@pytest.fixture
async def filled(client: httpx.AsyncClient) -> httpx.AsyncClient:
    chance = random.Random(11)
    for number, make in itertools.product(range(KEPT), MAKERS):
        await put(client, make(chance), f"{number % WRITERS}-{number // WRITERS}")
    return client


def keys(bundle: Json) -> list[tuple[str, str]]:
    return [(entry["resource"]["resourceType"], entry["resource"]["id"]) for entry in bundle.get("entry", ())]


def link(bundle: Json, relation: str) -> str:
    return next((found["url"] for found in bundle["link"] if found["relation"] == relation), "")


async def walk(client: httpx.AsyncClient, page: Json, relation: str) -> list[Json]:
    pages = [page]
    while address := link(pages[-1], relation):
        answer = await client.get(address)
        assert answer.is_success, answer.text
        pages.append(answer.json())
    return pages


def there_at(database: Database[Json], types: tuple[str, ...], moment: Moment) -> set[tuple[str, str]]:
    """What the database itself says was there."""
    concern = {"level": "snapshot", "atClusterTime": Timestamp(*moment)}
    found = set()
    for type in types:
        reply = database.command(
            {"find": type, "filter": {"deleted": False}, "batchSize": 10_000, "readConcern": concern}
        )
        found |= {(type, row["_id"]) for row in reply["cursor"]["firstBatch"]}
    return found


def read(address: str) -> tuple[tuple[str, ...], Parameters]:
    parts = urlsplit(address)
    path = tuple(segment for segment in parts.path.removeprefix("/fhir").split("/") if segment)
    return path, tuple(parse_qsl(parts.query))


async def moment_of(record: Record, address: str) -> Moment:
    path, query = read(address)
    moment = decode(dict(query)["_cursor"], await record.seal(path, query)).moment
    assert moment is not None
    return moment


async def test_every_sort_forward_and_back(
    filled: httpx.AsyncClient, open_record: Record, database: Database[Json]
) -> None:
    searches: list[tuple[str, tuple[str, ...], str]] = []
    searches += [(type, (type,), sign + code) for type, codes in SORTS.items() for code in codes for sign in ("", "-")]
    searches += [(type, (type,), sort) for type, sort in SEVERAL] + [("", tuple(SORTS), sort) for sort in SYSTEM]
    async with writers(filled) as written:
        for path, types, sort in searches * ROUNDS:
            address = f"{path}?_count={PAGE}" + (f"&_sort={sort}" if sort else "")
            before = written[0]
            first = (await filled.get(address)).json()
            moment = await moment_of(open_record, link(first, "next"))
            forward = await walk(filled, first, "next")
            back = await walk(filled, forward[-1], "previous")
            seen = [key for page in forward for key in keys(page)]
            expected = there_at(database, types, moment)
            assert written[0] > before
            assert len(seen) == len(set(seen)), sort
            assert set(seen) == expected, sort
            assert [keys(page) for page in back] == [keys(page) for page in reversed(forward)], sort
            assert {page["total"] for page in forward} == {len(expected)}, sort


async def test_a_page_whose_moment_has_passed_goes_on_by_its_keys(
    filled: httpx.AsyncClient, open_record: Record
) -> None:
    """What was not touched since comes once."""
    page = (await filled.get(f"Patient?_sort=birthdate&_count={PAGE}")).json()
    untouched = [key for found in await walk(filled, page, "next") for key in keys(found)]
    path, query = read(link(page, "next"))
    seal = await open_record.seal(path, query)
    cursor = decode(dict(query)["_cursor"], seal)
    assert cursor.moment is not None
    passed = encode(replace(cursor, moment=(cursor.moment[0] - 7_200, 1)), seal)
    await filled.delete(f"Patient/{untouched.pop()[1]}")
    await put(filled, {"resourceType": "Patient", "birthDate": "1900"}, "new")
    answer = await filled.get("Patient", params={**dict(query), "_cursor": passed})
    pages = await walk(filled, answer.json(), "next")
    assert [key for found in [page, *pages] for key in keys(found)] == untouched
    assert (await moment_of(open_record, link(pages[0], "next"))) > cursor.moment
    old = encode(replace(cursor, moment=(cursor.moment[0] - 86_401, 1)), seal)
    refused = await filled.get("Patient", params={**dict(query), "_cursor": old})
    assert (refused.status_code, refused.json()["issue"][0]["expression"]) == (410, ["_cursor"])
