"""Records that are open in an emergency: to whom, whose, why and until when. What is over is deleted, and told by the
journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from fhir_server.store.documents import Document
from fhir_server.store.faults import translated
from fhir_server.store.journal import ALREADY_THERE

COLLECTION = "emergencies"
FRESH = timedelta(seconds=5)
MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Emergency:
    """`subject`: who opened the record of the Patient with the id `patient`, with the `role` and the app `client`;
    `person`: such as Practitioner/1."""

    subject: str
    patient: str
    reason: str
    since: datetime
    until: datetime
    person: str | None = None
    role: str | None = None
    client: str | None = None


def row(emergency: Emergency) -> Document:
    """As it is stored: a person has one at a time."""
    names = ("patient", "reason", "since", "until", "person", "role", "client")
    return {"_id": emergency.subject, **{name: getattr(emergency, name) for name in names}}


class Emergencies:
    """What this process knows of them is at most FRESH old; its own changes it knows at once."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._database = database
        self._collection = database[COLLECTION]
        self._known: dict[str, tuple[datetime, datetime, frozenset[str]]] = {}

    async def open(self) -> None:
        """Makes the collection: inside a transaction processes could collide over it."""
        with translated():
            try:
                await self._database.command({"create": COLLECTION})
            except OperationFailure as error:
                if error.code != ALREADY_THERE:
                    raise

    async def find(self, subject: str) -> Emergency | None:
        """The person's latest that nobody has ended."""
        with translated():
            found = await self._collection.find_one({"_id": subject})
        return None if found is None else _emergency(found)

    async def over(self, at: datetime) -> list[Emergency]:
        """Those whose time is over and that nobody has ended."""
        with translated():
            return [_emergency(found) for found in await self._collection.find({"until": {"$lte": at}}).to_list()]

    async def patients(self, subject: str, at: datetime) -> frozenset[str]:
        """Whose records the person has open now."""
        since, until, patients = self._known.get(subject, (at, at, frozenset[str]()))
        if since <= at < until:
            return patients
        found = await self.find(subject)
        is_open = found is not None and at < found.until
        patients = frozenset({found.patient} if found is not None and is_open else ())
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        until = min(at + FRESH, found.until) if found is not None and is_open else at + FRESH
        self._known[subject] = at, until, patients
        return patients

    def forget(self, subject: str) -> None:
        """The person has opened a record, or it was closed."""
        self._known.pop(subject, None)


def _emergency(document: Document) -> Emergency:
    return Emergency(document["_id"], **{name: value for name, value in document.items() if name != "_id"})
