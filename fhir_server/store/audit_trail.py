"""What the journal holds, read back; and the FHIR resources that are made of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import bson
from bson.raw_bson import RawBSONDocument
from pymongo import ASCENDING, DESCENDING
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError

from fhir_server.messages import Resource
from fhir_server.store.blocks import CHAINS, Head, after, block_id, head_of
from fhir_server.store.documents import CODEC, Document
from fhir_server.store.faults import DUPLICATE_KEY, translated
from fhir_server.store.journal import BLOCKS
from fhir_server.store.lease import LEASE, take

PROGRESS = "audit_progress"
CHAIN = "chain:"
RAW = CODEC.with_options(document_class=RawBSONDocument)
BLOCKS_A_BATCH = 500
STORED = ("version", "updated", "deleted", "resource")

Block = Mapping[str, Any]


class Stored(NamedTuple):
    """A current document; `resource`: the bytes that it is stored as, None where searches do not find it."""

    version: int
    updated: datetime
    resource: bytes | None


def as_stored(resource: Resource) -> bytes:
    """The bytes that a resource is stored as."""
    return bson.encode(resource, codec_options=CODEC)


def _raw(row: RawBSONDocument) -> bytes | None:
    resource = row.get("resource")
    return bytes(resource.raw) if row.get("deleted") is False and resource is not None else None


class AuditTrail:
    """One database's."""

    def __init__(self, database: AsyncDatabase[Document], prepare: Callable[[str], Awaitable[None]]) -> None:
        """`prepare`: makes the collections and indexes of a resource type."""
        self._database = database
        self._prepare = prepare

    async def blocks(self, chain: int, number: int) -> list[Block]:
        """The chain's next blocks behind this number, in their order, some at a time."""
        return await self._some(chain, block_id(chain, number))

    async def walk(self, chain: int) -> AsyncIterator[list[Block]]:
        """All blocks whose ids begin as the chain's do, in their order, some at a time."""
        last = f"{chain}/"
        while blocks := await self._some(chain, last):
            yield blocks
            last = blocks[-1]["_id"]

    async def _some(self, chain: int, last: str) -> list[Block]:
        with translated():
            found = self._database[BLOCKS].find({"_id": {"$gt": last, "$lt": f"{chain}0"}}).sort("_id", ASCENDING)
            return list(await found.limit(BLOCKS_A_BATCH).to_list())

    async def strangers(self) -> list[Any]:
        """The ids of blocks that belong to no chain."""
        of_chains = [{"_id": {"$gt": f"{chain}/", "$lt": f"{chain}0"}} for chain in range(CHAINS)]
        with translated():
            return [block["_id"] async for block in self._database[BLOCKS].find({"$nor": of_chains}, {"_id": True})]

    async def heads(self) -> dict[int, Head]:
        """Of the chains that have begun."""
        found = {}
        with translated():
            for chain in range(CHAINS):
                order = [("_id", DESCENDING)]
                block = await self._database[BLOCKS].find_one({"_id": after(chain, 0)}, {"hash": True}, sort=order)
                if block is not None:
                    found[chain] = head_of(block)
        return found

    async def count(self) -> int:
        """About how many blocks there are."""
        with translated():
            return await self._database[BLOCKS].estimated_document_count()

    async def progress(self) -> dict[int, int]:
        """Up to which number each chain's blocks have become resources."""
        with translated():
            rows = await self._database[PROGRESS].find({"_id": {"$regex": f"^{CHAIN}"}}).to_list()
        return {int(row["_id"].removeprefix(CHAIN)): row["number"] for row in rows}

    async def advance(self, chain: int, number: int) -> None:
        with translated():
            await self._database[PROGRESS].update_one(
                {"_id": f"{CHAIN}{chain}"}, {"$max": {"number": number}}, upsert=True
            )

    async def keep(self, type: str, documents: Sequence[Document]) -> None:
        """Stores resources; those that are there already stay as they are."""
        await self._prepare(type)
        with translated():
            try:
                await self._database[type].insert_many(documents, ordered=False)
            except BulkWriteError as error:
                if any(row.get("code") != DUPLICATE_KEY for row in error.details["writeErrors"]):
                    raise

    async def stored(self, type: str, ids: Iterable[str]) -> dict[str, Stored]:
        """Current documents by id."""
        collection = self._database[type].with_options(codec_options=RAW)
        wanted = {"_id": {"$in": list(ids)}}
        with translated():
            rows = await collection.find(wanted, dict.fromkeys(STORED, True)).to_list()
        return {row["_id"]: Stored(row["version"], row["updated"], _raw(row)) for row in rows}

    async def number_of(self, type: str) -> int:
        with translated():
            return await self._database[type].count_documents({})

    async def ids(self, type: str) -> AsyncIterator[str]:
        with translated():
            async for row in self._database[type].find({}, {"_id": True}).sort("_id", ASCENDING):
                yield row["_id"]

    async def past(self, type: str) -> list[str]:
        """The ids of the past versions of a type; those of what never changes are none."""
        with translated():
            return [row["_id"] for row in await self._database[f"{type}_history"].find({}, {"_id": True}).to_list()]

    async def lead(self, process: str, now: datetime, until: datetime) -> bool:
        """Takes or keeps the lease; False where another process has it."""
        return await take(self._database[PROGRESS], process, now, until)

    async def leave(self, process: str) -> None:
        with translated():
            await self._database[PROGRESS].delete_one({"_id": LEASE, "owner": process})
