"""A lease: which of several processes does what one alone may do."""

from __future__ import annotations

from datetime import datetime

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError

from fhir_server.store.documents import Document
from fhir_server.store.faults import translated

LEASE = "lease"


async def take(collection: AsyncCollection[Document], process: str, now: datetime, until: datetime) -> bool:
    """Takes or keeps the lease of a collection; False where another process has it."""
    free: Document = {"_id": LEASE, "$or": [{"owner": process}, {"until": {"$lt": now}}]}
    with translated():
        try:
            await collection.update_one(free, {"$set": {"owner": process, "until": until}}, upsert=True)
        except DuplicateKeyError:
            return False
    return True
