"""Servers with a MongoDB of their own, both of which are killed at a moment of chance."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.servers import Running, running
from tests.processes import wait_until

DATABASE = "rsud"


@contextmanager
def two_workers(folder: Path, **settings: str) -> Iterator[Running]:
    """`rsud serve` with two workers and a MongoDB of its own; the same folder goes on where it was killed."""
    with running(folder, "", DATABASE, port=0, RSUD_WORKERS="2", **settings) as server:
        wait_until(lambda: len(workers(server)) == 2)
        yield server


async def kill(server: Running, dice: random.Random) -> None:
    """A worker, then MongoDB, then all of it."""
    await asyncio.sleep(dice.uniform(0.5, 1.5))
    os.kill(dice.choice(workers(server)), signal.SIGKILL)
    await asyncio.sleep(dice.uniform(0.5, 1.5))
    (database,) = (pid for pid in children(server) if "mongod" in command(pid))
    os.kill(database, signal.SIGKILL)
    await asyncio.sleep(0.3)
    server.kill()


def workers(server: Running) -> list[int]:
    return [pid for pid in children(server) if "mongod" not in command(pid)]


def children(server: Running) -> list[int]:
    tasks = Path(f"/proc/{server.process.pid}/task").glob("*/children")
    return [int(pid) for task in tasks for pid in task.read_text().split()]


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
