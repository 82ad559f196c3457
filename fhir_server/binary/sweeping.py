"""Removes the contents that were sent and never became part of a Binary: their server was killed in between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from fhir_server.ending import ended
from fhir_server.store.contents import Contents
from fhir_server.store.documents import now

LOOK = 3600.0

logger = logging.getLogger(__name__)


@asynccontextmanager
async def sweeping(
    contents: Contents, *, clock: Callable[[], datetime] = now, look: float = LOOK
) -> AsyncIterator[None]:
    """Meanwhile sweeps. `look`: seconds between two looks; any number of processes may do it beside each other."""
    task = asyncio.create_task(_look(contents, clock, look))
    try:
        yield
    finally:
        await ended(task)


async def _look(contents: Contents, clock: Callable[[], datetime], look: float) -> None:
    while True:
        try:
            await contents.sweep(clock())
        except Exception:
            logger.exception("Contents that nobody refers to could not be removed; it is tried again.")
        await asyncio.sleep(look)
