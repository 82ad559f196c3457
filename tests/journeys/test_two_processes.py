"""Races between two server processes over one database, and one of them killed while it works."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import MongoClient
from pymongo.database import Database

from tests.journeys.bundles import NIK, SYSTEM, Json, bundle, entry, observation, patient
from tests.journeys.servers import Running, running

DATABASE = "test_two_processes"
SECONDS_OF_LOAD = 3

Clients = tuple[httpx.AsyncClient, httpx.AsyncClient]


@pytest.fixture(scope="module")
def shared(mongodb_uri: str) -> Iterator[Database[Json]]:
    with MongoClient[Json](mongodb_uri) as client:
        client.drop_database(DATABASE)
        yield client[DATABASE]
        client.admin.command("killAllSessions", [])  # what the killed left open would hold its locks for a minute
        client.drop_database(DATABASE)


@pytest.fixture(scope="module")
def servers(
    mongodb_uri: str, shared: Database[Json], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Running]]:
    with ExitStack() as stack:
        folder: Path = tmp_path_factory.mktemp("servers")
        yield [stack.enter_context(running(folder, mongodb_uri, shared.name)) for _ in range(2)]


@pytest.fixture
async def clients(servers: list[Running]) -> AsyncIterator[Clients]:
    async with AsyncExitStack() as stack:
        first, second = [await stack.enter_async_context(_client(server)) for server in servers]
        yield first, second


def _client(server: Running) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=40)
    return httpx.AsyncClient(base_url=server.url, timeout=60, limits=limits, trust_env=False)


@pytest.mark.parametrize("number", [20, 200])
async def test_of_many_conditional_creates_one_succeeds(clients: Clients, number: int) -> None:
    def once(turn: int, value: str) -> Any:
        headers = {"If-None-Exist": f"identifier={SYSTEM}|{value}"}
        return clients[turn % 2].post("Patient", json=patient(value), headers=headers)

    # While the database's connections are being opened the first comer is done before the others begin: no race.
    await asyncio.gather(*(once(turn, f"pemanasan-{number}-{turn}") for turn in range(number)))
    answers = await asyncio.gather(*(once(turn, f"dua-proses-{number}") for turn in range(number)))
    assert Counter(answer.status_code for answer in answers) == {200: number - 1, 201: 1}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await clients[0].get(f"Patient?identifier={SYSTEM}|dua-proses-{number}")).json()["total"] == 1


async def test_no_update_is_lost(clients: Clients) -> None:
    """Each reads a number and writes one more, if nobody was faster."""
    await clients[0].put("Patient/hitung", json={"resourceType": "Patient", "id": "hitung", "multipleBirthInteger": 0})
    outcomes: Counter[int] = Counter()

    async def counting(client: httpx.AsyncClient) -> None:
        for _ in range(20):
            read = await client.get("Patient/hitung")
            more = {**read.json(), "multipleBirthInteger": read.json()["multipleBirthInteger"] + 1}
            answer = await client.put("Patient/hitung", json=more, headers={"If-Match": read.headers["etag"]})
            outcomes[answer.status_code] += 1

    await asyncio.gather(*(counting(clients[turn % 2]) for turn in range(50)))
    assert set(outcomes) == {200, 412}
    final = (await clients[1].get("Patient/hitung")).json()
    assert final["multipleBirthInteger"] == outcomes[200]
    assert final["meta"]["versionId"] == str(outcomes[200] + 1)
    history = await versions(clients[0], "Patient/hitung")
    assert [row["resource"]["multipleBirthInteger"] for row in history] == list(range(outcomes[200], -1, -1))


async def versions(client: httpx.AsyncClient, url: str) -> list[Any]:
    found: list[Any] = (await client.get(f"{url}/_history?_count=1000")).json()["entry"]
    numbers = [int(row["response"]["etag"][3:-1]) for row in found]
    assert numbers == list(range(len(found), 0, -1))
    times = [row["response"]["lastModified"] for row in found]
    assert times == sorted(times, reverse=True)
    return found


async def test_of_50_patients_with_one_nik_one_is_created(clients: Clients) -> None:
    person = {"resourceType": "Patient", "identifier": [{"system": NIK, "value": "6472019901019005"}]}

    def once(turn: int) -> Any:
        client = clients[turn % 2]
        if turn % 3 == 0:
            return client.put(f"Patient/nik-{turn}", json={**person, "id": f"nik-{turn}"})
        return (
            client.post("Patient", json=person)
            if turn % 3 == 1
            else client.post("", json=bundle(entry("POST", "Patient", person)))
        )

    answers = await asyncio.gather(*(once(turn) for turn in range(50)))
    assert Counter(answer.status_code // 100 * 100 for answer in answers) == {200: 1, 400: 49}
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    assert (await clients[0].get(f"Patient?identifier={NIK}|6472019901019005")).json()["total"] == 1


async def test_crossing_transactions_do_not_mix(clients: Clients) -> None:
    tags = count(1)

    def write(turn: int) -> Any:
        tag = str(next(tags))
        entries = [entry("PUT", f"Patient/silang-{name}", patient(tag, id=f"silang-{name}")) for name in "ab"]
        return clients[turn % 2].post("", json=bundle(*(entries if turn % 4 < 2 else reversed(entries))))

    assert (await write(0)).status_code == 200
    answers = await asyncio.gather(*(write(turn) for turn in range(60)))
    done = sum(answer.status_code == 200 for answer in answers)
    assert {answer.status_code for answer in answers} <= {200, 409, 503}
    assert done >= 1
    a, b = [await versions(clients[0], f"Patient/silang-{name}") for name in "ab"]
    assert [row["resource"]["identifier"] for row in a] == [row["resource"]["identifier"] for row in b]
    assert len(a) == done + 1


async def test_an_update_and_a_deletion_do_not_both_win(clients: Clients) -> None:
    for turn in range(15):
        id = f"ubah-hapus-{turn}"
        await clients[0].put(f"Patient/{id}", json=patient("awal", id=id))
        headers = {"If-Match": 'W/"1"'}
        update, delete = await asyncio.gather(
            clients[turn % 2].put(f"Patient/{id}", json=patient("ubah", id=id), headers=headers),
            clients[1 - turn % 2].delete(f"Patient/{id}", headers=headers),
        )
        assert (update.status_code, delete.status_code) in ((200, 412), (412, 204))
        now = await clients[0].get(f"Patient/{id}")
        assert now.status_code == (200 if update.status_code == 200 else 410)
        assert len(await versions(clients[0], f"Patient/{id}")) == 2


async def test_without_a_condition_both_happen_one_after_the_other(clients: Clients) -> None:
    for turn in range(15):
        id = f"bebas-{turn}"
        await clients[0].put(f"Patient/{id}", json=patient("awal", id=id))
        update, delete = await asyncio.gather(
            clients[turn % 2].put(f"Patient/{id}", json=patient("ubah", id=id)),
            clients[1 - turn % 2].delete(f"Patient/{id}"),
        )
        assert (update.status_code, delete.status_code) in ((200, 204), (201, 204))
        assert len(await versions(clients[0], f"Patient/{id}")) == 3


async def test_a_killed_process_takes_no_acknowledged_write_with_it(
    clients: Clients, mongodb_uri: str, shared: Database[Json], tmp_path: Path
) -> None:
    acknowledged: set[str] = set()
    tags = count(1)
    stop = asyncio.Event()

    async def writing(client: httpx.AsyncClient) -> None:
        while not stop.is_set():
            tag = f"mati-{next(tags)}"
            try:
                answer = await client.post("", json=pair(tag))
            except httpx.HTTPError:
                return
            if answer.status_code == 200:
                acknowledged.add(tag)

    with running(tmp_path, mongodb_uri, shared.name) as doomed:
        async with _client(doomed) as victim:
            writers = [asyncio.create_task(writing(client)) for client in (victim, clients[0]) for _ in range(8)]
            await asyncio.sleep(SECONDS_OF_LOAD)
            doomed.kill()
            await asyncio.sleep(1)
            stop.set()
            await asyncio.gather(*writers)
    patients = await asyncio.to_thread(tagged, shared, "Patient")
    observations = await asyncio.to_thread(tagged, shared, "Observation")
    assert len(acknowledged) > 20
    assert acknowledged <= set(patients)
    assert patients == observations, "a half transaction"
    assert set(patients.values()) == {1}
    assert (await clients[1].get("Patient?_count=1")).status_code == 200


def pair(tag: str) -> Json:
    name = "urn:uuid:6a1d0a6e-1111-4c3a-8d6e-000000000009"
    return bundle(
        entry("POST", "Patient", patient(tag), name, ifNoneExist=f"identifier={SYSTEM}|{tag}"),
        entry("POST", "Observation", observation(name, tag, identifier=[{"system": SYSTEM, "value": tag}])),
    )


def tagged(database: Database[Json], type: str) -> Counter[str]:
    rows = database[type].find({"resource.identifier.value": {"$regex": "^mati-"}})
    return Counter(row["resource"]["identifier"][0]["value"] for row in rows)
