"""No answer leaves before the journal holds its event for good, and where it cannot be written nothing is given out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pymongo import AsyncMongoClient
from pymongo.database import Database

from fhir_server.interactions.dispatch import ROUTES
from fhir_server.store.blocks import CHAINS, START, after, following, head_of
from fhir_server.store.documents import now
from tests.fhir_server.conftest import client_of, settings
from tests.journeys.bundles import Json, bundle, entry, statuses
from tests.journeys.journal import events
from tests.journeys.test_audit_completeness import ASKED, PATIENT, TELLS_NOTHING, prepared, send

WAITS = 0.4
"""Seconds; without having to wait an answer takes some milliseconds."""

SECRET = "Rahasia"


@asynccontextmanager
async def occupied(uri: str, database: Database[Json]) -> AsyncIterator[None]:
    """The next number of every chain is taken by somebody who has not said yet whether it stays."""
    async with AsyncMongoClient[Json](uri) as client, client.start_session() as session:
        blocks = client[database.name]["audit_blocks"]
        async with await session.start_transaction():
            for chain in range(CHAINS):
                last = database["audit_blocks"].find_one({"_id": after(chain, 0)}, sort=[("_id", -1)])
                block = following(chain, head_of(last) if last else START, [b"{}"], now())
                await blocks.insert_one(block, session=session)
            yield
            await session.abort_transaction()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "Patient/a", None, 200),
        ("HEAD", "Patient/a", None, 200),
        ("GET", "Observation?patient=a", None, 200),
        ("GET", "Patient/a/_history", None, 200),
        ("GET", "Patient/tak-ada", None, 404),
        ("POST", "Patient", {"resourceType": "Patient"}, 201),
        ("PUT", "Patient/a", {**PATIENT, "gender": "male"}, 200),
        ("POST", "", bundle(entry("GET", "Patient/a"), type="batch"), 200),
    ],
)
async def test_an_answer_waits_for_the_journal(
    client: httpx.AsyncClient,
    database: Database[Json],
    mongodb_uri: str,
    *,
    method: str,
    path: str,
    body: Any,
    status: int,
) -> None:
    before = await prepared(client, database)
    async with occupied(mongodb_uri, database):
        asked = asyncio.create_task(send(client, method, path, body))
        await asyncio.sleep(WAITS)
        assert not asked.done()
        assert len(events(database)) == before
    answer = await asked
    assert answer.status_code == status
    assert len(events(database)) == before + 1


def break_journal(database: Database[Json], *, is_broken: bool = True) -> None:
    database.command({"collMod": "audit_blocks", "validator": {"never": True} if is_broken else {}})


GETS = [ASKED[route.method, route.path][0] for route in ROUTES if route.method == "GET"]


async def test_without_the_journal_no_reading_answers(client: httpx.AsyncClient, database: Database[Json]) -> None:
    """Its 503 is one of FHIR; what is not there or not asked well answers no more than what is."""
    await prepared(client, database)
    await client.put("Patient/a", json={**PATIENT, "name": [{"family": SECRET}]})
    page = (await client.get("_history?_count=1")).json()
    following = [link["url"] for link in page["link"] if link["relation"] == "next"]
    break_journal(database)
    for path in (
        *GETS,
        *following,
        "Patient?name=rahasia",
        "Patient?nothing=1",
        "Patient/tak-ada",
        "Patient/a/_history/9",
    ):
        if path not in TELLS_NOTHING:
            answer = await client.get(path)
            assert (answer.status_code, answer.json()["resourceType"]) == (503, "OperationOutcome"), path
            assert SECRET not in answer.text
            head = await client.head(path)
            assert (head.status_code, head.headers.get("etag")) == (503, None), path


async def test_without_the_journal_nothing_of_a_bundle_is_given_out_nor_written(
    client: httpx.AsyncClient, database: Database[Json]
) -> None:
    await prepared(client, database)
    await client.put("Patient/a", json={**PATIENT, "name": [{"family": SECRET}]})
    before = len(events(database))
    break_journal(database)
    reads = [entry("GET", "Patient/a"), entry("GET", "Patient?name=rahasia"), entry("GET", "Patient/tak-ada")]
    writes = [entry("POST", "Patient", {"resourceType": "Patient"}), entry("DELETE", "Observation/o")]
    batch = await client.post("", json=bundle(*reads, *writes, type="batch"))
    assert statuses(batch) == [503] * 5
    reading = await client.post("", json=bundle(*reads[:2]))
    assert statuses(reading) == [503] * 2
    writing = [await client.post("", json=bundle(*some)) for some in (writes, [*writes, *reads])]
    assert [one.status_code for one in writing] == [503] * 2
    assert not any(SECRET in one.text for one in (batch, reading, *writing))
    assert database["Patient"].count_documents({}) == 1
    assert database["Observation"].count_documents({"deleted": False}) == 1
    break_journal(database, is_broken=False)
    assert len(events(database)) == before


async def test_without_the_journal_nobody_is_told_that_he_is_refused(
    mongodb_uri: str, database_name: str, database: Database[Json]
) -> None:
    async with client_of(settings(mongodb_uri, database_name, open=False)) as closed:
        assert (await closed.get("Patient/a")).status_code == 401
        break_journal(database)
        for headers in ({}, {"Authorization": "Bearer nonsense"}):
            for path in ("Patient/a", "Patient", "_history"):
                answer = await closed.get(path, headers=headers)
                assert (answer.status_code, answer.json()["resourceType"]) == (503, "OperationOutcome")
