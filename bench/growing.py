"""Grows the archive as the product stores: by creates through the record, from two processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from multiprocessing import get_context
from typing import Any

from pymongo import MongoClient

import main as application
from bench import servers
from bench.archive import locations, record
from bench.samples import Resource
from fhir_server.changes import Change
from fhir_server.errors import Conflict

PROCESSES, PATIENTS_OF_A_JOB, AT_ONCE = 2, 500, 500
EACH_HAS = {"Patient": ("p", 1), "Encounter": ("e", 3), "Observation": ("o", 5), "Condition": ("c", 2)}
"""With what the ids of a type begin before the patient's number, and how many a patient has."""

Progress = Callable[[int, int, float], None]
"""Patients so far, of how many, and seconds since the beginning."""


def grow(uri: str, database: str, patients: int, progress: Progress) -> int:
    """Stores what is missing of so many patients and of the hospital. Gives how many resources were sent."""
    with MongoClient[dict[str, Any]](uri) as client:
        starts = range(0, patients, PATIENTS_OF_A_JOB)
        jobs = [range(start, min(start + PATIENTS_OF_A_JOB, patients)) for start in starts]
        jobs = [job for job in jobs if not _is_there(client, database, job)]
    if not jobs:
        return 0
    asyncio.run(_store(uri, database, locations()))
    began, done, sent, total = time.monotonic(), 0, 0, sum(map(len, jobs))
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(_store_patients, uri, database, job): len(job) for job in jobs}
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                sent += future.result()
                done += running.pop(future)
                progress(done, total, time.monotonic() - began)
    return sent


def _is_there(client: MongoClient[dict[str, Any]], database: str, numbers: range) -> bool:
    """Whether everything of these patients is stored."""
    for type, (letter, each) in EACH_HAS.items():
        ids = {"$gte": f"{letter}{numbers.start:07d}", "$lt": f"{letter}{numbers.stop:07d}"}
        if client[database][type].count_documents({"_id": ids}) < each * len(numbers):
            return False
    return True


def _store_patients(uri: str, database: str, numbers: range) -> int:
    resources = [resource for number in numbers for resource in record(number)]
    asyncio.run(_store(uri, database, resources))
    return len(resources)


async def _store(uri: str, database: str, resources: list[Resource]) -> None:
    """Plain creates: what comes at once is written at once, without a transaction that could collide. What an
    interrupted run has stored stays as it is."""
    async with application.open_record(servers.settings(uri, database)) as opened:
        for start in range(0, len(resources), AT_ONCE):
            commits = (opened.commit([Change.create(one)]) for one in resources[start : start + AT_ONCE])
            for result in await asyncio.gather(*commits, return_exceptions=True):
                if isinstance(result, BaseException) and not isinstance(result, Conflict):
                    raise result
