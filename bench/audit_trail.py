"""`python -m bench.audit_trail`: how long `rsud verify-audit` takes over a journal of so many events, and its memory.

The AuditEvents are stored without search values, which the command does not look at: so a million are there in minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from pymongo import MongoClient

import main as application
from bench.servers import ROOT, peak_megabytes
from bench.servers import settings as settings_of
from fhir_server.audit.events import AUDIT_EVENT, Event, Written, encode
from fhir_server.audit.heads import HeadsLog, private_key
from fhir_server.audit.projection import resources
from fhir_server.store import mongod
from fhir_server.store.blocks import CHAINS, START, Head, following, head_of
from fhir_server.store.documents import Description, Document, Stamp, live, with_meta
from fhir_server.store.journal import BLOCKS
from settings import Settings

DATABASE = "audit"
IN_A_BLOCK = 18
"""As many as share a block where 64 clients read."""

BLOCKS_AT_ONCE = 200
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
WITHOUT_SEARCH_VALUES = Description({}, {}, [])


class Refused(Exception):
    """The command did not find the journal as it was written."""


@dataclass(frozen=True)
class Figures:
    """`seconds` of the command from its start to its end; peak memory in MB of the command and of MongoDB."""

    events: int
    blocks: int
    seconds: float
    megabytes: float
    database_megabytes: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; exit status 2 where nothing could be measured."""
    options = _parser().parse_args(arguments)
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rsud-bench-")))
            database = stack.enter_context(mongod.running(folder))
            found = measure(database, folder, options.events)
    except (mongod.MongodError, Refused) as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 2
    print(json.dumps(asdict(found), indent=2) if options.json else text(found))
    return 0


def text(found: Figures) -> str:
    return (
        f"{found.events:,} events in {found.blocks:,} blocks: verified in {found.seconds:.1f} s; "
        f"peak memory {found.megabytes:.0f} MB, MongoDB {found.database_megabytes:.0f} MB"
    )


def measure(database: mongod.Mongod, folder: Path, events: int) -> Figures:
    """Raises Refused."""
    assert database.process is not None
    settings = settings_of(database.uri, DATABASE).model_copy(update={"data_dir": folder})
    blocks = asyncio.run(_fill(settings, events))
    seconds, megabytes = _verify(settings, f"{blocks} blocks with {events} events: as they were written.")
    return Figures(events, blocks, seconds, megabytes, peak_megabytes(database.process.pid))


async def _fill(settings: Settings, events: int) -> int:
    """Stores the journal, what becomes of it, and its signed heads; how many blocks there are."""
    assert settings.mongodb_uri is not None
    done, heads, began = 0, dict.fromkeys(range(CHAINS), START), time.monotonic()
    with MongoClient[Document](settings.mongodb_uri.get_secret_value()) as client:
        async with application.open_store(settings) as store:
            trail = store.audit_trail()
            blocks = _blocks(events, heads)
            while some := list(islice(blocks, BLOCKS_AT_ONCE)):
                client[DATABASE][BLOCKS].insert_many(some)
                told = [resource for block in some for resource in resources(block)]
                await trail.keep(AUDIT_EVENT, [_document(one) for one in told if one["resourceType"] == AUDIT_EVENT])
                done += len(some)
                _say(f"{done} blocks are stored, {done / (time.monotonic() - began):.0f} a second", end="")
            for chain, head in heads.items():
                await trail.advance(chain, head.number)
            await HeadsLog(settings.audit_heads_file, private_key(settings.audit_key_file)).sign(trail)
    print(file=sys.stderr)
    return done


def _blocks(events: int, heads: dict[int, Head]) -> Iterator[Document]:
    """Chain by chain in turn; `heads` follow."""
    for turn, first in enumerate(range(0, events, IN_A_BLOCK)):
        chain, numbers = turn % CHAINS, range(first, min(first + IN_A_BLOCK, events))
        block = following(chain, heads[chain], [encode(_event(number)) for number in numbers], _at(first))
        heads[chain] = head_of(block)
        yield block


def _event(number: int) -> Event:
    """Of ten seven are reads, two searches and one is an update."""
    patient, kind = f"p{number % 10_007:07d}", number % 10
    common: dict[str, Any] = {
        **{"at": _at(number), "who": f"dokter-{number % 97}", "person": f"Practitioner/{number % 97}"},
        **{"role": "dokter", "client": "rekam-medis", "purpose": "TREAT", "address": "192.0.2.1"},
    }
    if kind < 7:
        return Event(what="read", path=f"Observation/o{number}", version=1, patients=(patient,), **common)
    if kind < 9:
        query = (("patient", patient), ("_sort", "-date"))
        return Event(what="search-type", path="Observation", query=query, patients=(patient,), **common)
    written = Written("update", "updated", "Observation", f"o{number}", 2, (patient,))
    return Event(what="update", path=f"Observation/o{number}", writes=(written,), **common)


def _at(number: int) -> datetime:
    return BEGINNING + timedelta(milliseconds=number)


def _document(resource: dict[str, Any]) -> Document:
    stamp = Stamp(resource["id"], 1, BEGINNING, "POST")
    return live(with_meta(resource, stamp), stamp, WITHOUT_SEARCH_VALUES)


def _verify(settings: Settings, verdict: str) -> tuple[float, float]:
    """How many seconds the command took, and its peak memory in MB. Raises Refused."""
    began = time.monotonic()
    command = [sys.executable, "-m", "cli", "verify-audit"]
    environment = {**os.environ, **settings.to_environment()}
    process = subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout as output:
        told = output.read().strip()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if told != verdict:
        raise Refused(f"rsud verify-audit: {told[:2000]}")
    return time.monotonic() - began, used.ru_maxrss / 1024


def _say(what: str, end: str = "\n") -> None:
    print(f"\rbench: {what}", end=end, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.audit_trail", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="in the journal (1000000)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the line")
    return parser


if __name__ == "__main__":
    sys.exit(main())
