"""The orderly end of a task that runs beside the requests."""

from __future__ import annotations

import asyncio

SECONDS_TO_HEAR = 0.5


async def ended(task: asyncio.Task[None]) -> None:
    """Cancels until it is heard: before Python 3.12 `asyncio.wait_for`, by which the driver waits for a server, loses
    a cancellation that comes together with what it waits for. https://github.com/python/cpython/issues/86296"""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=SECONDS_TO_HEAR)
