"""Server processes and MongoDB are killed under load: what was answered is in the audit trail, which stays whole."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
from pymongo import MongoClient

from fhir_server.store import mongod
from tests.journeys.bundles import Json, bundle, entry
from tests.journeys.journal import events, told, versions
from tests.journeys.killing import DATABASE, kill, two_workers
from tests.journeys.servers import Running
from tests.processes import ROOT, run, wait_until

ROUNDS, CLIENTS, ANSWERS = 5, 6, 100


@dataclass
class Answered:
    """`requests`: X-Request-Id of what succeeded -> how many events must tell of it; `writes`: of those that wrote."""

    requests: dict[str, int] = field(default_factory=dict)
    writes: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)


async def test_what_was_answered_is_told_whoever_is_killed(tmp_path: Path) -> None:
    """In each round a worker dies, then MongoDB, each at a moment of chance and under load."""
    dice, answered = random.Random(7), Answered()
    for round in range(ROUNDS):
        with two_workers(tmp_path, RSUD_AUDIT_EVENTS="true") as server:
            await under_load(server, answered, f"{round}", dice)
    assert set(answered.statuses) <= {200, 201, 204, 404, 410, 503}
    with mongod.running(tmp_path / "var") as database:
        with MongoClient[Json](database.uri) as client:
            journal = events(client[DATABASE])
            assert told(client[DATABASE]) == versions(client[DATABASE])
        seen = Counter(event.request for event in journal)
        assert {id: seen[id] for id in answered.requests} == answered.requests
        assert answered.writes <= {event.request for event in journal if event.writes}
        status, output, _ = await asyncio.to_thread(run, tmp_path, "verify-audit", PYTHONPATH=str(ROOT))
    assert (status, output.strip().rpartition(": ")[2]) == (0, "as they were written."), output


async def under_load(server: Running, answered: Answered, name: str, dice: random.Random) -> None:
    wanted = len(answered.requests) + ANSWERS
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(ask(server, answered, f"{name}-{number}")) for number in range(CLIENTS)]
        await asyncio.to_thread(wait_until, lambda: len(answered.requests) >= wanted, seconds=60)
        await kill(server, dice)
        for task in asking:
            task.cancel()


async def ask(server: Running, answered: Answered, name: str) -> None:
    """Whatever comes, until it is cancelled; who gets no answer goes on."""
    dice = random.Random(name)
    async with httpx.AsyncClient(base_url=server.url, timeout=10, trust_env=False) as client:
        for number in count():
            id = f"{name}-{number}"
            try:
                response, told = await one(client, id, dice)
            except httpx.HTTPError:
                await asyncio.sleep(0.02)
                continue
            answered.statuses[response.status_code] += 1
            if response.is_success:
                answered.requests[id] = told
            if response.is_success and response.request.method != "GET":
                answered.writes.add(id)


async def one(client: httpx.AsyncClient, id: str, dice: random.Random) -> tuple[httpx.Response, int]:
    """An answer, and how many events tell of it."""
    patient = {
        "resourceType": "Patient",
        "id": f"p{dice.randrange(6)}",
        "birthDate": f"19{dice.randrange(10, 99)}-01-01",
    }
    basic = {"resourceType": "Basic", "code": {"text": str(dice.random())}}
    url, headers = f"Patient/{patient['id']}", {"X-Request-Id": id}
    match dice.randrange(7):
        case 0:
            return await client.post("Basic", json=basic, headers=headers), 1
        case 1 | 2:
            return await client.put(url, json=patient, headers=headers), 1
        case 3:
            writes = entry("POST", "Basic", basic), entry("PUT", url, patient), entry("GET", url)
            return await client.post("", json=bundle(*writes), headers=headers), 2
        case 4:
            return await client.get("Patient?birthdate=ge1950", headers=headers), 1
        case _:
            return await client.get(url, headers=headers), 1
