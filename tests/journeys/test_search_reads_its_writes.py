"""What one process has acknowledged, a search in another process knows at once. https://hl7.org/fhir/R4/http.html#search

100,000 rounds: `pytest tests/journeys/test_search_reads_its_writes.py --hypothesis-profile=nightly`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from tests.journeys.search_model.asking import effort
from tests.journeys.servers import Running, running

DATABASE, PROCESSES, WORKERS = "test_search_reads_its_writes", 2, 16
SYSTEM = "http://contoh.example/putaran"
Clients = list[httpx.AsyncClient]
Round = tuple[str, str, dict[str, Any] | None, dict[str, list[str]]]
"""Method, URL and body of a write; and the searches after it, each with the ids that it must find."""


@pytest.fixture(scope="module")
async def clients(mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clients]:
    folder: Path = tmp_path_factory.mktemp("servers")
    async with AsyncExitStack() as stack:
        servers = [stack.enter_context(running(folder, mongodb_uri, DATABASE)) for _ in range(PROCESSES)]
        yield [await stack.enter_async_context(_client(server)) for server in servers]
    with MongoClient[dict[str, Any]](mongodb_uri) as mongodb:
        mongodb.admin.command("killAllSessions", [])
        mongodb.drop_database(DATABASE)


def _client(server: Running) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False)


async def test_no_acknowledged_write_is_missed(clients: Clients) -> None:
    numbers = count()
    wanted = effort(2_000, 100_000)
    missed: list[str] = []

    async def worker(own: int) -> None:
        rounds = life(own)
        while (number := next(numbers)) < wanted:
            missed.extend(await play(next(rounds), clients, number))

    async with asyncio.TaskGroup() as group:
        for own in range(WORKERS):
            group.create_task(worker(own))
    assert missed == []


def life(worker: int) -> Iterator[Round]:
    """The rounds of one worker: a patient is born, changed twice, pointed to, and deleted; and then the next."""
    for turn in count():
        id, tag = f"putaran-{worker}-{turn}", f"nomor-{worker}-{turn}"
        born, changed = patient(id, tag, f"{tag}-awal"), patient(id, tag, f"{tag}-ubah")
        identifier = f"Patient?identifier={SYSTEM}|{tag}"
        first, second = f"Patient?name:exact={tag}-awal", f"Patient?name:exact={tag}-ubah"
        yield "PUT", f"Patient/{id}", born, {identifier: [id], first: [id], second: []}
        yield "PUT", f"Patient/{id}", changed, {first: [], second: [id], identifier: [id]}
        yield "PUT", f"Observation/{id}", observation(id), {f"Observation?patient={id}&_sort=-date": [id]}
        yield "PUT", f"Patient/{id}", born, {f"{first}&_sort=name": [id], f"{second}&_count=1": []}
        yield "DELETE", f"Observation/{id}", None, {f"Observation?patient={id}": []}
        yield "DELETE", f"Patient/{id}", None, {identifier: [], f"{first}&_sort=-birthdate": []}


async def play(round: Round, clients: Clients, number: int) -> list[str]:
    """Writes by one process, and searches by the next (every third round by the same one); returns what was missed."""
    method, url, body, searches = round
    written = await clients[number % PROCESSES].request(method, url, json=body)
    assert written.status_code in (200, 201, 204), written.text
    reader = clients[(number + (0 if number % 3 == 0 else 1)) % PROCESSES]
    missed = []
    for search, wanted in searches.items():
        answer = await reader.get(search)
        assert answer.status_code == 200, answer.text
        found = [entry["resource"]["id"] for entry in answer.json().get("entry", ())]
        if found != wanted or answer.json()["total"] != len(wanted):
            missed.append(f"{method} {url}, then {search}: {found} and not {wanted}")
    return missed


def patient(id: str, tag: str, name: str) -> dict[str, Any]:
    identifier = [{"system": SYSTEM, "value": tag}]
    return {"resourceType": "Patient", "id": id, "identifier": identifier, "name": [{"text": name}]}


def observation(id: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "code": {"text": "contoh"},
        "subject": {"reference": f"Patient/{id}"},
        "effectiveDateTime": "2024-03-01",
    }
