"""`python -m bench`: a MongoDB, the server and the floor on it, loaded in turn so that noise falls on both alike.

The server asks for tokens and tells its journal of everything; it is asked by a system that may do everything.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import main as application
from bench import floor, samples, servers, signing_in
from bench.load import Load, run
from bench.measures import MEASURES, Measure
from bench.servers import Server
from bench.table import Found, Round, Row, as_json, figures, milliseconds, text
from fhir_server.changes import Change
from fhir_server.store import mongod
from fhir_server.validation import SEVERE
from resources.registry import validate
from settings import SettingsRefused

ROUNDS = 3
WARM_UP_SECONDS = 0.5
AT_ONCE = 500
"""Resources in one transaction while the warm set is stored."""

VALIDATED = 5000


@dataclass(frozen=True)
class Plan:
    """`seconds` of load for each measure and server, in all its rounds."""

    measures: Sequence[Measure]
    seconds: float
    patients: int
    connections: int


class Refused(Exception):
    """A server did not answer a request of the load as it should."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; exit status 2 where nothing could be measured."""
    options = _parser().parse_args(arguments)
    chosen = [one for one in MEASURES if not options.only or any(word in one.name for word in options.only)]
    if not chosen:
        print(f"bench: no measure is called {' or '.join(options.only)}", file=sys.stderr)
        return 2
    plan = Plan(chosen, options.seconds, options.patients, options.connections)
    try:
        found = measure(plan)
    except (mongod.MongodError, servers.NotServing, SettingsRefused, Refused, signing_in.NoToken) as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 2
    print(json.dumps(as_json(found), indent=2) if options.json else text(found))
    return 0


def measure(plan: Plan) -> Found:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rsud-bench-")))
        database = stack.enter_context(mongod.running(folder))
        _say(f"storing {plan.patients} patients and their laboratory results, twice")
        asyncio.run(_fill(database.uri, plan.patients))
        system = signing_in.registered(database.uri, "server")
        bare = stack.enter_context(servers.floor(database.uri, "floor"))
        told = stack.enter_context(servers.floor(database.uri, "floor", told=True))
        server = stack.enter_context(servers.server(database.uri, "server"))
        _say("tokens")
        tokens = signing_in.tokens(server.port, system, plan.seconds / ROUNDS)
        all_three = bare, told, replace(server, token=signing_in.token(server.port, system))
        pool = stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        assert database.process is not None
        loading = Loading(plan, all_three, pool, database.process.pid)
        rows = [loading.row(place) for place in range(len(plan.measures))]
        return Found(
            rows, {one.name: servers.peak_megabytes(one.pid) for one in all_three}, milliseconds(tokens), _validation()
        )


@dataclass(frozen=True)
class Loading:
    """Floor, floor with a journal, and server, and who loads them."""

    plan: Plan
    servers: tuple[Server, Server, Server]
    pool: Executor
    database_pid: int

    def row(self, place: int) -> Row:
        """One measure: a short warm-up, then the rounds, in each of them all servers that know it."""
        measure = self.plan.measures[place]
        _say(measure.name)
        asked = [one for one in self.servers if one.name != "told" or measure.goal is not None]
        rounds: dict[str, list[Round]] = {one.name: [] for one in asked}
        for number in range(ROUNDS + 1):
            seconds = self.plan.seconds / ROUNDS if number else min(WARM_UP_SECONDS, self.plan.seconds)
            for one in asked:
                with servers.stopped(other for other in self.servers if other is not one):
                    found = self._round(one, measure, (1 + place * (ROUNDS + 1) + number) * 1_000_000, seconds)
                if number:
                    rounds[one.name].append(found)
        told = figures(rounds["told"]) if "told" in rounds else None
        return Row(measure, figures(rounds["floor"]), figures(rounds["server"]), told)

    def _round(self, server: Server, measure: Measure, first: int, seconds: float) -> Round:
        plan = self.plan
        before = servers.cpu_seconds(server.pid), servers.cpu_seconds(self.database_pid)
        load = Load(server.port, measure.name, plan.patients, first, seconds, plan.connections, server.token)
        sample = self.pool.submit(run, load).result()
        if sample.refused or not sample.latencies:
            raise Refused(f"{measure.name}, the {server.name}: {sample.refused[:2000].decode(errors='replace')}")
        after = servers.cpu_seconds(server.pid), servers.cpu_seconds(self.database_pid)
        return Round(sample.seconds, sample.latencies, after[0] - before[0], after[1] - before[1])


async def _fill(uri: str, patients: int) -> None:
    people = [{**samples.patient(number), "id": samples.patient_id(number)} for number in range(patients)]
    results = samples.observations(patients)
    await floor.fill(uri, "floor", {"Patient": people, "Observation": results})
    async with application.open_record(servers.settings(uri, "server")) as record:
        changes = [Change.create(one) for one in (*people, *results)]
        for start in range(0, len(changes), AT_ONCE):
            await record.commit(changes[start : start + AT_ONCE])


def _validation() -> float:
    """Of one Patient after the other, in ms of this process's time each."""
    people = [samples.patient(number) for number in range(VALIDATED)]
    began = time.process_time()
    if any(issue.severity in SEVERE for one in people for issue in validate(one)):
        raise Refused("a Patient of the bench is not valid")
    return 1000 * (time.process_time() - began) / VALIDATED


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0, help="of load for each measure and server (6)")
    parser.add_argument("--patients", type=int, default=20_000, help="stored before measuring (20000)")
    parser.add_argument("--connections", type=int, default=64, help="requests at the same time (64)")
    parser.add_argument("--only", nargs="+", metavar="WORD", help="measures whose name has one of these words")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
