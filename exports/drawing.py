"""Documents are drawn up and drawn in processes of their own: the event loop only sends what they are made of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from zoneinfo import ZoneInfo

from pebble import ProcessExpired, ProcessPool

from exports.anchoring import anchored
from exports.catalogue import KINDS
from exports.chart import Chart
from exports.making import Issued, Language, Making
from exports.pdf.draw import draw
from exports.pdf.fonts import register
from exports.sheet import Letterhead
from fhir_server.errors import InvalidParameter, NotFound, TooCostly, Unavailable
from fhir_server.messages import Resource
from resources.formats import json_format
from resources.issues import Text

AT_ONCE = 100
"""Resources that are packed before others have their turn."""

LONGEST = 120.0
"""Seconds that one document may take."""

TOO_LONG = Text("This document takes too long to draw.", "Dokumen ini terlalu besar untuk dibuat.")
UNREADABLE = Text("The document could not be drawn; try again.", "Dokumen gagal dibuat; coba lagi.")


@dataclass(frozen=True, slots=True)
class Wording:
    """What a document says besides what its chart holds. See Making."""

    letterhead: Letterhead
    printed_by: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    language: Language = "id"
    issued: Issued | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One document to be drawn, in a form that costs little to send to another process. `kind`: its name in the
    catalogue; `resources`: each as JSON."""

    kind: str
    focus: str
    resources: tuple[bytes, ...]
    zone: str
    base: str
    wording: Wording


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is nothing to print; `expression`: which option is not understood."""

    error: type[NotFound] | type[InvalidParameter]
    text: Text
    expression: str = ""


class Press:
    """The processes that draw."""

    def __init__(self, pool: ProcessPool, seconds: float) -> None:
        self._pool = pool
        self._seconds = seconds

    async def draw(self, kind: str, chart: Chart, wording: Wording) -> bytes:
        """The PDF. Raises NotFound where there is nothing to print, InvalidParameter for an option, TooCostly where it
        takes too long, Unavailable where the process has died."""
        order = Order(kind, chart.focus, await packed(chart), chart.zone.key, chart.base, wording)
        return await self.run(drawn, order)

    async def run(self, draw: Callable[[Order], bytes | Refused], order: Order) -> bytes:
        """What `draw` gives in another process. Raises as `draw` of this class does."""
        try:
            found = await asyncio.wrap_future(self._pool.schedule(draw, args=(order,), timeout=self._seconds))
        except TimeoutError as error:
            raise TooCostly(TOO_LONG) from error
        except ProcessExpired as error:
            raise Unavailable(UNREADABLE) from error
        if isinstance(found, Refused):
            raise found.error(found.text, expression=found.expression)
        return found


@asynccontextmanager
async def pressing(processes: int, seconds: float = LONGEST) -> AsyncIterator[Press]:
    """They start with the first document, and end with this. One that dies, or draws longer than `seconds` and is
    ended, is replaced."""
    pool = ProcessPool(processes, context=get_context("spawn"), initializer=register)
    try:
        yield Press(pool, seconds)
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(pool.join)


def drawn(order: Order) -> bytes | Refused:
    """In the other process: from the resources to the file."""
    resources: list[Resource] = [json_format.read(content) for content in order.resources]
    by_name = {f"{one['resourceType']}/{one['id']}": one for one in resources}
    chart = Chart(order.focus, by_name, ZoneInfo(order.zone), order.base)
    said = order.wording
    making = Making(chart, said.letterhead, said.printed_by, said.options, said.language, said.issued)
    try:
        sheet = KINDS[order.kind].sheet(making)
        return draw(anchored(sheet) if said.issued is not None and said.issued.anchored else sheet)
    except (NotFound, InvalidParameter) as error:
        issue = error.issues[0]
        return Refused(type(error), issue.text, issue.expression)


async def packed(chart: Chart) -> tuple[bytes, ...]:
    """The resources as JSON, a few at a time."""
    packed: list[bytes] = []
    for number, resource in enumerate(chart.resources.values(), 1):
        packed.append(json_format.write(resource))
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
    return tuple(packed)
