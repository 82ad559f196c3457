"""The record as one caller may use it: every path to patient data goes through here, with its access applied."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from auth.caller import Caller
from fhir_server import emergencies
from fhir_server.access import Access, excludes_only, may_see, visible
from fhir_server.audit.events import Trail, encode
from fhir_server.binary.contents import content_of
from fhir_server.bounded import ONLY_PLACES, Bound, bound
from fhir_server.changes import Change
from fhir_server.commit import Context
from fhir_server.decide import Committed
from fhir_server.errors import Forbidden, Gone, NotFound
from fhir_server.finding import MOST_IDS, Ground, Plan, Side, plan, reads_first
from fhir_server.ids import new_ids
from fhir_server.messages import Content, Parameters
from fhir_server.reindexing import Progress, Scope, Tally, reindex
from fhir_server.search import contained, page
from fhir_server.search.compartment import Compartment, inside
from fhir_server.search.conditions import Condition
from fhir_server.search.cursor import Moment, Seal, seal
from fhir_server.search.fields import Filter
from fhir_server.search.locality import Locality
from fhir_server.search.page import Place
from fhir_server.search.query import Query
from fhir_server.search.wanted import Wanted
from fhir_server.site import Site
from fhir_server.store.answers import Answer
from fhir_server.store.documents import Document, now
from fhir_server.store.history import HistoryQuery
from fhir_server.store.plans import Effort
from fhir_server.store.snapshot import Found
from fhir_server.store.store import Store
from fhir_server.store.watch import Changed
from fhir_server.writing import Errand, carry_out, write
from resources.definitions.structure import resource_types
from resources.issues import Text


@dataclass(frozen=True, slots=True)
class Reading:
    """How a search is read: `within` a compartment, from a `place` on, as things were `at` a moment; `only_places`:
    without the resources."""

    within: Compartment | None = None
    place: Place | None = None
    at: Moment | None = None
    only_places: bool = False


NOW = Reading()


class Record:
    """Bound to a caller; made for each request, cheap to make."""

    def __init__(
        self,
        store: Store,
        caller: Caller,
        site: Site,
        ids: Iterator[str] | None = None,
        *,
        most_ids: int = MOST_IDS,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """`most_ids`: how many matches behind a chain are listed; of more, each candidate is looked up; `clock`: gives
        whole milliseconds."""
        self.caller = caller
        self.site = site
        self._store = store
        self._ids = ids or new_ids()
        self._most_ids = most_ids
        self._clock = clock
        self._trail = Trail()
        self._planned: dict[str, tuple[tuple[Condition, ...], tuple[Compartment | None, Moment | None], Plan]] = {}

    def watched(self, trail: Trail) -> Record:
        """The same record for one request, which leaves this trail."""
        watched = object.__new__(type(self))  # the library's copy takes three times as long, at each request
        watched.__dict__.update(self.__dict__, _trail=trail)
        return watched

    async def note(self, status: int = 200, *, reason: str = "", version: int | None = None) -> None:
        """Tells the journal what was done, before anything is given out. Writes have told of themselves. Raises
        Unavailable."""
        if not self._trail.is_written or status >= 400:
            event = self._trail.event(self.caller, now(), status=status, reason=reason, version=version)
            await self._store.journal.write(encode(event))

    async def read(self, type: str, id: str) -> Document:
        """The current document. Raises NotFound, Gone, Forbidden."""
        document = await self._store.get(type, id, visible(self.caller, type))
        if document is None:
            raise NotFound(Text(f"There is no {type}/{id}.", f"Tidak ada {type}/{id}."))
        self._trail.saw(type, (document,))
        if document["deleted"]:
            raise Gone(Text(f"{type}/{id} was deleted.", f"{type}/{id} sudah dihapus."))
        return document

    async def vread(self, type: str, id: str, version: int) -> Document:
        """One version. Raises NotFound, Gone (this version is the deletion), Forbidden."""
        document = await self._store.get_version(type, id, version, visible(self.caller, type))
        if document is None:
            texts = f"There is no version {version} of {type}/{id}.", f"Tidak ada versi {version} dari {type}/{id}."
            raise NotFound(Text(*texts))
        self._trail.saw(type, (document,))
        if document["deleted"]:
            texts = f"Version {version} of {type}/{id} is its deletion.", f"Pada versi {version}, {type}/{id} dihapus."
            raise Gone(Text(*texts))
        return document

    async def read_many(self, ids: Mapping[str, Iterable[str]], *, at: Moment | None = None) -> list[Document]:
        """Documents by type and id; what is missing, deleted or not the caller's to see is left out."""
        found: list[Document] = []
        for type, wanted in ids.items():
            if self.may_search(type):
                filter = {"_id": {"$in": sorted(set(wanted))}}
                documents = (await self._store.find(type, self._searched(type), filter, at=at)).documents
                self._trail.saw(type, documents)
                found += documents
        return found

    async def search(self, query: Query, reading: Reading = NOW) -> Found:
        """The documents of one page, one more than `query.results.count` where another page follows; each has its
        `type`, and its place in the order in `sort`."""
        found = await self._found(query, reading)
        self._trail.saw(query.type, found.documents[: query.results.count])
        return found

    async def _found(self, query: Query, reading: Reading) -> Found:
        reading = await self._settled(query, reading)
        plan = await self.plan(query, reading)
        if query.unfolded:
            found = await self._store.find(
                query.type,
                self._searched(query.type),
                plan.filter,
                contained.stages(query, reading.place, plan.filter),
                at=reading.at,
            )
            return Found([{**document, "type": query.key} for document in found.documents], found.moment)
        reading, within, stages = await self._narrowed(query, plan, reading)
        if reading.only_places:
            stages.append(ONLY_PLACES)
        access, filter = self._searched(query.type), plan.filter
        if within is not None:
            filter = {"$and": [within, filter]}
        found = await self._store.find(query.type, access, filter, stages, at=reading.at)
        if within is not None and len(found.documents) <= query.results.count:
            stages = page.stages(query, reading.place, plan.stages) + ([ONLY_PLACES] if reading.only_places else [])
            found = await self._store.find(query.type, access, plan.filter, stages, at=reading.at)
        return Found([{**document, "type": query.type} for document in found.documents], found.moment)

    async def first_page(self, query: Query, plan: Plan) -> tuple[Filter, list[Document]]:
        """The filter and the stages that a search would read its first page with now."""
        _, within, stages = await self._narrowed(query, plan, NOW)
        return plan.filter if within is None else {"$and": [within, plan.filter]}, stages

    async def _narrowed(
        self, query: Query, plan: Plan, reading: Reading
    ) -> tuple[Reading, Filter | None, list[Document]]:
        """What a page is within, where it is bounded, and its stages; the reading has the moment of the bound."""
        access, found = self._searched(query.type), Bound(reading.at)
        if excludes_only(access) and not reading.within:
            find = partial(self._store.find, query.type, access)
            found = await bound(find, query, plan, place=reading.place, at=reading.at)
        stages = page.stages(query, reading.place, plan.stages, equal=found.equal)
        return replace(reading, at=found.at), found.filter, stages

    async def count(self, query: Query, reading: Reading = NOW, *, most: int | None = None) -> int:
        """How many resources match, without paging; counting stops at `most`, at once where it would cost much."""
        reading = await self._settled(query, reading)
        plan = await self.plan(query, reading)
        if plan.is_wide and most is not None:
            return most
        limit = [] if most is None else [{"$limit": most}]
        unfolding = contained.unfolding(query.type, plan.filter) if query.unfolded else []
        stages: list[Document] = [*plan.stages, *unfolding, *limit, {"$count": "count"}]
        access = self._searched(query.type)
        found = await self._store.find(query.type, access, plan.filter, stages, at=reading.at)
        return int(found.documents[0]["count"]) if found.documents else 0

    async def include(self, wanted: Wanted, most: int, *, at: Moment | None) -> list[Document]:
        """Up to `most` of the resources that a page brings along, by id, one more where more follow; none of a type
        that is not the caller's."""
        type = wanted.type
        if not self.may_search(type):
            wanted = replace(wanted, criteria=())
        if not (wanted.criteria or wanted.ids) or not may_see(self.caller, type, "s" if wanted.criteria else "r"):
            return []
        access = visible(self.caller, type, "s" if wanted.criteria else "r")
        stages: list[Document] = [{"$sort": {"_id": 1}}, {"$limit": most + 1}]
        filter = wanted.filter(Locality(self.site.zone, self.site.base))
        found = await self._store.find(type, access, filter, stages, at=at)
        self._trail.saw(type, found.documents[:most])
        return [{**document, "type": type} for document in found.documents]

    async def types(self, named: Sequence[str] | None = None) -> tuple[str, ...]:
        """The types that are stored, of those named or of all that the caller may see. Raises Forbidden for a named one
        that the caller may not see."""
        stored = await self._store.types()
        if named is None:
            return tuple(type for type in stored if self.may_search(type))
        for type in named:
            self._searched(type)
        return tuple(type for type in stored if type in named)

    async def gather(self, type: str, filter: Filter, stages: Sequence[Document] = ()) -> list[Document]:
        """Documents by a filter of the store's own. Raises Forbidden for callers with limits."""
        self._only_without_limits()
        return (await self._store.find(type, self._searched(type), filter, stages)).documents

    def follow(self, types: Collection[str], paths: Mapping[str, str]) -> AsyncGenerator[Changed | None, None]:
        """What changes in these types from now on, without end; None where it begins or something was missed. `paths`:
        name -> path below the resource, of what is told. Raises Forbidden for callers with limits."""
        self._only_without_limits()
        return self._store.follow(types, paths)

    async def opened(self, subject: str, at: datetime) -> frozenset[str]:
        """The patients whose records somebody has open in an emergency."""
        return await self._store.emergencies.patients(subject, at)

    async def start_emergency(self, patient: str, reason: str) -> datetime:
        """Opens the record of a patient to the caller; until when. Raises NotFound, Conflict where the caller sees it
        already, or has another open."""
        emergency = emergencies.opening(self.caller, patient, reason, self._clock())
        await emergencies.start(self._store, self.caller, emergency, self._trail)
        return emergency.until

    async def stop_emergency(self, patient: str) -> None:
        """Raises NotFound where none is open."""
        await emergencies.stop(self._store, self.caller, patient, self._clock(), trail=self._trail)

    async def moment(self) -> Moment | None:
        """The present, to read several types as they are now."""
        return await self._store.moment()

    async def seal(self, path: tuple[str, ...], parameters: Parameters) -> Seal:
        """What the cursors of this search are sealed with."""
        return seal(await self._store.cursor_key(), self.caller.seal, path, parameters)

    async def document_key(self) -> bytes:
        """The secret of the key that the hospital signs documents with."""
        return await self._store.document_key()

    async def plan(self, query: Query, reading: Reading = NOW) -> Plan:
        """How a query is found. The ids behind its chains are read at the moment of the reading."""
        moment = reading.within, reading.at
        known = self._planned.get(query.type)
        if known is not None and known[0] is query.criteria and known[1] == moment and reading.at is not None:
            return known[2]
        locality = Locality(self.site.zone, self.site.base)
        first = inside(reading.within, query.type, locality) if reading.within else {}
        ground = Ground(self.caller, locality, partial(self._few, reading.at), self._most_ids)
        found = await plan(query, ground, first=first)
        self._planned[query.type] = query.criteria, moment, found
        return found

    async def effort(self, type: str, filter: Filter, stages: Sequence[Document]) -> Effort:
        """What a search costs. Raises Forbidden for callers with limits: numbers of what was examined tell of records
        that are not theirs."""
        access = self._searched(type)
        self._only_without_limits()
        return await self._store.effort(type, access, filter, stages)

    async def reindex(self, scope: Scope, progress: Progress = lambda done, total: None) -> list[Tally]:
        """Computes anew what searches look at, of all stored types where the scope names none. Raises Forbidden for
        callers with limits."""
        self._only_without_limits()
        stored = await self._store.types()
        types = tuple(type for type in stored if type in (scope.types or resource_types()))
        return await reindex(self._store.rows(), self.site, replace(scope, types=types), progress)

    async def _few(self, at: Moment | None, side: Side, most: int, milliseconds: int) -> list[Any] | None:
        stages = side.stages(most)
        found = await self._store.find(side.type, side.access, side.plan.filter, stages, at=at, within_ms=milliseconds)
        values = [document.get("value") for document in found.documents]
        return values if len(values) <= most else None

    async def _settled(self, query: Query, reading: Reading) -> Reading:
        """The ids behind a chain and what refers to them are read at one moment."""
        if reading.at is not None or not reads_first(query):
            return reading
        return replace(reading, at=await self.moment())

    def may_search(self, type: str) -> bool:
        return may_see(self.caller, type, "s")

    def _only_without_limits(self) -> None:
        if not self.caller.everything:
            raise Forbidden(Text("Only for who may see everything.", "Hanya untuk yang berhak melihat semua data."))

    def _searched(self, type: str) -> Access:
        return visible(self.caller, type, "s")

    async def history(self, query: HistoryQuery) -> list[Document]:
        """Versions, newest first, one more than `query.count` where another page follows, each judged by its own
        compartments; each document has its `type`."""
        types = query.types or await self.types()
        access = partial(visible, self.caller, permission="r") if query.id is not None else self._searched
        more = replace(query, types=types, count=query.count + 1)
        rows = await self._store.history(more, access) if types else []
        for row in rows[: query.count]:
            self._trail.saw(row["type"], (row,))
        return rows

    async def count_history(self, query: HistoryQuery) -> int:
        """How many versions there are on all pages of a history of one type."""
        (type,) = query.types
        access = self._searched(type) if query.id is None else visible(self.caller, type)
        return await self._store.count_history(replace(query, after=None), access)

    async def commit(self, changes: Sequence[Change]) -> list[Committed]:
        """Carries out all of the changes or none. Raises what the first that fails raises."""
        return await write(changes, self._store, self._context, self._trail)

    def content(self, document: Document) -> Content | None:
        return content_of(document, self._store.contents.read)

    def _context(self) -> Context:
        return Context(self.caller, self.site, self._clock(), self._ids, self._most_ids)

    async def answered(self, keys: Iterable[str]) -> dict[str, Answer]:
        """What was answered under these Idempotency-Keys."""
        return await self._store.answers.find(keys)

    async def carry_out(self, errands: Sequence[Errand]) -> list[list[Committed]]:
        """Carries out all errands of several callers or none: what the hospital writes at their requests. Whoever calls
        this has judged what they may ask for. Raises Forbidden on the record of a caller with limits."""
        self._only_without_limits()
        return await carry_out(errands, self._store, self._context)

    def gives(self, type: str, documents: Iterable[Document]) -> None:
        """What the hospital has read for the request of this record is given out: the journal tells of it."""
        self._trail.saw(type, documents)

    def errand(self, changes: Sequence[Change], answer: Answer | None = None, *, remark: str = "") -> Errand:
        """What is to be written at the request that this record is for; the journal names its caller. `remark`: the
        reason that the caller gave."""
        self._trail.remark = remark or self._trail.remark
        return Errand(self.caller, self._trail, tuple(changes), answer)
