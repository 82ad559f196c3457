"""Puts the hospital's own search parameters to use, in all processes, beside reads and writes.

https://hl7.org/fhir/R4/searchparameter.html. A new one goes through two phases. `indexing`: every process writes its
values; when all of them do, one process computes those of what is stored. Then it is ready, and can be searched by.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import time
import uuid
import weakref
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fhir_server.ending import ended
from fhir_server.errors import FhirError
from fhir_server.messages import Resource
from fhir_server.record import Record
from fhir_server.reindexing import Scope
from fhir_server.search.query import parse
from fhir_server.site import Site
from fhir_server.store.documents import now
from fhir_server.store.parameters import ParameterStates, Row, Seen, State
from resources.definitions.own import Extra, Own, own
from resources.search_parameter import search_parameter_rules

ACTIVE = (("status", "active"), ("_sort", "_id"), ("_count", "1000"))
RUN = "own parameters"
SECONDS_TO_LEAVE = 2

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds. `look`: between two looks at the set; `tell`: between two signs of life; `dead`: after so long
    without one a process counts as ended; `patience`: requests that last longer are not waited for, None: all are;
    `batch` and `pause`: how much is indexed at a time, and how long the rest in between."""

    look: float = 1
    tell: float = 5
    dead: float = 20
    patience: float | None = 60
    batch: int = 100
    pause: float = 0.01


SERVING = Pace()
COMMAND = Pace(patience=None)
"""A command has one record as long as it runs: others wait for its end before they begin to index."""


class OwnParameters:
    """One for each process. `site` is the present one: take it anew for each request."""

    def __init__(
        self, states: ParameterStates, record: Callable[[Site], Record], site: Site, *, pace: Pace = SERVING
    ) -> None:
        """`record`: the record of a site, without limits of access."""
        self.site = replace(site)
        self._states = states
        self._record = record
        self._pace = pace
        self._name = uuid.uuid4().hex
        self._told = Seen(-1, now())
        self._before: list[tuple[weakref.ref[Site], float]] = []
        self._job: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watching(self, *, leads: bool = True) -> AsyncIterator[None]:
        """Keeps up with the set. `leads`: whether this process may be the one that works on it."""
        await self._states.tell(self._name, self._told)
        self._adopt(await self._states.read())
        watch = asyncio.create_task(self._watch(leads=leads))
        try:
            yield
        finally:
            await ended(watch)
            if self._job is not None:
                await ended(self._job)
            with suppress(FhirError, TimeoutError):
                async with asyncio.timeout(SECONDS_TO_LEAVE):
                    await self._states.leave(self._name)

    async def _watch(self, *, leads: bool) -> None:
        while True:
            try:
                await self._look(now(), leads=leads)
            except Exception:
                logger.exception("The set of own search parameters could not be looked at.")
            await asyncio.sleep(self._pace.look)

    async def _look(self, moment: datetime, *, leads: bool) -> None:
        state = await self._states.read()
        self._adopt(state)
        await self._tell(state.number if self._is_done_with_the_old() else self._told.number, moment)
        if leads and await self._is_leader(state, moment):
            await self._lead(state, moment)

    def _adopt(self, state: State) -> None:
        extra = Extra(tuple(row.own for row in state.rows))
        if extra != self.site.extra:
            self._before.append((weakref.ref(self.site), time.monotonic()))
            self.site = replace(self.site, extra=extra)

    def _is_done_with_the_old(self) -> bool:
        """Whether no request is under way, and no values are computed, by a set before the present one."""
        if self._before:
            gc.collect()  # what an answered request left in a circle would hold its set for a long time
        patience = self._pace.patience
        self._before = [
            (site, since)
            for site, since in self._before
            if site() is not None and (patience is None or time.monotonic() - since < patience)
        ]
        return not self._before and (self._job is None or self._job.done())

    async def _tell(self, number: int, moment: datetime) -> None:
        if number != self._told.number or moment - self._told.at >= timedelta(seconds=self._pace.tell):
            self._told = Seen(number, moment)
            await self._states.tell(self._name, self._told)

    async def _is_leader(self, state: State, moment: datetime) -> bool:
        lease = timedelta(seconds=self._pace.dead)
        if state.leader == self._name and state.until is not None and state.until - moment > lease / 2:
            return True
        if state.leader not in (None, self._name) and state.until is not None and state.until >= moment:
            return False
        return await self._states.lead(self._name, moment, moment + lease)

    async def _lead(self, state: State, moment: datetime) -> None:
        dead = moment - timedelta(seconds=self._pace.dead)
        if any(seen.at < dead for seen in state.processes.values()):
            await self._states.bury(dead)
        found = await self._record(self.site).search(parse("SearchParameter", ACTIVE))
        rows = following(state, [document["resource"] for document in found.documents])
        if rows != state.rows:
            await self._states.replace(state.number, rows)
        elif is_due(state, dead) and (self._job is None or self._job.done()):
            self._job = asyncio.create_task(self._index(state))

    async def _index(self, state: State) -> None:
        """Computes the values of what is stored; one that is interrupted goes on where it was, in whatever process."""
        waiting = [row for row in state.rows if not row.own.ready]
        types = tuple(sorted({base for row in waiting for base in row.own.base}))
        purpose = str(max(row.since for row in waiting))
        scope = Scope(types, RUN, batch=self._pace.batch, pause=self._pace.pause, purpose=purpose)
        try:
            await self._record(self.site).reindex(scope)
            done = False
            while not done:
                present = await self._states.read()
                rows = tuple(_ready(row) if row in waiting else row for row in present.rows)
                done = await self._states.replace(present.number, rows)
        except Exception:
            logger.exception("Own search parameters could not be indexed; it is tried again.")


def following(state: State, resources: Iterable[Resource]) -> tuple[Row, ...]:
    """The set after these active SearchParameters: what has changed is new, and has to be indexed."""
    known = {replace(row.own, ready=False): row for row in state.rows}
    wanted = [row for resource in resources if (row := _usable(resource)) is not None]
    taken: set[tuple[str, str]] = set()
    rows: list[Row] = []
    for one in wanted:
        places = {(base, one.code) for base in one.base}
        if places.isdisjoint(taken):
            taken |= places
            rows.append(known.get(one, Row(one, state.number + 1)))
    return tuple(rows)


def _usable(resource: Resource) -> Own | None:
    """None where it was stored when the rules were others."""
    return None if any(search_parameter_rules(resource)) else own(resource)


def is_due(state: State, dead: datetime) -> bool:
    """Whether there is something to index, and every living process writes its values."""
    alive = [seen for seen in state.processes.values() if seen.at >= dead]
    waiting = [row for row in state.rows if not row.own.ready]
    return bool(waiting) and all(seen.number >= max(row.since for row in waiting) for seen in alive)


def _ready(row: Row) -> Row:
    return replace(row, own=replace(row.own, ready=True))
