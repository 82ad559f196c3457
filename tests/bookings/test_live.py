"""Live streams on a real database: who looks gets what changes, and nobody waits for who is slow."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient
from starlette.applications import Starlette

from bookings import ticket as tickets
from bookings.live import Live, Looker, Topic, View
from bookings.live_routes import routes
from bookings.queue import Queue
from bookings.watched import Watched
from fhir_server.changes import Change
from fhir_server.record import Record
from fhir_server.store.watch import Changed
from tests.bookings.queues import DAY, OPENS, Clock, arrive, booking, minutes, open_hospital, ticket
from tests.fhir_server.conftest import with_state
from tests.journeys.journal import events

PATIENCE = 10.0
CODE = booking(3).code


@dataclass
class Stream:
    """What one client has received. `stuck`: it takes nothing more after its first event."""

    path: str
    last: int | None = None
    stuck: bool = False
    status: int = 0
    text: str = ""
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    began: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.began.set()
            return
        if self.stuck and "id:" in self.text:
            await asyncio.Event().wait()
        self.text += message["body"].decode()
        self.came.set()
        if not message.get("more_body"):
            self.ended.set()

    @property
    def events(self) -> list[tuple[int, Any]]:
        """Ids and data, without beats."""
        found = []
        for block in self.text.split("\n\n"):
            fields = dict(line.partition(": ")[::2] for line in block.splitlines())
            if "id" in fields:
                found.append((int(fields["id"]), json.loads(fields["data"])))
        return found

    async def until(self, condition: Any) -> Any:
        """The data of the first event for which it holds."""
        async with asyncio.timeout(PATIENCE):
            while not (fitting := [data for _, data in self.events if condition(data)]):
                self.came.clear()
                await self.came.wait()
        return fitting[0]


@dataclass
class Room:
    """A Live in this process, and its door."""

    record: Record
    live: Live
    queue: Queue
    clock: Clock
    beat: float = 15.0
    most: int = 100

    @asynccontextmanager
    async def open(self, path: str, last: int | None = None, *, stuck: bool = False) -> AsyncIterator[Stream]:
        stream = Stream(path, last, stuck)
        app = with_state(
            Starlette(routes=routes(beat=self.beat, most=self.most)),
            {"live": self.live, "record_for": lambda caller: self.record},
        )
        headers = [(b"last-event-id", str(last).encode())] if last is not None else []
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "headers": headers,
            "query_string": b"",
            "root_path": "",
        }
        task = asyncio.create_task(app(scope, stream.receive, stream.send))
        try:
            async with asyncio.timeout(PATIENCE):
                await stream.began.wait()
            yield stream
        finally:
            stream.gone.set()
            task.cancel() if stuck else None
            await asyncio.wait([task])


@pytest.fixture
async def room(record: Record) -> AsyncIterator[Room]:
    await open_hospital(record)
    clock = Clock()
    live = Live(lambda: record, lambda: OPENS + timedelta(minutes=clock.minute))
    async with live.watching():
        yield Room(record, live, Queue(lambda: record, clock), clock)


def calls(data: Any) -> list[str]:
    return [call["ticket"] for point in data["points"] for call in point["calls"]]


async def test_a_call_reaches_who_looks(room: Room) -> None:
    for number in (1, 2):
        await arrive(room.record, number)
    async with room.open("/bookings/live/ruang-int") as stream:
        first = await stream.until(lambda data: True)
        assert first["points"][0]["waiting"] == 2
        await room.queue.next(room.record, "Location/ruang-int", counter="Ruang 1")
        told = await stream.until(lambda data: calls(data) == ["A-1"])
        assert told["points"][0]["calls"][0]["counter"] == "Ruang 1"
        assert told["points"][0]["waiting"] == 1
        ids = [id for id, _ in stream.events]
        assert ids == sorted(set(ids))
        assert "Patient" not in stream.text


async def test_several_points_in_one_stream(room: Room) -> None:
    await arrive(room.record, 1)
    await arrive(room.record, 2, is_new=True)
    async with room.open("/bookings/live/ruang-int,loket") as stream:
        await room.queue.next(room.record, "Location/loket", counter="Loket 1")
        told = await stream.until(lambda data: calls(data) == ["L-1"])
        assert [point["point"] for point in told["points"]] == ["ruang-int", "loket"]


async def test_a_booking_comes_nearer(room: Room) -> None:
    for number in (1, 2, 3):
        await arrive(room.record, number)
    async with room.open(f"/bookings/tickets/{CODE}/live") as stream:
        first = await stream.until(lambda data: data["ahead"] == 2)
        assert (first["ticket"], first["state"], first["status"]) == ("A-3", "waiting", "arrived")
        await room.queue.next(room.record, "Location/ruang-int")
        assert (await stream.until(lambda data: data["ahead"] == 1))["called"] == "A-1"
        await room.queue.next(room.record, "Location/ruang-int")
        await room.queue.next(room.record, "Location/ruang-int", counter="Ruang 1")
        assert (await stream.until(lambda data: data["state"] == "called"))["counter"] == "Ruang 1"
        assert "p3" not in stream.text


async def test_the_stream_of_a_booking_is_told_by_the_journal(room: Room, mongodb_uri: str, database_name: str) -> None:
    await arrive(room.record, 3)
    async with room.open(f"/bookings/tickets/{CODE}/live") as stream:
        await stream.until(lambda data: True)
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        told = [one for one in events(client[database_name]) if one.what == "$live"]
    assert [one.patients for one in told] == [("p3",)]


@pytest.mark.parametrize(
    "path",
    [
        "/bookings/live/tidak-ada",
        "/bookings/live/ruang-int,",
        "/bookings/live/" + ",".join(f"r{number}" for number in range(13)),
        "/bookings/tickets/A-3/live",
        "/bookings/tickets/20261124ABCDEF/live",
    ],
)
async def test_there_is_no_stream_of_what_is_not_there(room: Room, path: str) -> None:
    await arrive(room.record, 3)
    async with room.open(path) as stream:
        async with asyncio.timeout(PATIENCE):
            await stream.came.wait()
        assert stream.status == 404
        assert set(json.loads(stream.text)) == {"rule", "message", "issues"}
    assert room.live.lookers == 0


async def test_who_comes_back_gets_what_they_missed_and_only_that(room: Room) -> None:
    await arrive(room.record, 1)
    async with room.open("/bookings/live/ruang-int") as stream:
        await stream.until(lambda data: True)
        (seen, _) = stream.events[-1]
    async with room.open("/bookings/live/ruang-int", seen) as stream:
        await room.queue.next(room.record, "Location/ruang-int")
        await stream.until(lambda data: calls(data) == ["A-1"])
        assert [calls(data) for _, data in stream.events] == [["A-1"]], "the old view is not sent again"
    async with room.open("/bookings/live/ruang-int", seen) as stream:
        await stream.until(lambda data: calls(data) == ["A-1"])
        assert stream.events[0][0] > seen


async def test_an_id_from_the_future_does_not_silence_a_stream(room: Room) -> None:
    room.beat = 0.05
    async with room.open("/bookings/live/ruang-int", 10**17) as stream:
        await stream.until(lambda data: data["points"][0]["waiting"] == 0)


async def test_a_view_that_is_older_than_what_was_seen_elsewhere_is_waited_out() -> None:
    async def make(_: Watched) -> View:
        return View(0, b"")

    topic = Topic(make, View(5, b"old"), frozenset())
    looker = Looker(topic, seen=7)
    waiting = asyncio.create_task(looker.next(PATIENCE))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    topic.view = View(8, b"new")
    looker.woken.set()
    assert await waiting == View(8, b"new")


async def test_nobody_waits_for_who_is_slow(room: Room) -> None:
    for number in range(1, 6):
        await arrive(room.record, number)
    async with (
        room.open("/bookings/live/ruang-int", stuck=True) as slow,
        room.open("/bookings/live/ruang-int") as quick,
    ):
        await slow.until(lambda data: True)
        for _ in range(5):
            await room.queue.next(room.record, "Location/ruang-int")
        await quick.until(lambda data: calls(data)[:1] == ["A-5"])
        assert len(slow.events) == 1


async def test_a_stream_that_has_nothing_to_tell_says_that_it_lives(room: Room) -> None:
    room.beat = 0.05
    async with room.open("/bookings/live/ruang-int") as stream:
        async with asyncio.timeout(PATIENCE):
            while stream.text.count(": \nevent: beat\ndata: 2026-11-24T08:00:00+08:00\n\n") < 3:
                stream.came.clear()
                await stream.came.wait()
        assert stream.text.startswith("retry: ")


async def test_there_is_a_most_of_streams(room: Room) -> None:
    room.most = 1
    async with room.open("/bookings/live/ruang-int") as one:
        assert one.status == 200
        async with room.open("/bookings/live/ruang-int") as other:
            assert other.status == 503
    async with room.open("/bookings/live/ruang-int") as later:
        assert later.status == 200


async def test_the_end_sends_everybody_away(room: Room) -> None:
    async with room.open("/bookings/live/ruang-int") as stream:
        await stream.until(lambda data: True)
        room.live.end()
        async with asyncio.timeout(PATIENCE):
            await stream.ended.wait()
        assert room.live.lookers == 0
        async with room.open("/bookings/live/ruang-int") as late:
            assert late.status == 503


async def test_time_alone_moves_what_is_expected(record: Record) -> None:
    await open_hospital(record)
    await arrive(record, 3)
    clock = Clock()
    live = Live(lambda: record, lambda: minutes(clock.minute), tick=0.05)
    async with live.watching():
        room = Room(record, live, Queue(lambda: record), clock)
        async with room.open(f"/bookings/tickets/{CODE}/live") as stream:
            first = await stream.until(lambda data: data["expected"] is not None)
            clock.minute = 90
            await stream.until(lambda data: data["expected"] > first["expected"])


async def test_names_are_shown_masked_where_the_hospital_wants_it(record: Record) -> None:
    await open_hospital(record)
    patient = {"resourceType": "Patient", "id": "p1", "name": [{"given": ["Siti"], "family": "Rahmawati"}]}
    await record.commit([Change.create(patient, id="p1")])
    await arrive(record, 1)
    clock = Clock()
    live = Live(lambda: record, lambda: OPENS, names=True)
    async with live.watching():
        room = Room(record, live, Queue(lambda: record, clock), clock)
        async with room.open("/bookings/live/ruang-int") as stream:
            await room.queue.next(record, "Location/ruang-int")
            told = await stream.until(lambda data: calls(data) == ["A-1"])
            assert told["points"][0]["calls"][0]["name"] == "S*** R***"
            assert "Siti" not in stream.text


async def test_changes_begin_anew_where_they_cannot_go_on(record: Record, mongodb_uri: str, database_name: str) -> None:
    changes = record.follow(["Task"], {"queue": "groupIdentifier.value"})
    async with asyncio.timeout(PATIENCE):
        assert await anext(changes) is None
        await record.commit([Change.create(tickets.write(ticket(1)), id="t-1")])
        assert await anext(changes) == Changed("Task", "t-1", {"queue": f"ruang-int/{DAY}"})
        with MongoClient[dict[str, Any]](mongodb_uri) as client:
            client.drop_database(database_name)
        assert await anext(changes) is None, "what was missed is read anew"
    await changes.aclose()
