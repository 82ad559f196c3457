"""Server processes that write at the same time and are killed: no write is without its event, and none is invented."""

from __future__ import annotations

import asyncio
import random
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from pymongo.database import Database

from tests.journeys.bundles import Json, bundle, entry
from tests.journeys.journal import told, versions
from tests.journeys.servers import Running, running
from tests.processes import ROOT, run

WRITERS = 8
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


async def write(client: httpx.AsyncClient, dice: random.Random) -> None:
    """Whatever comes, until the server is gone."""
    with suppress(httpx.HTTPError):
        while True:
            id = f"p{dice.randrange(6)}"
            patient = {"resourceType": "Patient", "id": id, "birthDate": f"19{dice.randrange(10, 99)}-01-01"}
            basic = {"resourceType": "Basic", "code": {"text": str(dice.random())}}
            match dice.randrange(5):
                case 0:
                    await client.post("Basic", json=basic)
                case 1:
                    await client.put(f"Patient/{id}", json=patient)
                case 2:
                    await client.delete(f"Patient/{id}")
                case 3:
                    await client.post(
                        "", json=bundle(entry("POST", "Basic", basic), entry("PUT", f"Patient/{id}", patient))
                    )
                case _:
                    await client.get(f"Patient/{id}")


async def load(servers: list[Running], seed: int, seconds: float) -> None:
    """Sixteen clients, until the servers are killed."""
    limits = httpx.Limits(max_connections=WRITERS)
    async with asyncio.TaskGroup() as group:
        for place, server in enumerate(servers):
            for number in range(WRITERS):
                client = httpx.AsyncClient(base_url=server.url, timeout=30, trust_env=False, limits=limits)
                group.create_task(writing(client, random.Random(f"{seed} {place} {number}")))
        await asyncio.sleep(seconds)
        for server in servers:
            await asyncio.to_thread(server.kill)


async def writing(client: httpx.AsyncClient, dice: random.Random) -> None:
    async with client:
        await write(client, dice)


@pytest.mark.parametrize("seed", [1, 2])
async def test_writes_and_events_are_the_same(
    mongodb_uri: str, database_name: str, database: Database[Json], tmp_path: Path, seed: int
) -> None:
    """Both processes are killed while sixteen clients write; what they left is one story, and its chains are dense."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(running(tmp_path, mongodb_uri, database_name, RSUD_AUDIT_EVENTS="true"))
            for _ in range(2)
        ]
        await load(servers, seed, 2 + seed)
    found = versions(database)
    assert len(found) > 50
    assert told(database) == found
    assert await verified(tmp_path, mongodb_uri, database_name) == (0, "as they were written.")
    database.client.admin.command("killAllSessions", [])  # what the killed left open would hold its locks
    database["audit_blocks"].update_one({}, {"$set": {"at": NOON}})
    status, last = await verified(tmp_path, mongodb_uri, database_name)
    assert (status, last) == (1, "1.")


async def verified(folder: Path, uri: str, database: str) -> tuple[int, str]:
    """The exit status of `rsud verify-audit`, and its verdict."""
    variables = {"RSUD_MONGODB_URI": uri, "RSUD_MONGODB_DATABASE": database}
    status, output, errors = await asyncio.to_thread(run, folder, "verify-audit", PYTHONPATH=str(ROOT), **variables)
    assert errors == ""
    return status, output.strip().rpartition(": ")[2]
