"""The journal on a real replica set: chains without gaps, whoever writes, and nothing written where it must not be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from fhir_server.audit.heads import NO_COPY
from fhir_server.audit.verify import verify
from fhir_server.errors import Unavailable
from fhir_server.store.blocks import CHAINS, START, following, place
from fhir_server.store.documents import Document, now
from fhir_server.store.journal import Journal
from fhir_server.store.store import Store, connect
from fhir_server.store.transaction import Transaction


@pytest.fixture
async def other(mongodb_uri: str, database_name: str) -> AsyncIterator[Store]:
    """The store of another process."""
    async with connect(mongodb_uri) as client:
        yield Store(client, database_name)


@pytest.fixture
async def mongodb(mongodb_uri: str) -> AsyncIterator[AsyncMongoClient[Document]]:
    async with connect(mongodb_uri) as client:
        yield client


async def entries(store: Store) -> list[Any]:
    trail = store.audit_trail()
    return [
        entry
        for chain in range(CHAINS)
        async for blocks in trail.walk(chain)
        for block in blocks
        for entry in json.loads(block["entries"])
    ]


async def noted(entry: bytes, transaction: Transaction) -> None:
    await transaction.note([entry])


async def is_sound(store: Store) -> bool:
    return (await verify(store.audit_trail(), NO_COPY)).findings == []


def test_blocks_are_in_their_order_as_texts_too() -> None:
    ids = [following(3, START, [], now())["_id"]] + [f"3/{number:012}" for number in (9, 10, 10**11)]
    assert ids == sorted(ids)
    assert [place(id) for id in ids] == [(3, 1), (3, 9), (3, 10), (3, 10**11)]


async def test_entries_of_one_moment_share_a_block(store: Store) -> None:
    await asyncio.gather(*(store.journal.write(b'{"n":%d}' % number) for number in range(100)))
    assert sorted(entry["n"] for entry in await entries(store)) == list(range(100))
    assert await store.audit_trail().count() <= 3
    assert await is_sound(store)


async def test_two_processes_with_sixteen_writers_leave_no_gap(store: Store, other: Store) -> None:
    """Reads, which write a block of their own, and transactions."""

    async def write(number: int) -> None:
        mine = (store, other)[number % 2]
        for step in range(10):
            entry = b'{"n":%d}' % (number * 10 + step)
            if number % 4 < 2:
                await mine.journal.write(entry)
            else:
                await mine.transaction(partial(noted, entry), [])

    await asyncio.gather(*(write(number) for number in range(16)))
    assert sorted(entry["n"] for entry in await entries(store)) == list(range(160))
    assert await is_sound(store)


async def test_processes_that_begin_with_the_same_chain_leave_it_to_one(
    mongodb: AsyncMongoClient[Document], database_name: str, store: Store
) -> None:
    one, two = (Journal(mongodb[database_name], first=3) for _ in range(2))
    for _ in range(5):
        await asyncio.gather(one.write(b'{"n":1}'), two.write(b'{"n":2}'))
    heads = await store.audit_trail().heads()
    assert len(heads) == 2
    assert sum(head.number for head in heads.values()) == 10
    assert await is_sound(store)


async def test_a_process_goes_on_when_others_have_moved_all_its_chains(
    mongodb: AsyncMongoClient[Document], database_name: str, store: Store
) -> None:
    async def numbers() -> dict[int, int]:
        return {chain: head.number for chain, head in (await store.audit_trail().heads()).items()}

    mine = Journal(mongodb[database_name], first=0)
    for _ in range(CHAINS + 1):
        before = await numbers()
        await mine.write(b"{}")
        (chain,) = (chain for chain, number in (await numbers()).items() if number != before.get(chain))
        await Journal(mongodb[database_name], first=chain).write(b"{}")
        assert (await numbers())[chain] == before.get(chain, 0) + 2
    assert await is_sound(store)


async def test_a_transaction_that_fails_leaves_no_gap_and_no_entry(store: Store) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.note([b'{"n":1}'])
        raise RuntimeError("stop")

    for _ in range(CHAINS + 1):
        with pytest.raises(RuntimeError):
            await store.transaction(work, [])
        await store.journal.write(b'{"n":2}')
    assert {entry["n"] for entry in await entries(store)} == {2}
    assert await is_sound(store)


async def test_a_head_that_is_not_known_any_more_is_read_again(store: Store, other: Store) -> None:
    """Both in a transaction: there a number that is taken ends the whole of it."""
    for round in range(CHAINS * 2):
        for mine in (store, other):
            await mine.transaction(lambda transaction: transaction.note([b"{}"]), [])
        assert await store.audit_trail().count() == 2 * round + 2
    assert await is_sound(store)


async def test_what_cannot_be_written_is_said(
    mongodb: AsyncMongoClient[Document], database_name: str, store: Store
) -> None:
    await mongodb[database_name].command({"collMod": "audit_blocks", "validator": {"never": True}})
    with pytest.raises(Unavailable):
        await store.journal.write(b"{}")
    with pytest.raises(Unavailable):
        await store.transaction(lambda transaction: transaction.note([b"{}"]), [])
    await mongodb[database_name].command({"collMod": "audit_blocks", "validator": {}})
    await asyncio.gather(*(store.journal.write(b"{}") for _ in range(10)))
    assert await is_sound(store)
