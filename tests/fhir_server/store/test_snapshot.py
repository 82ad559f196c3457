"""Reads of one moment on a real replica set, and what happens when the moment has passed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from fhir_server.search.cursor import KEY_BYTES, Moment
from fhir_server.store.documents import CODEC, Document
from fhir_server.store.secrets import secret
from fhir_server.store.snapshot import BATCH, aggregate, moment
from fhir_server.store.store import connect


@pytest.fixture
async def database(mongodb_uri: str, database_name: str) -> AsyncIterator[AsyncDatabase[Document]]:
    client: AsyncMongoClient[Document] = connect(mongodb_uri)
    yield client[database_name]
    await client.close()


async def rows(database: AsyncDatabase[Document], at: Moment | None = None) -> tuple[list[int], Moment | None]:
    found = await aggregate(database, "rows", [{"$sort": {"_id": 1}}], at=at, timeout_ms=5000)
    return [row["_id"] for row in found.documents], found.moment


async def test_a_moment_stays_as_it_was(database: AsyncDatabase[Document]) -> None:
    await database["rows"].insert_many([{"_id": number} for number in range(3)])
    first, at = await rows(database)
    await database["rows"].delete_one({"_id": 1})
    await database["rows"].insert_one({"_id": 7})
    assert first == [0, 1, 2]
    assert await rows(database, at) == (first, at)
    assert (await rows(database))[0] == [0, 2, 7]


async def test_what_was_acknowledged_is_read(database: AsyncDatabase[Document]) -> None:
    for number in range(300):
        await database["rows"].insert_one({"_id": number})
        assert len((await rows(database))[0]) == number + 1


@pytest.mark.parametrize("seconds", [-7200, 7200])
async def test_a_moment_that_has_passed_becomes_the_present(database: AsyncDatabase[Document], seconds: int) -> None:
    """So does one that is to come: a cursor may be older than the restored copy that it meets."""
    await database["rows"].insert_one({"_id": 1})
    _, present = await rows(database)
    assert present is not None
    found, at = await rows(database, (present[0] + seconds, 1))
    assert found == [1]
    assert at is not None
    assert at >= present


async def test_a_collection_that_came_later_is_read_now(database: AsyncDatabase[Document]) -> None:
    before = await moment(database, "other")
    await database["rows"].insert_one({"_id": 1})
    found, at = await rows(database, before)
    assert found == [1]
    assert at != before


async def test_a_result_of_many_batches(database: AsyncDatabase[Document]) -> None:
    many = [{"_id": number, "text": "x" * 6_000} for number in range(2 * BATCH + 1)]
    await database["rows"].insert_many(many)
    assert (await rows(database))[0] == list(range(2 * BATCH + 1))


async def test_values_come_as_they_were_stored(database: AsyncDatabase[Document]) -> None:
    row = {"_id": 1, "decimal": Decimal("1.50"), "large": 2**40, "time": datetime(2026, 11, 24, tzinfo=UTC)}
    await database.get_collection("rows", codec_options=CODEC).insert_one(row)
    (found,) = (await aggregate(database, "rows", [], at=None, timeout_ms=5000)).documents
    assert (found, type(found["large"]), str(found["decimal"])) == (row, int, "1.50")


async def test_other_errors_come_through(database: AsyncDatabase[Document]) -> None:
    with pytest.raises(OperationFailure, match="Unrecognized pipeline stage"):
        await aggregate(database, "rows", [{"$nothing": 1}], at=None, timeout_ms=5000)


async def test_a_secret_is_made_once(database: AsyncDatabase[Document]) -> None:
    made = await asyncio.gather(*(secret(database["keys"], "cursor", KEY_BYTES) for _ in range(30)))
    assert {len(found) for found in made} == {KEY_BYTES}
    assert len(set(made)) == 1
    assert await secret(database["keys"], "other", KEY_BYTES) != made[0]
