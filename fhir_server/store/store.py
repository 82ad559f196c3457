"""Current documents and their history in MongoDB. Only the record calls this; every read takes an access filter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple, TypeVar

from bson.errors import BSONError
from pymongo import AsyncMongoClient, ReadPreference, WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from fhir_server.access import Access, Filter
from fhir_server.errors import Conflict, TooLarge
from fhir_server.search.cursor import KEY_BYTES as CURSOR_KEY_BYTES
from fhir_server.search.cursor import Moment
from fhir_server.store import indexes, snapshot, watch
from fhir_server.store.answers import Answers
from fhir_server.store.audit_trail import AuditTrail
from fhir_server.store.coalesce import Coalescer
from fhir_server.store.contents import Contents
from fhir_server.store.documents import CODEC, COMPUTED, Document, from_history
from fhir_server.store.emergencies import Emergencies
from fhir_server.store.faults import translate, translated, unavailable
from fhir_server.store.history import HistoryQuery, merged
from fhir_server.store.jobs import Jobs
from fhir_server.store.journal import ChainMoved, Journal
from fhir_server.store.parameters import ParameterStates
from fhir_server.store.plans import Effort, effort
from fhir_server.store.reindex import Rows
from fhir_server.store.secrets import secret
from fhir_server.store.snapshot import Found
from fhir_server.store.transaction import Transaction
from resources.belonging import is_of_patients

Result = TypeVar("Result")

HISTORY = "_history"
CLAIMS = "claims"
KEYS = "keys"
TRANSACTION_SECONDS = 30
"""With all attempts; the embedded MongoDB itself ends a transaction after as many."""


def connect(uri: str, *, pool: int = 100) -> AsyncMongoClient[Document]:
    """A client that waits for the majority and the journal. It connects on first use."""
    return AsyncMongoClient(
        uri,
        w="majority",
        journal=True,
        readConcernLevel="majority",
        retryWrites=True,
        retryReads=True,
        serverSelectionTimeoutMS=5000,
        maxPoolSize=pool,
        appname="rsud-fhir",
    )


class Noted(NamedTuple):
    """A new document, and the entry of the journal that tells of it."""

    document: Document
    entry: bytes


class Store:
    """One database. Close it by closing the client that it was made of."""

    def __init__(self, client: AsyncMongoClient[Document], database: str, *, search_timeout_ms: int = 5000) -> None:
        self._client = client
        self._database: AsyncDatabase[Document] = client.get_database(
            database,
            codec_options=CODEC,
            read_preference=ReadPreference.PRIMARY,
            write_concern=WriteConcern("majority", j=True),
            read_concern=ReadConcern("majority"),
        )
        self._timeout_ms = search_timeout_ms
        self._cursor_key: bytes | None = None
        self._ready: set[str] = set()
        self._preparing: dict[str, asyncio.Lock] = {}
        self._readers: dict[str, Coalescer[str, Document | None]] = {}
        self._inserters: dict[str, Coalescer[Noted, None]] = {}
        self.journal = Journal(self._database)
        self.emergencies = Emergencies(self._database)
        self.answers = Answers(self._database)
        self.contents = Contents(self._database)
        self.jobs = Jobs(self._database)

    async def open(self) -> None:
        """Creates missing indexes of the types that are in use. MongoDB builds them without blocking."""
        with translated():
            await self._database[CLAIMS].create_indexes(list(indexes.CLAIMS))
            await self.journal.open()
            await self.emergencies.open()
            await self.answers.open()
            await self.contents.open()
            await self.jobs.open()
            await self.cursor_key()
            for type in await self.types():
                await self.prepare(type)

    async def ping(self) -> None:
        with translated():
            await self._client.admin.command("ping")

    async def types(self) -> list[str]:
        """The resource types that have been stored at some time, in alphabetical order."""
        with translated():
            names = await self._database.list_collection_names(filter={"name": {"$regex": "^[A-Z]"}})
        return sorted(name for name in names if not name.endswith(HISTORY))

    async def prepare(self, type: str) -> None:
        """Makes a type's collections and indexes before its first write: inside a transaction they could collide."""
        if type in self._ready:
            return
        async with self._preparing.setdefault(type, asyncio.Lock()):
            if type in self._ready:
                return
            by_patient = is_of_patients(type)
            with translated():
                await self._current(type).create_indexes(indexes.current(type, in_patient_compartment=by_patient))
                await self._history(type).create_indexes(indexes.history(in_patient_compartment=by_patient))
            self._ready.add(type)

    async def get(self, type: str, id: str, access: Access) -> Document | None:
        """The current document without index, a tombstone where it is deleted, None where there is none or the caller
        may not see it. Shared with other callers of the same moment: do not change it."""
        reader = self._readers.get(type)
        if reader is None:
            reader = self._readers[type] = Coalescer(partial(self._read_many, type))
        document = await reader(id)
        return document if document is not None and access.allows(document) else None

    async def get_version(self, type: str, id: str, version: int, access: Access) -> Document | None:
        """One version, current or past, judged by that version's own compartments."""
        current = await self.get(type, id, access)
        if current is not None and current["version"] == version:
            return current
        with translated():
            row = await self._history(type).find_one({"$and": [{"_id": f"{id}/{version}"}, access.filter()]})
        return None if row is None else from_history(row)

    async def find(
        self,
        type: str,
        access: Access,
        filter: Filter,
        stages: Sequence[Document] = (),
        *,
        at: Moment | None = None,
        within_ms: int | None = None,
    ) -> Found:
        """Current, not deleted documents that match, passed through these aggregation stages (joins, order, limit).

        As they were at a moment, or are now where none is given or it has passed. Raises TooCostly where it takes
        longer than a search may, or than `within_ms`.
        """
        pipeline = [{"$match": _restricted(access, filter)}, *stages, {"$unset": list(COMPUTED)}]
        with translated():
            timeout_ms = self._timeout_ms if within_ms is None else min(within_ms, self._timeout_ms)
            return await snapshot.aggregate(self._database, type, pipeline, at=at, timeout_ms=timeout_ms)

    async def effort(self, type: str, access: Access, filter: Filter, stages: Sequence[Document] = ()) -> Effort:
        """What `find` costs, found out by doing it. Raises TooCostly."""
        pipeline = [{"$match": _restricted(access, filter)}, *stages, {"$unset": list(COMPUTED)}]
        command = {"explain": {"aggregate": type, "pipeline": pipeline, "cursor": {}}, "verbosity": "executionStats"}
        with translated():
            return effort(await self._database.command({**command, "maxTimeMS": self._timeout_ms}))

    async def moment(self) -> Moment | None:
        """The present, to read several types at it."""
        with translated():
            return await snapshot.moment(self._database, KEYS)

    def rows(self) -> Rows:
        """The documents as they lie, without access filters: for who may see everything."""
        return Rows(self._database)

    def audit_trail(self) -> AuditTrail:
        return AuditTrail(self._database, self.prepare)

    def follow(self, types: Collection[str], paths: Mapping[str, str]) -> AsyncGenerator[watch.Changed | None, None]:
        """What changes in the current documents of these types; see `watch.follow`."""
        return watch.follow(self._database, types, paths)

    def parameter_states(self) -> ParameterStates:
        return ParameterStates(self._database)

    async def cursor_key(self) -> bytes:
        """The secret of the cursors: made once for this database, the same for all processes."""
        if self._cursor_key is None:
            with translated():
                self._cursor_key = await secret(self._database[KEYS], "cursor", CURSOR_KEY_BYTES)
        return self._cursor_key

    async def document_key(self) -> bytes:
        """The secret that documents are signed with, 32 bytes, made once like that of the cursors."""
        with translated():
            return await secret(self._database[KEYS], "document", 32)

    async def history(self, query: HistoryQuery, access: Callable[[str], Access]) -> list[Document]:
        """Versions, newest first; each document gets its `type`."""
        types = query.types or await self.types()
        with translated():
            found = await asyncio.gather(*(self._history_of(type, query, access(type)) for type in types))
        return merged(found, query.count)

    async def _history_of(self, type: str, query: HistoryQuery, access: Access) -> list[Document]:
        sides = (self._current(type), query.current(type)), (self._history(type), query.past(type))
        rows: list[Document] = []
        for collection, (filter, order) in sides:
            cursor = collection.find({"$and": [filter, access.filter()]}, max_time_ms=self._timeout_ms)
            rows += await cursor.sort(order).limit(query.count).to_list()
        return [{**from_history(row), "type": type} if "id" in row else {**row, "type": type} for row in rows]

    async def count_history(self, query: HistoryQuery, access: Access) -> int:
        """How many versions a history of one type has; its `after` and `count` are ignored."""
        (type,) = query.types
        sides = (self._current(type), query.current(type)[0]), (self._history(type), query.past(type)[0])
        with translated():
            counts = [
                await collection.count_documents({"$and": [filter, access.filter()]}, maxTimeMS=self._timeout_ms)
                for collection, filter in sides
            ]
        return sum(counts)

    async def insert(self, type: str, document: Document, entry: bytes) -> None:
        """Stores a new document, and its entry in the journal with it. Raises AlreadyExists, Duplicate, TooLarge."""
        inserter = self._inserters.get(type)
        if inserter is None:
            inserter = self._inserters[type] = Coalescer(partial(self._insert_many, type), lanes=1)
        await inserter(Noted(document, entry))

    async def transaction(self, work: Callable[[Transaction], Awaitable[Result]], types: Sequence[str]) -> Result:
        """Runs `work`, and runs it again from the start where it collides with another transaction."""
        for type in types:
            await self.prepare(type)
        try:
            async with asyncio.timeout(TRANSACTION_SECONDS), self._client.start_session() as session:
                while True:
                    with suppress(ChainMoved):
                        return await self._attempts(work, session)
        except TimeoutError as error:
            raise unavailable() from error
        except PyMongoError as error:
            raise translate(error) from error

    async def _attempts(self, work: Callable[[Transaction], Awaitable[Result]], session: AsyncClientSession) -> Result:
        with self.journal.pen() as pen:

            async def attempt(session: AsyncClientSession) -> Result:
                pen.drop()
                return await work(Transaction(self._database, session, journal=self.journal, pen=pen))

            result = await session.with_transaction(
                attempt, read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority", j=True)
            )
            pen.keep()
            return result

    async def _read_many(self, type: str, ids: Sequence[str]) -> list[Document | None]:
        with translated():
            found = (
                await self._current(type)
                .find({"_id": {"$in": list(set(ids))}}, dict.fromkeys(COMPUTED, False))
                .to_list()
            )
        by_id = {document["_id"]: document for document in found}
        return [by_id.get(id) for id in ids]

    async def _insert_many(self, type: str, items: Sequence[Noted]) -> list[BaseException | None]:
        """In one transaction with their entries. One that is refused is left out, and the others are tried again."""
        results: list[BaseException | None] = [None] * len(items)
        left = list(range(len(items)))
        while left:
            try:
                await self.transaction(partial(_insert, type, [items[place] for place in left]), [type])
                break
            except Conflict as error:
                if error.position is None:
                    raise
                results[left.pop(error.position)] = error
            except (TooLarge, BSONError, OverflowError) as error:
                if len(left) == 1:
                    results[left.pop()] = error
                for place in left:
                    results[place] = await self._insert_alone(type, items[place])
                break
        return results

    async def _insert_alone(self, type: str, item: Noted) -> BaseException | None:
        """Of a batch that was refused for a document that MongoDB cannot hold: the others are not to suffer for it."""
        try:
            return (await self._insert_many(type, [item]))[0]
        except Exception as error:
            return error

    def _current(self, type: str) -> AsyncCollection[Document]:
        return self._database[type]

    def _history(self, type: str) -> AsyncCollection[Document]:
        return self._database[type + HISTORY]


def _restricted(access: Access, filter: Filter) -> Document:
    """Access is required by type, so that no read can be written without it."""
    return {"$and": [{"deleted": False}, access.filter(), filter]}


async def _insert(type: str, items: Sequence[Noted], transaction: Transaction) -> None:
    await transaction.insert(type, [item.document for item in items])
    await transaction.note([item.entry for item in items])
