"""The orderly end of what runs beside the requests, and of requests that would last for hours."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SECONDS_TO_HEAR = 0.5
ABOUT_TO_STOP = signal.SIGURG
"""By this the server tells its processes that it will stop; whoever does not heed it is not harmed by it."""


@contextmanager
def told_of_the_end(act: Callable[[], None]) -> Iterator[None]:
    """`act` is called when this process is about to be stopped: a server waits for the requests that it has. Only the
    main thread of a process hears of it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(ABOUT_TO_STOP, act)
    try:
        yield
    finally:
        loop.remove_signal_handler(ABOUT_TO_STOP)


async def ended(task: asyncio.Task[None]) -> None:
    """Cancels until it is heard: before Python 3.12 `asyncio.wait_for`, by which the driver waits for a server, loses
    a cancellation that comes together with what it waits for. https://github.com/python/cpython/issues/86296"""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=SECONDS_TO_HEAR)
