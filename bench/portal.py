"""`python -m bench.portal`: how long the patients' pages take: each is asked for over HTTP by one quiet client who has
signed in, on the demo hospital with the journal on."""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import main as application
from auth.issuer import Issuer
from auth.storage.database import connected
from bench import servers
from fhir_server.store import mongod
from tests.journeys.smart import signed_in
from tests.portal.addresses import addresses, pages
from tests.portal.world import enrolled, seeded

DATABASE = "portal"
TIMES, WARM = 100, 5
GOAL = 60


class Unexpected(Exception):
    """A page that was not answered with 200."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Milliseconds from the request to the last byte of the answer, and the bytes of that."""

    path: str
    p50: float
    p95: float
    size: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.portal", description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES, help="how often each page is asked for")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="rsud-bench-") as folder, mongod.running(Path(folder)) as database:
        found = measure(database.uri, options.times)
    print(json.dumps([asdict(one) for one in found], indent=2) if options.json else text(found))
    return 0


def measure(uri: str, times: int) -> list[Costs]:
    """Of every page, the longest record of the demo hospital being looked at. Raises Unexpected."""
    patients, paths = asyncio.run(_filled(uri))
    with connected(uri, DATABASE) as documents, servers.server(uri, DATABASE) as server:
        url = f"http://127.0.0.1:{server.port}"
        mother, _ = enrolled(documents, patients, datetime.now(UTC).date())
        session = signed_in(Issuer(url, f"{url}/fhir", documents), mother)
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
            return [_page(connection, session, path, times) for path in paths]


async def _filled(uri: str) -> tuple[list[str], list[str]]:
    settings = servers.settings(uri, DATABASE)
    patients = await seeded(settings, datetime.now(UTC).date())
    async with application.open_record(settings) as record:
        return patients, list(pages(await addresses(record, patients[0])))


def _page(connection: http.client.HTTPConnection, session: str, path: str, times: int) -> Costs:
    spent = []
    for _ in range(times + WARM):
        began = time.perf_counter()
        connection.request("GET", f"/portal{path}", headers={"Cookie": f"sid={session}"})
        answer = connection.getresponse()
        content = answer.read()
        spent.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise Unexpected(f"/portal{path}: {answer.status}")
    parts = quantiles(spent[WARM:], n=20)
    return Costs(path, parts[9], parts[18], len(content))


def text(found: Sequence[Costs]) -> str:
    rows = [f"{'/portal' + one.path:<60} {one.p50:>7.1f} {one.p95:>7.1f} {one.size:>9}" for one in found]
    slow = sum(one.p95 > GOAL for one in found)
    told = f"{len(found)} pages, {slow} of them above {GOAL} ms at p95"
    return "\n".join([f"{'':<60} {'p50':>7} {'p95 ms':>7} {'bytes':>9}", *rows, told])


if __name__ == "__main__":
    sys.exit(main())
