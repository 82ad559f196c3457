"""`python -m bench.bookings`: a crowd on one session, then bookings, check-ins and calls a second, through two server
processes. Every request carries a token, and the journal tells of each."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop

import main as application
from bench import servers, signing_in
from bench.crowd import Reply, crowd, post, queue
from bookings.session import Quota, Session, write
from fhir_server.changes import Change
from fhir_server.messages import Resource
from fhir_server.store import mongod
from settings import SettingsRefused

DATABASE = "bookings"
PLACES = 30
SESSIONS, POINTS = 60, 8
AT_ONCE = 250

Asked = tuple[str, Resource]


class Unexpected(Exception):
    """A server answered what it should not."""


@dataclass(frozen=True)
class Rate:
    """`a_second`: answers; `p50`, `p99`: in ms."""

    a_second: float
    p50: float
    p99: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; exit status 2 where nothing could be measured."""
    options = _parser().parse_args(arguments)
    try:
        found = measure(Plan(options.crowd, options.each, options.connections))
    except (mongod.MongodError, servers.NotServing, SettingsRefused, signing_in.NoToken, Unexpected) as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 2
    print(json.dumps({name: vars(rate) for name, rate in found.items()}, indent=2) if options.json else text(found))
    return 0


def text(found: dict[str, Rate]) -> str:
    rows = [f"{'':42}{'a second':>10}{'p50 ms':>10}{'p99 ms':>10}"]
    return "\n".join(
        [*rows, *(f"{name:42}{rate.a_second:10.0f}{rate.p50:10.1f}{rate.p99:10.1f}" for name, rate in found.items())]
    )


@dataclass(frozen=True)
class Plan:
    """`crowd`: how many want the places of one session at once; `each`: how many bookings of each of the others."""

    crowd: int
    each: int
    connections: int


def measure(plan: Plan) -> dict[str, Rate]:
    """Raises Unexpected, NotServing, MongodError, NoToken."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rsud-bench-")))
        database = stack.enter_context(mongod.running(folder))
        asyncio.run(_fill(database.uri, plan))
        system = signing_in.registered(database.uri, DATABASE)
        both = [stack.enter_context(servers.server(database.uri, DATABASE)) for _ in range(2)]
        loading = Loading([one.port for one in both], signing_in.token(both[0].port, system), plan)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(loading.all())


@dataclass(frozen=True)
class Loading:
    """Two servers by their ports, and the token of all requests."""

    ports: Sequence[int]
    token: str
    plan: Plan

    async def all(self) -> dict[str, Rate]:
        found: dict[str, Rate] = {}
        many, each = self.plan.crowd, self.plan.each
        asked = [_booking("ramai", number) for number in range(many)]
        wanted = {201: PLACES, 409: many - PLACES}
        await self._measured(found, f"{many:,} at once on {PLACES} places", wanted, crowd(self._sent(asked)))
        asked = [_booking(f"sesi-{number % SESSIONS}", number // SESSIONS) for number in range(SESSIONS * each)]
        booked = await self._in_turn(found, f"bookings on {SESSIONS} sessions", asked, 201)
        codes = [json.loads(reply.body)["identifier"][0]["value"] for reply in booked]
        arriving = [("Appointment/$check-in", _parameters(code=code)) for code in codes]
        await self._in_turn(found, f"check-ins at {POINTS} service points", arriving, 200)
        calling = [
            (f"Location/ruang-{number % POINTS}/$next", _parameters(counter="1")) for number in range(len(codes))
        ]
        await self._in_turn(found, f"calls of the next at {POINTS} points", calling, 200)
        return found

    async def _in_turn(self, found: dict[str, Rate], name: str, asked: Sequence[Asked], status: int) -> list[Reply]:
        going_on = queue(self._sent(asked), self.plan.connections)
        return await self._measured(found, name, {status: len(asked)}, going_on)

    async def _measured(
        self, found: dict[str, Rate], name: str, wanted: dict[int, int], going_on: Awaitable[list[Reply]]
    ) -> list[Reply]:
        """`wanted`: how many answers of each status there must be. Raises Unexpected."""
        print(f"bench: {name}", file=sys.stderr, flush=True)
        begin = time.perf_counter()
        replies = await going_on
        seconds = time.perf_counter() - begin
        if (statuses := Counter(reply.status for reply in replies)) != wanted:
            other = next(reply for reply in replies if reply.status not in wanted)
            raise Unexpected(f"{name}: {dict(statuses)}, such as {other.body[:500].decode(errors='replace')}")
        times = sorted(reply.seconds for reply in replies)
        found[name] = Rate(len(times) / seconds, 1000 * times[len(times) // 2], 1000 * times[len(times) * 99 // 100])
        return replies

    def _sent(self, asked: Sequence[Asked]) -> list[tuple[int, bytes]]:
        return [
            (self.ports[number % 2], post(path, json.dumps(body).encode(), self.token))
            for number, (path, body) in enumerate(asked)
        ]


def _booking(session: str, patient: int) -> Asked:
    return "Appointment/$book", _parameters(slot=session, patient=f"Patient/p{patient}")


def _parameters(**values: str) -> Resource:
    rows = [{"name": name, "valueString": value} for name, value in values.items()]
    return {"resourceType": "Parameters", "parameter": rows}


async def _fill(uri: str, plan: Plan) -> None:
    people = max(plan.crowd, plan.each)
    resources: list[Resource] = [{"resourceType": "Patient", "id": f"p{number}"} for number in range(people)]
    resources += [{"resourceType": "Location", "id": f"ruang-{number}"} for number in range(POINTS)]
    resources += [write(_session(f"sesi-{number}", number, plan.each)) for number in range(SESSIONS)]
    resources += [write(_session("ramai", SESSIONS, PLACES))]
    async with application.open_record(servers.settings(uri, DATABASE)) as record:
        for start in range(0, len(resources), AT_ONCE):
            await record.commit([Change.create(one) for one in resources[start : start + AT_ONCE]])


def _session(id: str, number: int, places: int) -> Session:
    """Of a poli of its own, half an hour from now: one may check in."""
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=30)
    return Session(
        id,
        schedule=f"Schedule/jadwal-{number}",
        organization="100099999",
        poli=f"P{number}",
        poli_name=f"Poli {number}",
        doctor=f"Practitioner/dokter-{number}",
        doctor_name="dr. Contoh",
        location=f"Location/ruang-{number % POINTS}",
        start=start,
        end=start + timedelta(hours=5),
        letter=chr(ord("A") + number // POINTS),
        minutes=6,
        jkn=Quota(0),
        umum=Quota(places),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.bookings", description=__doc__)
    parser.add_argument("--each", type=int, default=40, help="bookings of each session (40)")
    parser.add_argument("--crowd", type=int, default=2000, help="who want one session's places at once (2000)")
    parser.add_argument("--connections", type=int, default=64, help="requests at the same time (64)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
