"""What breaks below a transaction leaves nothing of it: a wire cut at any message, a database that is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from pymongo.database import Database

from tests.fhir_server.conftest import client_of, settings
from tests.journeys.bundles import Json, bundle, contents, entry, observation, patient
from tests.journeys.cutting_proxy import When, Wire, wire

OPERATIONS = ("claim", "get_many", "find", "insert", "replace")
IBU = "urn:uuid:6a1d0a6e-1111-4c3a-8d6e-000000000001"


def mixed() -> Json:
    """Every kind of write, with conditions and a conditional reference."""
    return bundle(
        entry("DELETE", "Patient/hapus"),
        entry("POST", "Patient", patient("baru"), IBU, ifNoneExist="identifier=baru"),
        entry("POST", "Observation", observation(IBU)),
        entry("POST", "Observation", observation("Patient?_id=ubah")),
        entry("PUT", "Patient/ubah", patient("ubah", id="ubah", gender="male")),
        entry("PUT", "Patient/tambah", patient("tambah", id="tambah")),
    )


async def prepare(client: httpx.AsyncClient) -> None:
    for id in ("hapus", "ubah"):
        assert (await client.put(f"Patient/{id}", json=patient("awal", id=id))).status_code == 201
    for id in ("ada-1", "ada-2"):
        assert (await client.put(f"Observation/{id}", json=observation("Patient/ubah", id=id))).status_code == 201


@pytest.fixture
async def cut(mongodb_uri: str) -> AsyncIterator[Wire]:
    async with wire(mongodb_uri) as found:
        yield found


@pytest.mark.parametrize("when", ["lost", "unanswered"])
async def test_a_wire_cut_at_any_message_makes_no_half_transaction(
    cut: Wire, when: When, database_name: str, database: Database[Json]
) -> None:
    """It is tried again by itself: what is acknowledged is there once, also where the commit went unanswered."""
    address = f"mongodb://127.0.0.1:{cut.port}/?directConnection=true"
    async with client_of(settings(address, database_name)) as client:
        await prepare(client)
        start = contents(database)
        cut.arm(0)
        await client.post("", json=mixed())
        messages, after = cut.seen, shape(contents(database))
        assert messages > len(OPERATIONS)
        for number in range(1, messages + 1):
            restore(database, start)
            cut.arm(number, when)
            answer = await client.post("", json=mixed())
            assert cut.seen >= number
            assert answer.status_code == 200, (number, answer.text)
            assert shape(contents(database)) == after, number


async def test_a_database_that_went_away_is_a_503(cut: Wire, database_name: str, database: Database[Json]) -> None:
    address = f"mongodb://127.0.0.1:{cut.port}/?directConnection=true"
    async with client_of(settings(address, database_name)) as client:
        await prepare(client)
        before = contents(database)
        cut.die()
        answers = await asyncio.gather(
            client.post("", json=mixed()),
            client.get("Patient/ubah"),
            client.get("Patient"),
            client.get("Patient/_history"),
            client.post("Patient", json=patient("p")),
            client.put("Patient/ubah", json=patient("p", id="ubah")),
        )
        assert [found.status_code for found in answers] == [503] * len(answers), [found.text for found in answers]
        assert contents(database) == before


def shape(found: Json) -> Json:
    """How many documents of each version there are: ids and times differ from run to run."""
    return {name: sorted(row["version"] for row in rows.values()) for name, rows in found.items()}


def restore(database: Database[Json], wanted: Json) -> None:
    for name in database.list_collection_names(filter={"name": {"$regex": "^[A-Z]"}}):
        database[name].delete_many({})
    for name, rows in wanted.items():
        database[name].insert_many(list(rows.values()))
