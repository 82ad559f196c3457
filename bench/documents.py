"""`python -m bench.documents`: what drawing documents costs, and whether the event loop notices.

A resume medis is drawn in this process to tell its CPU; then many are asked for through the record, drawn in a
process of their own, while a task looks at how long others kept the loop; last a document of more than 500 pages, in a
process that is measured whole.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from pikepdf import Pdf

import main as application
from auth.caller import SYSTEM
from exports.catalogue import KINDS
from exports.drawing import Order, Wording, drawn, packed, pressing
from exports.gathering import gathered
from exports.letterheads import Stationery
from exports.office import Office, Wish
from exports.pdf.draw import draw
from exports.sheet import Column, Row, Sheet, Table
from fhir_server.changes import Change
from fhir_server.record import Record
from fhir_server.store import mongod
from seed.clinical import patient_record
from seed.hospital import hospital
from settings import Settings

TODAY = date(2026, 11, 24)
KIND, VISIT = "resume-medis", "kunjungan-000001-001"
TIMES, AT_ONCE = 100, 4
ROWS = 24_000
TICK = 0.001


@dataclass(frozen=True, slots=True)
class Costs:
    """Milliseconds, but `seconds` and `megabytes` of the document of `pages`. `stall`: the longest that others kept the
    loop between two looks, in CPU of its thread, which a busy machine does not add to; `late`, `idle_late`: the longest
    that a look was late while documents were drawn, and while nothing was done."""

    cpu: float
    request_p50: float
    stall: float
    late: float
    idle_late: float
    pages: int
    seconds: float
    megabytes: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.documents", description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="rsud-bench-") as folder, mongod.running(Path(folder)) as database:
        found = asyncio.run(measure(database.uri))
    print(json.dumps(asdict(found), indent=2) if options.json else text(found))
    return 0


async def measure(uri: str) -> Costs:
    async with _office(uri) as (office, record):
        wish = Wish(KINDS[KIND], VISIT, {})
        kind = wish.kind
        chart = await gathered(record, kind.type, wish.id, kind.reads, also=kind.also)
        said = Wording(await office.letterhead())
        order = Order(KIND, chart.focus, await packed(chart), chart.zone.key, chart.base, said)
        cpu = _cpu(order)
        await office.print(record, wish)
        _, idle = await _looks(asyncio.sleep(2))
        spent: list[float] = []
        stall, late = await _looks(_many(office, record, wish, spent))
    pages, seconds, megabytes = await asyncio.to_thread(_large)
    return Costs(cpu, statistics.median(spent) * 1000, stall, late, idle, pages, seconds, megabytes)


@asynccontextmanager
async def _office(uri: str) -> AsyncIterator[tuple[Office, Record]]:
    settings = Settings(mongodb_uri=uri, mongodb_database="bench")
    async with application.open_store(settings) as store, pressing(1) as press:
        record = Record(store, SYSTEM, application.site(settings))
        place = hospital(TODAY)
        resources = [*place.resources, *patient_record(1, 1, TODAY, place)]
        await record.commit([Change.update(one, one["id"]) for one in resources])
        yield Office(press, lambda: record, Stationery("org-rsud", "RSUD")), record


def _cpu(order: Order) -> float:
    """Of one document, in milliseconds, once all is warm."""
    drawn(order)
    began = time.process_time()
    for _ in range(TIMES // 4):
        drawn(order)
    return (time.process_time() - began) / (TIMES // 4) * 1000


async def _many(office: Office, record: Record, wish: Wish, spent: list[float]) -> None:
    async def some() -> None:
        for _ in range(TIMES // AT_ONCE):
            began = time.perf_counter()
            await office.print(record, wish)
            spent.append(time.perf_counter() - began)

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


async def _looks(work: Awaitable[object]) -> tuple[float, float]:
    """The most CPU that the loop's thread spent between two looks while the work went on, and the most that a look was
    late, in milliseconds."""
    spent, late = 0.0, 0.0
    task = asyncio.ensure_future(work)
    while not task.done():
        began, busy = time.perf_counter(), time.thread_time()
        await asyncio.sleep(TICK)
        late = max(late, time.perf_counter() - began - TICK)
        spent = max(spent, time.thread_time() - busy)
    await task
    return spent * 1000, late * 1000


def _large() -> tuple[int, float, float]:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_draw_large).result()


def _draw_large() -> tuple[int, float, float]:
    """Pages, seconds of CPU, peak memory in MB of this process."""
    columns = (Column("Waktu", 2), Column("Siapa", 2), Column("Apa", 3))
    hours = (f"24 November 2026, {number % 24:02d}.00 WITA" for number in range(ROWS))
    rows = tuple(Row((hour, f"dr. Contoh {number}", "melihat hasil")) for number, hour in enumerate(hours))
    began = time.process_time()
    content = draw(Sheet("Dokumen panjang", (Table(columns, rows),), archived=True))
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with Pdf.open(io.BytesIO(content)) as pdf:
        return len(pdf.pages), seconds, peak


def text(found: Costs) -> str:
    return (
        f"resume medis: {found.cpu:.0f} ms of CPU (goal < 80), a request p50 {found.request_p50:.0f} ms with {AT_ONCE}"
        f" at once\nevent loop meanwhile: kept for {found.stall:.1f} ms of CPU at most (goal <= 5);"
        f" late by {found.late:.1f} ms at most, {found.idle_late:.1f} when idle\n"
        f"{found.pages} pages: {found.seconds:.1f} s (goal for 500 < 20), {found.megabytes:.0f} MB (goal < 200)"
    )


if __name__ == "__main__":
    sys.exit(main())
