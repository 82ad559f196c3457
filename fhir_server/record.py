"""The record as one caller may use it: every path to patient data goes through here, with its access applied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from auth.caller import Caller
from fhir_server.access import may_see, visible, writable
from fhir_server.changes import Change
from fhir_server.commit import Context, commit
from fhir_server.decide import Committed, new_document
from fhir_server.errors import Gone, NotFound
from fhir_server.ids import new_ids
from fhir_server.search import page
from fhir_server.search.compile import compile
from fhir_server.search.query import Query
from fhir_server.site import Site
from fhir_server.store.documents import Document, now
from fhir_server.store.faults import AlreadyExists
from fhir_server.store.history import HistoryQuery
from fhir_server.store.store import Store
from fhir_server.store.transaction import Transaction
from resources.issues import Text

ATTEMPTS_AFTER_RACE = 3


class Record:
    """Bound to a caller; made for each request, cheap to make."""

    def __init__(self, store: Store, caller: Caller, site: Site, ids: Iterator[str] | None = None) -> None:
        self.caller = caller
        self.site = site
        self._store = store
        self._ids = ids or new_ids()

    async def read(self, type: str, id: str) -> Document:
        """The current document. Raises NotFound, Gone, Forbidden."""
        document = await self._store.get(type, id, visible(self.caller, type))
        if document is None:
            raise NotFound(Text(f"There is no {type}/{id}.", f"Tidak ada {type}/{id}."))
        if document["deleted"]:
            raise Gone(Text(f"{type}/{id} was deleted.", f"{type}/{id} sudah dihapus."))
        return document

    async def vread(self, type: str, id: str, version: int) -> Document:
        """One version. Raises NotFound, Gone (this version is the deletion), Forbidden."""
        document = await self._store.get_version(type, id, version, visible(self.caller, type))
        if document is None:
            raise NotFound(
                Text(f"There is no version {version} of {type}/{id}.", f"Tidak ada versi {version} dari {type}/{id}.")
            )
        if document["deleted"]:
            raise Gone(
                Text(
                    f"Version {version} of {type}/{id} is its deletion.", f"Pada versi {version}, {type}/{id} dihapus."
                )
            )
        return document

    async def read_many(self, ids: Mapping[str, Sequence[str]]) -> list[Document]:
        """Current documents by type and id; what is missing, deleted or not the caller's to see is left out."""
        found: list[Document] = []
        for type, wanted in ids.items():
            if may_see(self.caller, type):
                filter = {"_id": {"$in": sorted(set(wanted))}}
                found += await self._store.find(type, visible(self.caller, type), filter)
        return found

    async def search(self, query: Query) -> list[Document]:
        """The documents of one page, one more than `query.count` where another page follows."""
        filter = compile(query, zone=self.site.zone, base=self.site.base)
        return await self._store.find(query.type, visible(self.caller, query.type), filter, page.stages(query))

    async def count(self, query: Query, *, most: int | None = None) -> int:
        """How many resources match, without paging; counting stops at `most`."""
        filter = compile(query, zone=self.site.zone, base=self.site.base)
        return await self._store.count(query.type, visible(self.caller, query.type), filter, most=most)

    def may_see(self, type: str) -> bool:
        return may_see(self.caller, type)

    async def history(self, query: HistoryQuery) -> list[Document]:
        """Versions, newest first, each judged by its own compartments; each document has its `type`."""
        types = query.types or tuple(type for type in await self._store.types() if may_see(self.caller, type))
        return (
            await self._store.history(replace(query, types=types), lambda type: visible(self.caller, type))
            if types
            else []
        )

    async def count_history(self, query: HistoryQuery) -> int:
        """How many versions there are on all pages of a history of one type."""
        (type,) = query.types
        return await self._store.count_history(replace(query, after=None), visible(self.caller, type))

    async def commit(self, changes: Sequence[Change]) -> list[Committed]:
        """Carries out all of the changes or none. Raises what the first that fails raises."""
        for change in changes:
            writable(self.caller, change.type)
        if len(changes) == 1 and _is_plain_create(changes[0]):
            return [await self._create(changes[0])]
        for attempt in range(1, ATTEMPTS_AFTER_RACE + 1):
            try:
                return await self._transact(changes)
            except AlreadyExists:
                if attempt == ATTEMPTS_AFTER_RACE:
                    raise
        raise AssertionError("unreachable")

    async def _transact(self, changes: Sequence[Change]) -> list[Committed]:
        async def work(transaction: Transaction) -> list[Committed]:
            return await commit(changes, transaction, Context(self.caller, self.site, now(), self._ids))

        return await self._store.transaction(work, sorted({change.type for change in changes}))

    async def _create(self, change: Change) -> Committed:
        """A create alone needs no transaction: one insert is atomic."""
        assert change.resource is not None
        document = new_document(change.resource, change.id or next(self._ids), self.site, now())
        if not writable(self.caller, change.type).allows(document):
            raise NotFound(
                Text(f"You may not write this {change.type}.", f"Anda tidak berhak menulis {change.type} ini.")
            )
        await self._store.insert(change.type, document)
        return Committed("created", change.type, document["_id"], 1, document["updated"], document["resource"])


def _is_plain_create(change: Change) -> bool:
    """Outside of a Bundle, so that there is nothing to resolve."""
    return change.method == "create" and change.criteria is None and not change.place
