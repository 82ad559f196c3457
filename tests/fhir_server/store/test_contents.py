"""The contents of large Binaries: nothing is lost, nothing stays that nobody refers to."""

from __future__ import annotations

import hashlib
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from gridfs import GridFSBucket
from pymongo import MongoClient
from pymongo.database import Database

from fhir_server.errors import BadRequest, Unavailable
from fhir_server.store.contents import AT_ONCE, BUCKET, CHUNK, PENDING, Contents
from fhir_server.store.documents import now
from fhir_server.store.store import Store
from fhir_server.store.transaction import Transaction
from resources.issues import Text

WHOLE = random.Random(1).randbytes(AT_ONCE * CHUNK + CHUNK + 17)
LATER = timedelta(minutes=1)


@pytest.fixture
def database(mongodb_uri: str, database_name: str) -> Any:
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        yield client[database_name]


@pytest.fixture
def contents(store: Store) -> Contents:
    return store.contents


async def pieces(content: bytes, step: int = 70_000) -> AsyncIterator[bytes]:
    for place in range(0, len(content), step):
        yield content[place : place + step]


async def read(contents: Contents, file: str, start: int, stop: int) -> bytes:
    return b"".join([piece async for piece in contents.read(file, start, stop)])


async def adopted(store: Store, *files: str) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.adopt(files)

    await store.transaction(work, ())


def left(database: Database[dict[str, Any]]) -> tuple[int, int]:
    return database[f"{BUCKET}.files"].count_documents({}), database[f"{BUCKET}.chunks"].count_documents({})


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, AT_ONCE * CHUNK, len(WHOLE)])
async def test_what_is_kept_is_read(contents: Contents, size: int) -> None:
    kept = await contents.keep(pieces(WHOLE[:size]))
    assert (kept.size, kept.sha256) == (size, hashlib.sha256(WHOLE[:size]).hexdigest())
    assert await read(contents, kept.file, 0, size) == WHOLE[:size]


@pytest.mark.parametrize(
    ("start", "stop"),
    [(0, 0), (0, 1), (CHUNK - 1, CHUNK + 1), (CHUNK, 2 * CHUNK), (5 * CHUNK, len(WHOLE)), (17, 3 * CHUNK + 5)],
)
async def test_a_part(contents: Contents, start: int, stop: int) -> None:
    kept = await contents.keep(pieces(WHOLE))
    assert await read(contents, kept.file, start, stop) == WHOLE[start:stop]


async def test_the_drivers_own_bucket_reads_it_too(contents: Contents, database: Database[dict[str, Any]]) -> None:
    kept = await contents.keep(pieces(WHOLE))
    with GridFSBucket(database, BUCKET).open_download_stream(kept.file) as stream:
        assert stream.read() == WHOLE


async def test_names_are_not_guessed(contents: Contents) -> None:
    one, other = await contents.keep(pieces(b"a")), await contents.keep(pieces(b"a"))
    assert one.file != other.file
    assert len(one.file) == 32


async def test_what_breaks_off_leaves_nothing(contents: Contents, database: Database[dict[str, Any]]) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        async for piece in pieces(WHOLE):
            yield piece
        assert left(database)[1] > 0
        raise BadRequest(Text("x", "x"))

    with pytest.raises(BadRequest):
        await contents.keep(breaking())
    assert left(database) == (0, 0)


async def test_only_what_nobody_refers_to_is_discarded(
    store: Store, contents: Contents, database: Database[dict[str, Any]]
) -> None:
    one, other = await contents.keep(pieces(WHOLE)), await contents.keep(pieces(WHOLE))
    await adopted(store, one.file)
    assert await contents.discard([one.file, other.file, "tidak-ada"]) == 1
    assert left(database) == (1, 6)
    assert await read(contents, one.file, 0, 5) == WHOLE[:5]


async def test_the_sweep_takes_what_has_waited_too_long(
    store: Store, contents: Contents, database: Database[dict[str, Any]]
) -> None:
    kept, orphan = await contents.keep(pieces(WHOLE)), await contents.keep(pieces(WHOLE))
    await adopted(store, kept.file)
    assert await contents.sweep(now() + PENDING - LATER) == 0
    assert left(database) == (2, 12)
    assert await contents.sweep(now() + PENDING + LATER) == 1
    assert left(database) == (1, 6)
    assert await read(contents, kept.file, 0, len(WHOLE)) == WHOLE
    assert await contents.sweep(now() + 10 * PENDING) == 0
    with pytest.raises(Unavailable):
        await adopted(store, orphan.file)


async def test_a_sweep_that_was_interrupted_is_finished(contents: Contents, database: Database[dict[str, Any]]) -> None:
    orphan = await contents.keep(pieces(WHOLE))
    doomed = {"$set": {"metadata.doomed": True}}
    database[f"{BUCKET}.files"].update_one({"_id": orphan.file}, doomed)
    assert await contents.sweep(now() + PENDING + LATER) == 1
    assert left(database) == (0, 0)


async def test_what_is_being_removed_is_not_adopted(
    store: Store, contents: Contents, database: Database[dict[str, Any]]
) -> None:
    orphan = await contents.keep(pieces(WHOLE))
    database[f"{BUCKET}.files"].update_one({"_id": orphan.file}, {"$set": {"metadata.doomed": True}})
    with pytest.raises(Unavailable):
        await adopted(store, orphan.file)


async def test_what_is_swept_while_it_is_sent_is_refused(
    contents: Contents, database: Database[dict[str, Any]]
) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield WHOLE
        assert await contents.sweep(now() + PENDING + LATER) == 1
        yield WHOLE

    with pytest.raises(Unavailable):
        await contents.keep(slow())


async def test_what_is_not_whole_is_not_given_as_if_it_were(
    contents: Contents, database: Database[dict[str, Any]]
) -> None:
    kept = await contents.keep(pieces(WHOLE))
    database[f"{BUCKET}.chunks"].delete_one({"files_id": kept.file, "n": 2})
    with pytest.raises(LookupError):
        await read(contents, kept.file, 0, len(WHOLE))
