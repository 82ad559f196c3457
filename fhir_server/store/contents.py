"""The contents of large Binaries, in pieces, as they lie in GridFS.

https://github.com/mongodb/specifications/blob/master/source/gridfs/gridfs-spec.md

A content lies here before the write that refers to it is committed: it is `pending` until then, and what has been for
long is swept. The driver's own bucket keeps up to 48 MB of a file that it writes in memory, and 16 MB of one that it
reads.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from fhir_server.changes import Uploaded
from fhir_server.errors import Unavailable
from fhir_server.store.documents import Document, now
from fhir_server.store.faults import translated, translated_in_transaction
from resources.issues import Text

BUCKET = "contents"
CHUNK = 255 * 1024
AT_ONCE = 4
"""Chunks that are written, or read, at a time."""

PENDING = timedelta(hours=24)
"""For so long a content may wait for the write that refers to it."""


class Contents:
    """`ids` gives names that nobody guesses."""

    def __init__(
        self,
        database: AsyncDatabase[Document],
        *,
        ids: Callable[[], str] = lambda: secrets.token_hex(16),
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._files = database[f"{BUCKET}.files"]
        self._chunks = database[f"{BUCKET}.chunks"]
        self._ids = ids
        self._clock = clock

    async def open(self) -> None:
        with translated():
            chunks = IndexModel([("files_id", ASCENDING), ("n", ASCENDING)], unique=True)
            pending = IndexModel([("metadata.pending", ASCENDING)], name="pending", sparse=True)
            await self._chunks.create_indexes([chunks])
            await self._files.create_indexes([pending])

    async def keep(self, pieces: AsyncIterator[bytes]) -> Uploaded:
        """Stores a content that no write refers to yet. Raises Unavailable, and whatever the pieces raise: then nothing
        of it stays."""
        file = self._ids()
        row = {"length": 0, "chunkSize": CHUNK, "uploadDate": self._clock(), "metadata": {"pending": self._clock()}}
        with translated():
            await self._files.insert_one({"_id": file, **row})
            try:
                return await self._keep(file, pieces)
            except BaseException:
                await self.discard([file])
                raise

    async def _keep(self, file: str, pieces: AsyncIterator[bytes]) -> Uploaded:
        digest, size, number = hashlib.sha256(), 0, 0
        async for batch in _batches(pieces):
            digest.update(batch)
            size += len(batch)
            rows = [batch[place : place + CHUNK] for place in range(0, len(batch), CHUNK)]
            await self._chunks.insert_many([{"files_id": file, "n": number + i, "data": d} for i, d in enumerate(rows)])
            number += len(rows)
        told = {"length": size, "metadata.sha256": digest.hexdigest(), "metadata.pending": self._clock()}
        if not (await self._files.update_one(_waiting(file), {"$set": told})).matched_count:
            raise _swept()
        return Uploaded(file, size, digest.hexdigest())

    async def adopt(self, files: Iterable[str], session: AsyncClientSession) -> None:
        """These belong to what the transaction writes. Raises Unavailable where one was swept meanwhile."""
        for file in files:
            with translated_in_transaction():
                change = {"$unset": {"metadata.pending": ""}}
                found = await self._files.update_one(_waiting(file), change, session=session)
            if not found.matched_count:
                raise _swept()

    async def read(self, file: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """The bytes from `start` on, before `stop`, in pieces."""
        if start >= stop:
            return
        first, last = start // CHUNK, (stop - 1) // CHUNK
        wanted = {"files_id": file, "n": {"$gte": first, "$lte": last}}
        number = first
        with translated():
            async with self._chunks.find(wanted, batch_size=AT_ONCE).sort("n") as cursor:
                async for row in cursor:
                    if row["n"] != number:
                        break
                    before = number * CHUNK
                    yield row["data"][max(start - before, 0) : stop - before]
                    number += 1
        if number <= last:
            raise LookupError(f"chunk {number} of the content {file} is missing")

    async def discard(self, files: Iterable[str]) -> int:
        """Removes those of them that no write refers to; how many."""
        return sum([await self._discard(_waiting(file)) for file in files])

    async def sweep(self, at: datetime) -> int:
        """Removes what has waited for too long, also what is half removed; how many."""
        old: Document = {"metadata.pending": {"$lt": at - PENDING}}
        with translated():
            found = await self._files.find(old, {"_id": True}).to_list()
        return sum([await self._discard({"_id": row["_id"], **old}) for row in found])

    async def _discard(self, wanted: Document) -> int:
        """What is doomed cannot be adopted any more, so that chunks go before what tells of them."""
        with translated():
            change = {"$set": {"metadata.doomed": True}}
            row = await self._files.find_one_and_update(wanted, change, projection={"_id": True})
            if row is None:
                return 0
            await self._chunks.delete_many({"files_id": row["_id"]})
            return (await self._files.delete_one({"_id": row["_id"]})).deleted_count


def _waiting(file: str) -> Document:
    return {"_id": file, "metadata.pending": {"$exists": True}, "metadata.doomed": {"$exists": False}}


async def _batches(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes, all but the last of AT_ONCE whole chunks."""
    kept = bytearray()
    async for piece in pieces:
        kept += piece
        while len(kept) >= AT_ONCE * CHUNK:
            yield bytes(kept[: AT_ONCE * CHUNK])
            del kept[: AT_ONCE * CHUNK]
    if kept:
        yield bytes(kept)


def _swept() -> Unavailable:
    return Unavailable(
        Text("Sending the content took too long; send it again.", "Pengiriman isi terlalu lama; kirim ulang.")
    )
