"""Records that were opened in an emergency: by whom, whose, why and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from fhir_server.store.documents import Document
from fhir_server.store.faults import translated

COLLECTION = "emergencies"
KEPT = 24 * 3600
INDEXES = (IndexModel([("until", ASCENDING)], name="until", expireAfterSeconds=KEPT),)
"""What is over is told by the journal."""

FRESH = timedelta(seconds=5)
MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Emergency:
    """`subject`: who opened the record of the Patient with the id `patient`."""

    subject: str
    patient: str
    reason: str
    since: datetime
    until: datetime


class Emergencies:
    """What this process knows of them is at most FRESH old; its own changes it knows at once."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._collection = database[COLLECTION]
        self._known: dict[str, tuple[datetime, frozenset[str]]] = {}

    async def open(self) -> None:
        with translated():
            await self._collection.create_indexes(list(INDEXES))

    async def start(self, emergency: Emergency) -> None:
        """In place of an earlier one: a person has one at a time."""
        row = {name: getattr(emergency, name) for name in ("patient", "reason", "since", "until")}
        with translated():
            await self._collection.replace_one({"_id": emergency.subject}, row, upsert=True)
        self._known.pop(emergency.subject, None)

    async def stop(self, subject: str, patient: str, at: datetime) -> None:
        with translated():
            await self._collection.update_one({"_id": subject, "patient": patient}, {"$min": {"until": at}})
        self._known.pop(subject, None)

    async def patients(self, subject: str, at: datetime) -> frozenset[str]:
        """Whose records the person has open now."""
        known = self._known.get(subject)
        if known is not None and known[0] <= at < known[0] + FRESH:
            return known[1]
        with translated():
            row = await self._collection.find_one({"_id": subject, "until": {"$gt": at}})
        found = frozenset({row["patient"]} if row else ())
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[subject] = at, found
        return found
