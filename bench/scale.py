"""`python -m bench.scale`: a hospital's questions at 10,000, 100,000 and 300,000 patients, on one connection.

Ten clinical resources for each patient. Loading all 300,000 takes a quarter of an hour on two free cores, an hour on
busy ones.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvloop
from pymongo import MongoClient

from bench import servers
from bench.growing import grow
from bench.load import Connection, Sample
from bench.measures import get
from bench.questions import QUESTIONS, Question
from bench.scale_table import Cost, Figures, as_json, figures, text
from fhir_server.store import mongod
from settings import SettingsRefused

SIZES = (10_000, 100_000, 300_000)
DATABASE = "scale"
WARM_UP_SECONDS = 1.0
EXPLAINED = 5
"""So many questions of each kind are explained."""


class Refused(Exception):
    """The server did not answer a question as it should."""


@dataclass(frozen=True)
class Plan:
    """`seconds` of questions of each kind at each size."""

    questions: Sequence[Question]
    sizes: Sequence[int]
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; exit status 2 where nothing could be measured."""
    options = _parser().parse_args(arguments)
    chosen = [one for one in QUESTIONS if not options.only or any(word in one.name for word in options.only)]
    if not chosen:
        print(f"bench: no question is called {' or '.join(options.only)}", file=sys.stderr)
        return 2
    try:
        with ExitStack() as stack:
            folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rsud-bench-")))
            database = stack.enter_context(mongod.running(folder))
            found = measure(database, Plan(chosen, sorted(options.sizes), options.seconds))
    except (mongod.MongodError, servers.NotServing, SettingsRefused, Refused) as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 2
    print(json.dumps(as_json(found), indent=2) if options.json else text(found))
    return 0


def measure(database: mongod.Mongod, plan: Plan) -> dict[int, dict[str, Figures]]:
    """By size and by the name of the question."""
    found: dict[int, dict[str, Figures]] = {}
    assert database.process is not None
    for size in plan.sizes:
        _grow(database.uri, size)
        with servers.server(database.uri, DATABASE, is_open=True) as server:
            asked = Asking(server.port, (server.pid, database.process.pid), size, plan.seconds)
            found[size] = {question.name: _figures(asked, question) for question in plan.questions}
    return found


def _grow(uri: str, size: int) -> None:
    with MongoClient[dict[str, Any]](uri) as client:
        there = client[DATABASE]["Patient"].estimated_document_count()
        if there > size:
            raise Refused(f"the archive has {there} patients already")
        began = time.monotonic()
        if sent := grow(uri, DATABASE, size, _progress):
            _say(f"{sent} resources, {sent / (time.monotonic() - began):.0f} a second")
            client.admin.command("fsync")


def _progress(done: int, patients: int, seconds: float) -> None:
    left = seconds / done * (patients - done)
    print(f"\rbench: storing {done} of {patients} patients, {left:.0f} s left ", end="", file=sys.stderr, flush=True)
    if done == patients:
        print(file=sys.stderr)


@dataclass(frozen=True)
class Asking:
    """A server on `port` over an archive of so many `patients`; `processes`: whose processor time counts."""

    port: int
    processes: Sequence[int]
    patients: int
    seconds: float

    def cpu_seconds(self) -> float:
        return sum(map(servers.cpu_seconds, self.processes))


def _figures(asking: Asking, question: Question) -> Figures:
    _say(f"{asking.patients} patients: {question.name}")
    reached = _reached(asking, question)
    requests = _requests(question, asking.patients, reached)
    _ask(asking.port, question, requests, min(WARM_UP_SECONDS, asking.seconds))
    before = asking.cpu_seconds()
    latencies = _ask(asking.port, question, requests, asking.seconds)
    spent = asking.cpu_seconds() - before
    explained = range(EXPLAINED if reached is None else 0)
    costs = [_cost(asking.port, question.ask(turn, asking.patients)) for turn in explained]
    return figures(latencies, spent, costs)


def _reached(asking: Asking, question: Question) -> str | None:
    """The address of a later page; None for the first one, where each question is another."""
    address = question.ask(0, asking.patients)
    for _ in range(question.page - 1):
        links = {link["relation"]: link["url"] for link in _get(asking.port, address)["link"]}
        if "next" not in links:
            raise Refused(f"{question.name}: there are fewer pages")
        parts = urlsplit(links["next"])
        address = f"{parts.path.removeprefix('/fhir/')}?{parts.query}"
    return address if question.page > 1 else None


def _requests(question: Question, patients: int, reached: str | None) -> Iterator[bytes]:
    for turn in count():
        yield get(reached or question.ask(turn, patients))


def _ask(port: int, question: Question, requests: Iterator[bytes], seconds: float) -> Sequence[float]:
    """How many seconds each answer took, one after the other."""
    sample = uvloop.run(_asked(port, requests, seconds))
    if sample.refused or not sample.latencies:
        raise Refused(f"{question.name}: {sample.refused[:2000].decode(errors='replace')}")
    return sample.latencies


async def _asked(port: int, requests: Iterator[bytes], seconds: float) -> Sample:
    sample, deadline = Sample(), time.perf_counter() + seconds
    _, connection = await asyncio.get_running_loop().create_connection(
        lambda: Connection(requests, sample, deadline), "127.0.0.1", port
    )
    await connection.ended
    return sample


def _cost(port: int, address: str) -> Cost:
    type, _, query = address.partition("?")
    steps = [row["part"] for row in _get(port, f"{type}/$explain?{query}")["parameter"] if row["name"] == "step"]
    told = [
        {part["name"]: next(value for key, value in part.items() if key != "name") for part in parts} for parts in steps
    ]
    return Cost(
        any(step["collectionScan"] for step in told),
        sum(step["documentsExamined"] for step in told),
        sum(step["found"] for step in told),
    )


def _get(port: int, address: str) -> Any:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", f"/fhir/{address}", headers={"Accept": "application/fhir+json"})
        answer = connection.getresponse()
        body = answer.read()
    if answer.status != 200:
        raise Refused(f"{address}: {body[:2000].decode(errors='replace')}")
    return json.loads(body)


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bench.scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="PATIENTS", help="(10000 100000 300000)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of questions of each kind at each size (4)")
    parser.add_argument("--only", nargs="+", metavar="WORD", help="questions whose name has one of these words")
    parser.add_argument("--folder", type=Path, help="keeps the archive here; one that is there, even in part, is grown")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
