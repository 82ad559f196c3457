"""Reads of one moment, whatever is written meanwhile.

https://www.mongodb.com/docs/manual/reference/read-concern-snapshot/
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import bson
from bson.int64 import Int64
from bson.raw_bson import RawBSONDocument
from bson.timestamp import Timestamp
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from fhir_server.search.cursor import Moment
from fhir_server.store.documents import CODEC, Document

PASSED = (239, 246, 72)
"""SnapshotTooOld; SnapshotUnavailable: the collection has changed since; InvalidOptions: a time of another database."""

BATCH = 2_000
RAW = CODEC.with_options(document_class=RawBSONDocument)


@dataclass(frozen=True, slots=True)
class Found:
    """`moment`: what was read is the state of then; None where MongoDB could not keep to one."""

    documents: list[Document]
    moment: Moment | None


async def aggregate(
    database: AsyncDatabase[Document],
    collection: str,
    pipeline: Sequence[Document],
    *,
    at: Moment | None,
    timeout_ms: int,
) -> Found:
    """The result of a pipeline at a moment; at the present, a moment of its own, where none is given or it has passed.

    The present holds all writes that were acknowledged before.
    """
    command = {
        "aggregate": collection,
        "pipeline": list(pipeline),
        "cursor": {"batchSize": BATCH},
        "maxTimeMS": timeout_ms,
    }
    levels: list[Document] = [{"level": "snapshot"}, {"level": "majority"}]
    if at is not None:
        levels.insert(0, {"level": "snapshot", "atClusterTime": Timestamp(*at)})
    while True:
        try:
            return await _read(database, {**command, "readConcern": levels.pop(0)})
        except OperationFailure as error:
            if error.code not in PASSED or not levels:
                raise


async def moment(database: AsyncDatabase[Document], collection: str) -> Moment | None:
    """The present, for several reads of the same moment."""
    return (await aggregate(database, collection, [{"$limit": 1}], at=None, timeout_ms=0)).moment


async def _read(database: AsyncDatabase[Document], command: Document) -> Found:
    """A large result comes in several batches, all in one session."""

    async def reply(command: Document) -> Document:
        # The driver decodes the documents of its own cursors by our codec, but those of plain commands without it.
        raw = await database.command(command, codec_options=RAW, session=session)
        cursor: Document = bson.decode(raw.raw, CODEC)["cursor"]
        return cursor

    async with database.client.start_session(causal_consistency=False) as session:
        cursor = await reply(command)
        documents: list[Document] = cursor["firstBatch"]
        time = cursor.get("atClusterTime")
        while cursor["id"]:
            cursor = await reply({"getMore": Int64(cursor["id"]), "collection": command["aggregate"]})
            documents += cursor["nextBatch"]
    return Found(documents, None if time is None else (time.time, time.inc))
