"""What can be done inside one MongoDB transaction. It is tried again from the start where it collides with another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo import ReplaceOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from fhir_server.access import Access, Filter
from fhir_server.store.answers import COLLECTION as ANSWERS
from fhir_server.store.answers import Answer
from fhir_server.store.answers import row as answer_row
from fhir_server.store.contents import Contents
from fhir_server.store.documents import Document, history_row
from fhir_server.store.emergencies import COLLECTION as EMERGENCIES
from fhir_server.store.emergencies import Emergency, row
from fhir_server.store.faults import LostRace, translated_in_transaction
from fhir_server.store.journal import Journal, Pen
from resources.issues import Text


class Transaction:
    """Reads one snapshot; what it writes appears whole or not at all."""

    def __init__(
        self, database: AsyncDatabase[Document], session: AsyncClientSession, *, journal: Journal, pen: Pen
    ) -> None:
        self._database = database
        self._session = session
        self._journal = journal
        self._pen = pen

    async def note(self, entries: Sequence[bytes]) -> None:
        """Writes into the journal what was done here. It comes last, and once: others wait for their turn."""
        await self._journal.add(entries, self._pen, self._session)

    async def claim(self, keys: Iterable[str], at: datetime) -> None:
        """Makes transactions that claim the same key run one after the other: a search inside a transaction does not
        keep another from inserting what it did not find."""
        for key in sorted(set(keys)):
            with translated_in_transaction():
                await self._database["claims"].update_one(
                    {"_id": key}, {"$set": {"at": at}, "$inc": {"n": 1}}, upsert=True, session=self._session
                )

    async def start_emergency(self, emergency: Emergency) -> None:
        """In place of an earlier one of the same person."""
        with translated_in_transaction():
            await self._database[EMERGENCIES].replace_one(
                {"_id": emergency.subject}, row(emergency), upsert=True, session=self._session
            )

    async def end_emergency(self, emergency: Emergency) -> bool:
        """False where it has ended before, or another has taken its place."""
        with translated_in_transaction():
            same = {"_id": emergency.subject, "patient": emergency.patient, "until": emergency.until}
            return (await self._database[EMERGENCIES].delete_one(same, session=self._session)).deleted_count == 1

    async def keep(self, answers: Sequence[Answer], at: datetime) -> None:
        """Raises AlreadyExists where one was given under the same key."""
        with translated_in_transaction():
            rows = [answer_row(answer, at) for answer in answers]
            await self._database[ANSWERS].insert_many(rows, session=self._session)

    async def adopt(self, files: Iterable[str]) -> None:
        """The contents of these names belong to what is written here. Raises Unavailable where one was swept."""
        await Contents(self._database).adopt(files, self._session)

    async def reinherit(self, id: str, judged: Document) -> None:
        """Who may see a Binary has changed, since what it names as its context has."""
        lost = {} if "labels" in judged else {"$unset": {"labels": ""}}
        with translated_in_transaction():
            await self._database["Binary"].update_one({"_id": id}, {"$set": judged, **lost}, session=self._session)

    async def get_many(self, type: str, ids: Iterable[str]) -> dict[str, Document]:
        """Current documents and tombstones by id, whoever may see them: the commit judges them before it acts."""
        with translated_in_transaction():
            found = self._database[type].find({"_id": {"$in": sorted(set(ids))}}, session=self._session)
            return {document["_id"]: document for document in await found.to_list()}

    async def find(self, type: str, access: Access, filter: Filter, stages: Sequence[Document]) -> list[Document]:
        """Current, not deleted documents that match, passed through these aggregation stages."""
        restricted: Document = {"$and": [{"deleted": False}, access.filter(), filter]}
        with translated_in_transaction():
            cursor = await self._database[type].aggregate([{"$match": restricted}, *stages], session=self._session)
            return await cursor.to_list()

    async def insert(self, type: str, documents: Sequence[Document]) -> None:
        with translated_in_transaction():
            await self._database[type].insert_many(documents, session=self._session)

    async def replace(self, type: str, pairs: Sequence[tuple[Document, Document]]) -> None:
        """Puts the second of each pair in the place of the first, which becomes history."""
        rows = [history_row(old, new["updated"]) for old, new in pairs]
        swaps = [ReplaceOne({"_id": old["_id"], "version": old["version"]}, new) for old, new in pairs]
        with translated_in_transaction():
            await self._database[type + "_history"].insert_many(rows, session=self._session)
            result = await self._database[type].bulk_write(swaps, session=self._session)
        if result.matched_count != len(pairs):
            raise LostRace(
                Text(
                    "The resource was changed by someone else at the same time; read it again.",
                    "Sumber daya diubah pihak lain pada saat yang sama; baca ulang lalu coba lagi.",
                )
            )
