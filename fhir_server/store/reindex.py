"""Stored documents as they lie, in the order of their ids, for who computes anew what searches look at.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import bson
from pymongo import ASCENDING, DESCENDING, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError

from fhir_server.store.documents import CODEC, Document
from fhir_server.store.faults import DUPLICATE_KEY, translated

PROGRESS = "reindex"
HISTORY = "_history"
MOST_BYTES = 32_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """The current documents of a type, or its `past` versions."""

    type: str
    past: bool = False

    @property
    def collection(self) -> str:
        return self.type + HISTORY if self.past else self.type


@dataclass(frozen=True, slots=True)
class Mend:
    """What a document of this id and version must be given, and what it must lose."""

    id: str
    version: int
    given: Mapping[str, Any]
    lost: tuple[str, ...] = ()

    def update(self) -> UpdateOne:
        """Of this version only: a write that came meanwhile has computed it anew already."""
        change = {"$set": dict(self.given), "$unset": dict.fromkeys(self.lost, "")}
        return UpdateOne({"_id": self.id, "version": self.version}, {op: rows for op, rows in change.items() if rows})


@dataclass(frozen=True, slots=True)
class Position:
    """How far a run has come: it works on `part`, is done with all ids up to `last` and with `done` documents in all.
    `what` is computed: a run of something else begins anew."""

    what: str
    part: Part
    last: str | None = None
    done: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """`mended` documents; `refused`: the ids of those whose business keys belong to another document."""

    mended: int = 0
    refused: tuple[str, ...] = field(default_factory=tuple)


def as_stored(values: Mapping[str, Any]) -> Document:
    """The values as MongoDB gives them back: moments in milliseconds, tuples as lists."""
    return bson.decode(bson.encode(values, codec_options=CODEC), CODEC)


class Rows:
    """The documents of one database, with no limits of access: only for who may see everything."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._database = database

    async def size(self, part: Part) -> int:
        """About how many documents there are."""
        with translated():
            return await self._database[part.collection].estimated_document_count()

    async def batch(self, part: Part, after: str | None, most: int) -> list[Document]:
        """The next documents by id, whole; fewer than `most` where they are large, none at the end."""
        beyond: Document = {} if after is None else {"_id": {"$gt": after}}
        pipeline: list[Document] = [
            {"$match": beyond},
            {"$sort": {"_id": ASCENDING}},
            {"$limit": most},
            {"$set": {"bytes": {"$bsonSize": "$$ROOT"}}},
        ]
        found: list[Document] = []
        left = MOST_BYTES
        with translated():
            async with await self._database[part.collection].aggregate(pipeline, hint="_id_") as cursor:
                async for document in cursor:
                    left -= document.pop("bytes")
                    found.append(document)
                    if left <= 0:
                        break
        return found

    async def oldest(self, part: Part, most: int) -> list[Document]:
        """The documents that were written first, whole."""
        order = [("updated", ASCENDING), ("_id", DESCENDING)]
        with translated():
            return await self._database[part.collection].find().sort(order).limit(most).to_list()

    async def resources(self, type: str, versions: Sequence[tuple[str, int]]) -> dict[str, Any]:
        """The resources of past versions by the ids of their rows, `id/version`."""
        wanted = [f"{id}/{version}" for id, version in versions]
        if not wanted:
            return {}
        with translated():
            found = self._database[type + HISTORY].find({"_id": {"$in": wanted}}, {"resource": True})
            return {row["_id"]: row["resource"] for row in await found.to_list() if "resource" in row}

    async def mend(self, part: Part, mends: Sequence[Mend]) -> Outcome:
        """Documents that were written meanwhile stay as they are."""
        if not mends:
            return Outcome()
        collection = self._database[part.collection]
        with translated():
            try:
                result = await collection.bulk_write([one.update() for one in mends], ordered=False)
            except BulkWriteError as error:
                return await self._refused(collection, mends, error)
        return Outcome(result.matched_count)

    async def _refused(
        self, collection: AsyncCollection[Document], mends: Sequence[Mend], error: BulkWriteError
    ) -> Outcome:
        """Where only keys stand in the way, what searches look at is mended all the same."""
        faults = error.details["writeErrors"]
        if not faults or any(fault["code"] != DUPLICATE_KEY for fault in faults):
            raise error
        refused = [mends[fault["index"]] for fault in faults]
        rest = [{name: value for name, value in one.given.items() if name != "keys"} for one in refused]
        updates = [
            Mend(one.id, one.version, given, one.lost).update()
            for one, given in zip(refused, rest, strict=True)
            if given or one.lost
        ]
        again = await collection.bulk_write(updates, ordered=False) if updates else None
        matched = error.details["nMatched"] + (again.matched_count if again else 0)
        return Outcome(matched, tuple(one.id for one in refused))

    async def position(self, run: str) -> Position | None:
        """Where the run of this name was interrupted; None where none was."""
        with translated():
            row = await self._database[PROGRESS].find_one({"_id": run})
        return None if row is None else Position(row["what"], Part(row["type"], row["past"]), row["last"], row["done"])

    async def keep(self, run: str, position: Position) -> None:
        row = {"what": position.what, "type": position.part.type, "past": position.part.past}
        with translated():
            await self._database[PROGRESS].replace_one(
                {"_id": run}, {**row, "last": position.last, "done": position.done}, upsert=True
            )

    async def forget(self, run: str) -> None:
        """The run is finished."""
        with translated():
            await self._database[PROGRESS].delete_one({"_id": run})
