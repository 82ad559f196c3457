"""Answers that were given under an Idempotency-Key: the same key gives the same one again.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from fhir_server.store.documents import Document
from fhir_server.store.faults import translated

COLLECTION = "answers"
KEPT_SECONDS = 48 * 3600


@dataclass(frozen=True, slots=True)
class Answer:
    """`key`: of the caller and what it sent as Idempotency-Key; `request`: what was asked, hashed; `type`, `id`,
    `version`: the resource that was the answer."""

    key: str
    request: str
    type: str
    id: str
    version: int


class Answers:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._collection = database[COLLECTION]

    async def open(self) -> None:
        with translated():
            await self._collection.create_indexes(
                [IndexModel([("at", ASCENDING)], name="at", expireAfterSeconds=KEPT_SECONDS)]
            )

    async def find(self, keys: Iterable[str]) -> dict[str, Answer]:
        """Those that were given, by their key."""
        with translated():
            found = await self._collection.find({"_id": {"$in": sorted(set(keys))}}).to_list()
        return {row["_id"]: Answer(row["_id"], row["request"], row["type"], row["id"], row["version"]) for row in found}


def row(answer: Answer, at: datetime) -> Document:
    """As it is stored."""
    return {
        "_id": answer.key,
        "request": answer.request,
        "type": answer.type,
        "id": answer.id,
        "version": answer.version,
        "at": at,
    }
