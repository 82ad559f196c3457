"""`python -m bench.streams`: many live streams on one server process, and how long a call takes to reach all of them.

Half of the streams look at a service point, as boards do, half each at a booking of its own, as telephones do.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import main as application
from bench import servers
from bookings import booking as bookings
from bookings import moves
from bookings import session as sessions
from bookings import ticket as tickets
from bookings.booking import Booking
from bookings.session import Quota, Session
from bookings.ticket import Ticket
from fhir_server.changes import Change
from fhir_server.record import Record
from fhir_server.store import mongod
from fhir_server.store.documents import now
from settings import Settings

POINT, ORGANIZATION = "ruang-bench", "100099999"
AT_ONCE = 200
PAUSE = 0.5
PATIENCE = 30.0
CHUNK = b"data: {"


class NotAll(Exception):
    """Some of the streams were refused, or were not told in time."""


@dataclass
class Streams:
    """What all connections of the bench have received. `heard`: how many were told of what is awaited."""

    awaited: bytes = b"-"
    heard: int = 0
    began: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, number: int, what: str) -> None:
        """Until so many streams have `began` or `heard`. Raises NotAll."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while getattr(self, what) < number:
                    self.changed.clear()
                    await self.changed.wait()
        if getattr(self, what) < number:
            raise NotAll(f"{getattr(self, what)} of {number} streams {what}")


class Stream(asyncio.Protocol):
    """One connection, which reads what it is sent."""

    def __init__(self, path: str, port: int, streams: Streams) -> None:
        head = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\nAccept-Encoding: gzip\r\n"
        )
        self._request = f"{head}\r\n".encode()
        self._streams = streams
        self._began = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if not self._began and CHUNK in data:
            self._began = True
            self._streams.began += 1
            self._streams.changed.set()
        if self._streams.awaited in data:
            self._streams.heard += 1
            self._streams.changed.set()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; exit status 2 where a stream was refused or heard nothing."""
    options = _parser().parse_args(arguments)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder, mongod.running(Path(folder)) as embedded:
        try:
            found = asyncio.run(_measure(embedded.uri, options.streams, options.calls))
        except NotAll as problem:
            print(f"bench.streams: {problem}", file=sys.stderr)
            return 2
    print(json.dumps(found) if options.json else _text(found))
    return 0


async def _measure(uri: str, number: int, calls: int) -> dict[str, float]:
    configured = servers.settings(uri, "bench")
    async with application.open_record(configured) as record:
        boards, people = number - number // 2, number // 2
        called = await _fill(record, configured, people, calls)
        paths = [f"/bookings/live/{POINT}"] * boards
        paths += [f"/bookings/tickets/{_code(configured, one)}/live" for one in range(1, people + 1)]
        with servers.server(uri, "bench", is_open=True) as server:
            before = servers.peak_megabytes(server.pid)
            streams, opening = await _opened(paths, server.port)
            waited = [await _call(record, one, streams, number) for one in called]
            memory = servers.peak_megabytes(server.pid)
            began = time.perf_counter()
    ended = time.perf_counter() - began
    last = sorted(seconds for _, seconds in waited)
    first = sorted(seconds for seconds, _ in waited)
    return {
        "streams": number,
        "megabytes_before": round(before, 1),
        "megabytes": round(memory, 1),
        "opening_seconds": round(opening, 2),
        "first_ms": round(1000 * first[len(first) // 2], 1),
        "all_ms": round(1000 * last[len(last) // 2], 1),
        "all_worst_ms": round(1000 * last[-1], 1),
        "stop_seconds": round(ended, 2),
    }


async def _opened(paths: Sequence[str], port: int) -> tuple[Streams, float]:
    """All streams, each of which has had its first view. Raises NotAll."""
    loop, streams, began = asyncio.get_running_loop(), Streams(), time.perf_counter()
    for first in range(0, len(paths), AT_ONCE):
        made = (
            loop.create_connection(partial(Stream, path, port, streams), "127.0.0.1", port)
            for path in paths[first : first + AT_ONCE]
        )
        await asyncio.gather(*made)
    await streams.until(len(paths), "began")
    return streams, time.perf_counter() - began


async def _call(record: Record, ticket: Ticket, streams: Streams, number: int) -> tuple[float, float]:
    """Seconds until the first and until the last stream were told that this ticket is called. Raises NotAll."""
    await asyncio.sleep(PAUSE)
    streams.heard, streams.awaited = 0, f'"{ticket.ticket}"'.encode()
    await record.commit([Change.update(tickets.write(moves.call(ticket, now(), "Ruang 1")), ticket.id)])
    began = time.perf_counter()
    await streams.until(1, "heard")
    first = time.perf_counter() - began
    await streams.until(number, "heard")
    return first, time.perf_counter() - began


async def _fill(record: Record, configured: Settings, people: int, calls: int) -> list[Ticket]:
    """A session with so many bookings, some of whom wait; those who will be called."""
    session = _session(people + calls)
    place = {"resourceType": "Location", "id": POINT, "name": "Ruang Poli Bench"}
    rows = [Change.update(place, POINT), Change.update(sessions.write(session), session.id)]
    made = [_booking(configured, number, session) for number in range(1, people + 1)]
    rows += [Change.update(bookings.write(one, session), one.id) for one in made]
    waiting = [_ticket(configured, session, number) for number in range(people + 1, people + calls + 1)]
    rows += [Change.update(tickets.write(one), one.id) for one in waiting]
    for first in range(0, len(rows), 500):
        await record.commit(rows[first : first + 500])
    return waiting


def _session(capacity: int) -> Session:
    start = now() - timedelta(minutes=30)
    return Session(
        id="bench",
        schedule="Schedule/bench",
        organization=ORGANIZATION,
        poli="INT",
        poli_name="Bench",
        doctor="Practitioner/bench",
        doctor_name="",
        location=f"Location/{POINT}",
        start=start,
        end=start + timedelta(hours=6),
        letter="A",
        minutes=6,
        jkn=Quota(0),
        umum=Quota(capacity),
        issued=capacity,
    )


def _code(configured: Settings, number: int) -> str:
    return f"{_today(configured):%Y%m%d}{number:06d}"


def _today(configured: Settings) -> datetime:
    return now().astimezone(ZoneInfo(configured.time_zone))


def _booking(configured: Settings, number: int, session: Session) -> Booking:
    return Booking(
        id=f"bench-{number}",
        status="booked",
        patient=f"Patient/bench-{number}",
        session=session.id,
        poli="INT",
        day=_today(configured).date(),
        payer="umum",
        code=_code(configured, number),
        letter="A",
        number=number,
        expected=session.planned(number),
    )


def _ticket(configured: Settings, session: Session, number: int) -> Ticket:
    return Ticket(
        id=f"bench-{number}",
        kind="poli",
        point=f"Location/{POINT}",
        day=_today(configured).date(),
        letter="A",
        number=number,
        status="requested",
        patient=f"Patient/bench-{number}",
        encounter=f"Encounter/bench-{number}",
        organization=ORGANIZATION,
        queued=session.start,
        session=session.id,
        appointment=f"Appointment/bench-w{number}",
    )


def _text(found: dict[str, float]) -> str:
    return "\n".join(f"{name:18} {value:>10}" for name, value in found.items())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.streams", description=__doc__)
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--calls", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
