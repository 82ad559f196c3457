"""A search parameter of the hospital's own over two server processes and their writers, and `rsud reindex` on it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, ExitStack
from itertools import count
from pathlib import Path

import httpx

from tests.journeys.bundles import Json
from tests.journeys.servers import running
from tests.processes import ROOT, run

PARAMETER: Json = {
    "resourceType": "SearchParameter",
    "id": "keluarga",
    "url": "http://example.org/sp/keluarga",
    "name": "Keluarga",
    "status": "active",
    "description": "Nama keluarga yang dapat dihubungi",
    "code": "keluarga",
    "base": ["Patient"],
    "type": "string",
    "expression": "Patient.contact.where(gender = 'female').name",
}


def patient(id: str, contact: str) -> Json:
    return {"resourceType": "Patient", "id": id, "contact": [{"gender": "female", "name": {"text": contact}}]}


async def found(client: httpx.AsyncClient, name: str) -> set[str] | None:
    """None where it cannot be searched for yet."""
    answer = await client.get("Patient", params={"keluarga": name, "_count": "1000"})
    if answer.status_code == 400:
        assert "being indexed" in answer.text or "no search parameter" in answer.text
        return None
    assert answer.status_code == 200
    return {entry["resource"]["id"] for entry in answer.json().get("entry", [])}


async def test_writers_of_two_processes(tmp_path: Path, mongodb_uri: str, database_name: str) -> None:
    with ExitStack() as processes:
        servers = [processes.enter_context(running(tmp_path, mongodb_uri, database_name)) for _ in range(2)]
        async with AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(
                    httpx.AsyncClient(
                        base_url=server.url, headers={"Accept-Language": "en"}, trust_env=False, timeout=60
                    )
                )
                for server in servers
            ]
            written = await written_meanwhile(clients)
            for client in clients:
                assert await found(client, "ibu") == written
    variables = {"RSUD_MONGODB_URI": mongodb_uri, "RSUD_MONGODB_DATABASE": database_name, "PYTHONPATH": str(ROOT)}
    same = {"RSUD_BASE_URL": "http://test/fhir", **variables}
    status, output, _ = run(tmp_path, "reindex", "--verify", **same)
    assert (status, output.split()[-2:]) == (0, ["0", "drifted"])


async def until_it_is_ready(client: httpx.AsyncClient) -> None:
    for _ in range(300):
        if await found(client, "ibu") is not None:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it is not ready in time")


async def written_meanwhile(clients: list[httpx.AsyncClient]) -> set[str]:
    turns, going, written = count(), True, set[str]()

    async def write(client: httpx.AsyncClient) -> None:
        while going:
            turn = next(turns)
            answer = await client.put(f"Patient/p{turn}", json=patient(f"p{turn}", f"Ibu {turn}"))
            assert answer.status_code == 201
            written.add(f"p{turn}")
            at_once = await found(client, f"ibu {turn}")
            assert at_once is None or f"p{turn}" in at_once
            await asyncio.sleep(0.02)

    writers = [asyncio.create_task(write(client)) for client in clients]
    await asyncio.sleep(0.5)
    assert (await clients[0].put("SearchParameter/keluarga", json=PARAMETER)).status_code == 201
    for client in clients:
        await until_it_is_ready(client)
    await asyncio.sleep(0.5)
    going = False
    await asyncio.gather(*writers)
    return written
