"""Live views of service points and of bookings: made anew when what they show changes, and given to all who look.

One change stream for each process, as long as somebody looks; whoever is slow gets the newest view only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

import msgspec

from bookings import booking as bookings
from bookings import refusals
from bookings.reading import found
from bookings.standing import latest, shown, standing, told
from bookings.ticket import queue as queue_name
from bookings.watched import PATHS, TYPES, Key, Watched, stale
from fhir_server.ending import ended
from fhir_server.errors import FhirError, Unavailable
from fhir_server.record import Record

GATHER = 0.05
"""Seconds in which changes are gathered before views are made."""

TICK = 30.0
"""Seconds between two looks at the clock: who waits longer than expected is told so."""

PAUSE = 1.0
AT_ONCE = 50
CLOCK: Key = ("clock", "")
"""What views are made of that change with time alone."""

A_DAY = 10**8
"""More than a day's writes in one view: ids of views are comparable over days, and in every process."""

logger = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class View:
    """`id`: of two views of the same thing the newer one has the greater, whichever process made it; `shown`: as
    JSON."""

    id: int
    shown: bytes


Make = Callable[[Watched], Awaitable[View]]


@dataclass(slots=True)
class Topic:
    """Something that is looked at. `made_of`: what its view was read from; `lookers`: woken when there is a new one."""

    make: Make
    view: View
    made_of: frozenset[Key]
    lookers: set[asyncio.Event] = field(default_factory=set)


@dataclass(slots=True)
class Looker:
    """One who looks at a topic. `seen`: the id of the view that it has, also from an earlier connection."""

    topic: Topic
    seen: int = -1
    last: bytes | None = None
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def next(self, seconds: float) -> View | None:
        """The next view that is not older than what was seen; None after so many seconds, or when woken for another
        reason. What another process has shown may be ahead of this one, but not for long."""
        if view := self._new():
            return view
        self.woken.clear()
        try:
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        except TimeoutError:
            if self.topic.view.id < self.seen:
                self.seen = -1
        return self._new()

    def _new(self) -> View | None:
        view = self.topic.view
        if view.id == self.seen and self.last is None:
            self.last = view.shown
        if view.id < self.seen or (view.id == self.seen and view.shown == self.last):
            return None
        self.seen, self.last = view.id, view.shown
        return view


class Live:
    """One for each process. `hospital`: gives the record without limits; `names`: whether boards show masked names."""

    def __init__(
        self,
        hospital: Callable[[], Record],
        clock: Callable[[], datetime],
        *,
        names: bool = False,
        tick: float = TICK,
    ) -> None:
        self.is_over = False
        self._hospital = hospital
        self._clock = clock
        self._names = names
        self._tick = tick
        self._watched = Watched(hospital)
        self._topics: dict[tuple[str, ...], Topic] = {}
        self._rounds = 0
        self._stale: set[Key] = set()
        self._all_stale = False
        self._looked_at = asyncio.Event()
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Meanwhile keeps the views; at the end all who look are sent away."""
        tasks = [asyncio.create_task(one()) for one in (self._follow, self._renew, self._look_at_the_clock)]
        try:
            yield
        finally:
            self.end()
            for task in tasks:
                await ended(task)

    def end(self) -> None:
        """Sends all away who look."""
        self.is_over = True
        for topic in self._topics.values():
            _wake(topic)

    @property
    def lookers(self) -> int:
        return sum(len(topic.lookers) for topic in self._topics.values())

    async def points(self, points: Sequence[str]) -> Topic:
        """Service points, by the ids of their Locations. Raises NotFound, Unavailable."""
        return await self._topic(("points", *points), partial(self._points, points))

    async def ticket(self, code: str, record: Record) -> Topic:
        """A booking by its kodebooking, which opens it to who has no other right. `record`: of whoever asks, for the
        journal. Raises Refused, Unavailable."""
        documents = await found(self._hospital(), "Appointment", (("identifier", code),))
        read = (bookings.read(document["resource"]) for document in documents)
        booking = next((one for one in read if one is not None and one.code == code), None)
        if booking is None:
            raise refusals.unknown()
        record.gives("Appointment", documents)
        return await self._topic(("ticket", booking.id), partial(self._ticket, booking.id))

    def now(self) -> datetime:
        """The hospital's time."""
        return self._clock().astimezone(self._hospital().site.zone)

    @contextmanager
    def looking(self, topic: Topic, seen: int = -1) -> Iterator[Looker]:
        """`seen`: the id of the last view that was had. To be entered as soon as the topic was given: topics that
        nobody looks at are forgotten."""
        looker = Looker(topic, seen)
        topic.lookers.add(looker.woken)
        try:
            yield looker
        finally:
            topic.lookers.discard(looker.woken)

    async def _topic(self, key: tuple[str, ...], make: Make) -> Topic:
        if key not in self._topics:
            rounds = self._rounds
            view, made_of = await self._made(make)
            self._topics.setdefault(key, Topic(make, view, made_of))
            if rounds != self._rounds:
                self._look_again(made_of)
        self._looked_at.set()
        return self._topics[key]

    async def _made(self, make: Make) -> tuple[View, frozenset[Key]]:
        watched = self._watched.anew()
        return await make(watched), frozenset(watched.used)

    def _look_again(self, keys: Iterable[Key]) -> None:
        self._stale.update(keys)
        self._changed.set()

    async def _follow(self) -> None:
        """Learns of changes while somebody looks."""
        while True:
            await self._looked_at.wait()
            async with aclosing(self._hospital().follow(TYPES, PATHS)) as changes:
                async for changed in changes:
                    if not self._topics:
                        self._looked_at.clear()
                        break
                    keys = set() if changed is None else set(stale(changed))
                    self._all_stale |= not keys
                    self._look_again(keys)

    async def _look_at_the_clock(self) -> None:
        while True:
            await asyncio.sleep(self._tick)
            self._topics = {key: topic for key, topic in self._topics.items() if topic.lookers}
            self._look_again([CLOCK])

    async def _renew(self) -> None:
        """Makes the views anew that are made of what has changed."""
        while True:
            await self._changed.wait()
            await asyncio.sleep(GATHER)
            self._changed.clear()
            stale, is_all, self._stale, self._all_stale = self._stale, self._all_stale, set(), False
            try:
                await self._renewed(stale, is_all=is_all)
            except Exception:
                logger.exception("Live views could not be made; it is tried again.")
                self._all_stale = True
                self._changed.set()
                await asyncio.sleep(PAUSE)

    async def _renewed(self, stale: set[Key], *, is_all: bool) -> None:
        self._rounds += 1
        if is_all:
            self._watched.forget_changeable()
        self._watched.forget(stale)
        for number, topic in enumerate(list(self._topics.values()), 1):
            if is_all or not stale.isdisjoint(topic.made_of):
                await self._renew_one(topic)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        self._watched.keep(key for topic in self._topics.values() for key in topic.made_of)

    async def _renew_one(self, topic: Topic) -> None:
        try:
            view, topic.made_of = await self._made(topic.make)
        except FhirError as error:
            if error.status == Unavailable.status:
                raise
            return
        if view != topic.view and view.id >= topic.view.id:
            topic.view = view
            _wake(topic)

    async def _points(self, points: Sequence[str], watched: Watched) -> View:
        watched.used.add(CLOCK)
        day = self.now().date()
        queues = [await watched.queue(queue_name(point, day)) for point in points]
        rows = []
        for point, queue in zip(points, queues, strict=True):
            called = latest(queue.tickets) if self._names else ()
            names = {one.patient: await watched.name(one.patient) for one in called}
            rows.append(shown(point, await watched.place(point), queue, names))
        return _view(day, sum(queue.writes for queue in queues), {"day": day.isoformat(), "points": rows})

    async def _ticket(self, id: str, watched: Watched) -> View:
        watched.used.add(CLOCK)
        visit = await watched.visit(id)
        booking = visit.booking
        sitting = await watched.sitting(booking.session)
        points = dict.fromkeys([sitting.session.location, *(one.point for one in visit.tickets)])
        queues = {point: await watched.queue(queue_name(point, booking.day)) for point in points}
        found = standing(booking, sitting, queues, self._clock())
        name = await watched.place(found.point.removeprefix("Location/"))
        writes = visit.writes + sitting.writes + sum(queue.writes for queue in queues.values())
        return _view(booking.day, writes, told(booking, found, name))


def _view(day: date, writes: int, shown: Any) -> View:
    return View(int(f"{day:%Y%m%d}") * A_DAY + writes, _encode(shown))


def _wake(topic: Topic) -> None:
    for woken in topic.lookers:
        woken.set()
