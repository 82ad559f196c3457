"""Work that takes longer than a request: how far it is, and the file that comes of it.

One process does a job and tells that it lives; the others only look. A job whose process was killed has failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from fhir_server.store.contents import PENDING
from fhir_server.store.documents import Document
from fhir_server.store.faults import translated

COLLECTION = "jobs"
State = Literal["waiting", "running", "completed", "failed", "cancelled"]
UNFINISHED = ("waiting", "running")
SILENT = timedelta(seconds=30)
"""A job of which nobody has heard for so long has lost its process."""


@dataclass(frozen=True, slots=True)
class Job:
    """`subject`: whose it is; `done` of `total` steps; `file`: the content that came of it, of `size` bytes; `reason`:
    why it failed."""

    id: str
    subject: str
    kind: str
    since: datetime
    heard: datetime
    state: State = "waiting"
    done: int = 0
    total: int = 0
    file: str = ""
    size: int = 0
    reason: str = ""

    def seen(self, at: datetime) -> State:
        """The state, at this moment."""
        return "failed" if self.state in UNFINISHED and at - self.heard > SILENT else self.state


class Jobs:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._collection = database[COLLECTION]

    async def open(self) -> None:
        with translated():
            kept = int(PENDING.total_seconds())
            since = IndexModel([("since", ASCENDING)], name="since", expireAfterSeconds=kept)
            await self._collection.create_indexes([since, IndexModel([("subject", ASCENDING)], name="subject")])

    async def start(self, job: Job) -> None:
        row = {name: getattr(job, name) for name in Job.__slots__ if name != "id"}
        with translated():
            await self._collection.insert_one({"_id": job.id, **row})

    async def get(self, id: str, subject: str) -> Job | None:
        """None for another's."""
        with translated():
            row = await self._collection.find_one({"_id": id, "subject": subject})
        return None if row is None else _job(row)

    async def unfinished(self, subject: str, at: datetime) -> int:
        """How many jobs of one live."""
        query = {"subject": subject, "state": {"$in": list(UNFINISHED)}, "heard": {"$gt": at - SILENT}}
        with translated():
            return await self._collection.count_documents(query)

    async def tell(self, id: str, at: datetime, **changes: str | int) -> bool:
        """How a job stands now. False where it was ended meanwhile, such as cancelled."""
        query = {"_id": id, "state": {"$in": list(UNFINISHED)}}
        with translated():
            found = await self._collection.update_one(query, {"$set": {**changes, "heard": at}})
        return found.matched_count == 1

    async def remove(self, id: str) -> None:
        with translated():
            await self._collection.delete_one({"_id": id})


def _job(row: Document) -> Job:
    return Job(row["_id"], **{name: row[name] for name in Job.__slots__ if name != "id"})
