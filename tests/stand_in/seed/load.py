"""Loading it: the same two functions as the real one."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase


class AlreadySeeded(Exception):
    """It was loaded before."""


async def already_seeded(record: AsyncDatabase[dict[str, Any]]) -> bool:
    """Whether anything was loaded before."""
    return await record["seeded"].count_documents({}) > 0


async def load(
    record: AsyncDatabase[dict[str, Any]],
    *,
    patients: int,
    seed: int,
    today: date,
    progress: Callable[[int, int], None],
) -> None:
    """Write what was asked for, once; 500 patients take a while, so that a test can interrupt."""
    if await already_seeded(record):
        raise AlreadySeeded("seeded before; use another data folder")
    progress(0, 1)
    await asyncio.sleep(30 if patients == 500 else 0)
    await record["seeded"].insert_one({"patients": patients, "seed": seed, "today": today.isoformat()})
    progress(1, 1)
