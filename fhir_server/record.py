"""The record as one caller may use it: every path to patient data goes through here, with its access applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from auth.caller import Caller
from fhir_server.access import Everything, may_see, visible, writable
from fhir_server.changes import Change
from fhir_server.commit import Context, commit
from fhir_server.decide import Committed, new_document
from fhir_server.errors import Forbidden, Gone, NotFound, TooCostly
from fhir_server.finding import MOST_IDS, Ground, Plan, Side, plan, reads_first, spliced
from fhir_server.ids import new_ids
from fhir_server.messages import Parameters
from fhir_server.reindexing import Progress, Scope, Tally, reindex
from fhir_server.search import narrowing, page
from fhir_server.search.compartment import Compartment, inside
from fhir_server.search.conditions import Condition
from fhir_server.search.cursor import Moment, Seal, seal
from fhir_server.search.fields import Filter
from fhir_server.search.locality import Locality
from fhir_server.search.page import Place
from fhir_server.search.query import Query
from fhir_server.search.wanted import Wanted
from fhir_server.site import Site
from fhir_server.store.documents import Document, now
from fhir_server.store.faults import AlreadyExists
from fhir_server.store.history import HistoryQuery
from fhir_server.store.plans import Effort
from fhir_server.store.snapshot import Found
from fhir_server.store.store import Store
from fhir_server.store.transaction import Transaction
from resources.definitions.structure import resource_types
from resources.issues import Text

ATTEMPTS_AFTER_RACE = 3
PROBE_MS = 500
ONLY_PLACES: Document = {"$project": {"sort": True}}


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
    ) -> None:
        """`most_ids`: how many matches behind a chain are listed; of more, each candidate is looked up."""
        self.caller = caller
        self.site = site
        self._store = store
        self._ids = ids or new_ids()
        self._most_ids = most_ids
        self._planned: dict[str, tuple[tuple[Condition, ...], tuple[Compartment | None, Moment | None], Plan]] = {}

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

    async def read_many(self, ids: Mapping[str, Iterable[str]], *, at: Moment | None = None) -> list[Document]:
        """Documents by type and id; what is missing, deleted or not the caller's to see is left out."""
        found: list[Document] = []
        for type, wanted in ids.items():
            if may_see(self.caller, type):
                filter = {"_id": {"$in": sorted(set(wanted))}}
                found += (await self._store.find(type, visible(self.caller, type), filter, at=at)).documents
        return found

    async def search(self, query: Query, reading: Reading = NOW) -> Found:
        """The documents of one page, one more than `query.results.count` where another page follows; each has its
        `type`, and its place in the order in `sort`."""
        reading = await self._settled(query, reading)
        plan = await self.plan(query, reading)
        reading, bound, equal = await self._bounded(query, plan, reading)
        bound = bound or await self._bounded_join(query, plan, reading)
        stages = page.stages(query, reading.place, plan.stages, equal=equal)
        if reading.only_places:
            stages.append(ONLY_PLACES)
        access, filter = visible(self.caller, query.type), plan.filter
        if bound is not None:
            filter = {"$and": [bound, filter]}
        found = await self._store.find(query.type, access, filter, stages, at=reading.at)
        if bound is not None and len(found.documents) <= query.results.count:
            stages = page.stages(query, reading.place, plan.stages) + ([ONLY_PLACES] if reading.only_places else [])
            found = await self._store.find(query.type, access, plan.filter, stages, at=reading.at)
        return Found([{**document, "type": query.type} for document in found.documents], found.moment)

    async def _bounded(self, query: Query, plan: Plan, reading: Reading) -> tuple[Reading, Filter | None, bool]:
        """What the page of a sorted search of many resources is within, and the moment that this was read at. Where
        that moment has passed before the page is read, there may be less than that. The last: whether all that is
        within has one sort value."""
        access = visible(self.caller, query.type)
        probe, tied = narrowing.probe(query, reading.place), narrowing.tied(query, reading.place)
        if not (probe or tied) or plan.stages or reading.within or access != Everything():
            return reading, None, False
        find, enough = partial(self._store.find, query.type, access), query.results.count + 1
        if query.criteria:
            many = await find(plan.filter, [{"$limit": narrowing.MANY}, {"$count": "count"}], at=reading.at)
            if not many.documents or many.documents[0]["count"] < narrowing.MANY:
                return replace(reading, at=many.moment), None, False
        if tied and reading.place is not None:
            tie = narrowing.tie(query, reading.place.values[0])
            stages = [*page.stages(query, reading.place, equal=True), ONLY_PLACES]
            found = await find({"$and": [tie, plan.filter]}, stages, at=reading.at)
            reading = replace(reading, at=found.moment)
            if len(found.documents) == enough:
                return reading, tie, True
        if probe is None:
            return reading, None, False
        found = await find({"$and": [probe.filter, plan.filter]}, probe.stages, at=reading.at)
        values, reading = [document["value"] for document in found.documents], replace(reading, at=found.moment)
        if reading.place is None and len(values) == enough and min(values) == max(values):
            return reading, narrowing.tie(query, values[0]), True
        return reading, probe.bound(values, enough), False

    async def _bounded_join(self, query: Query, plan: Plan, reading: Reading) -> Filter | None:
        """The same for a sorted search through many resources behind a chain, unless its matches are rare."""
        access = visible(self.caller, query.type)
        probe = narrowing.probe(replace(query, criteria=()), reading.place) if plan.is_wide else None
        if probe is None or access != Everything() or reading.within:
            return None
        filter, stages = {"$and": [probe.filter, plan.filter]}, spliced(probe.stages, plan.stages)
        with suppress(TooCostly):
            found = await self._store.find(query.type, access, filter, stages, at=reading.at, within_ms=PROBE_MS)
            return probe.bound([document["value"] for document in found.documents], query.results.count + 1)
        return None

    async def count(self, query: Query, reading: Reading = NOW, *, most: int | None = None) -> int:
        """How many resources match, without paging; counting stops at `most`, at once where it would cost much."""
        reading = await self._settled(query, reading)
        plan = await self.plan(query, reading)
        if plan.stages and most is not None:
            return most
        limit = [] if most is None else [{"$limit": most}]
        stages: list[Document] = [*plan.stages, *limit, {"$count": "count"}]
        access = visible(self.caller, query.type)
        found = await self._store.find(query.type, access, plan.filter, stages, at=reading.at)
        return int(found.documents[0]["count"]) if found.documents else 0

    async def include(self, wanted: Wanted, most: int, *, at: Moment | None) -> list[Document]:
        """Up to `most` of the resources that a page brings along, by id; none of a type that is not the caller's."""
        type = wanted.type
        if not may_see(self.caller, type):
            return []
        stages: list[Document] = [{"$sort": {"_id": 1}}, {"$limit": most}]
        filter = wanted.filter(Locality(self.site.zone, self.site.base))
        found = await self._store.find(type, visible(self.caller, type), filter, stages, at=at)
        return [{**document, "type": type} for document in found.documents]

    async def types(self, named: Sequence[str] | None = None) -> tuple[str, ...]:
        """The types that are stored, of those named or of all that the caller may see. Raises Forbidden for a named one
        that the caller may not see."""
        stored = await self._store.types()
        if named is None:
            return tuple(type for type in stored if may_see(self.caller, type))
        for type in named:
            visible(self.caller, type)
        return tuple(type for type in stored if type in named)

    async def moment(self) -> Moment | None:
        """The present, to read several types as they are now."""
        return await self._store.moment()

    async def seal(self, path: tuple[str, ...], parameters: Parameters) -> Seal:
        """What the cursors of this search are sealed with."""
        return seal(await self._store.cursor_key(), self.caller.subject, path, parameters)

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
        access = visible(self.caller, type)
        if not self.caller.everything:
            raise Forbidden(
                Text("Only who may see everything may explain searches.", "Hanya untuk yang berhak melihat semua data.")
            )
        return await self._store.effort(type, access, filter, stages)

    async def reindex(self, scope: Scope, progress: Progress = lambda done, total: None) -> list[Tally]:
        """Computes anew what searches look at, of all stored types where the scope names none. Raises Forbidden for
        callers with limits."""
        if not self.caller.everything:
            raise Forbidden(
                Text("Only who may see everything may reindex.", "Hanya untuk yang berhak melihat semua data.")
            )
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
            return await commit(changes, transaction, Context(self.caller, self.site, now(), self._ids, self._most_ids))

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
