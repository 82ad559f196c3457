"""Puts the demo hospital into a record: batches of whole patients, several under way at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, Protocol

from bookings import session
from fhir_server.changes import Change
from fhir_server.errors import Conflict, Gone, NotFound
from fhir_server.messages import Resource
from seed.clinical import patient_record
from seed.elements import instant, wita
from seed.hospital import Hospital, hospital
from seed.people import MOST_PATIENTS
from seed.queues import Queues, numbered, queues_of

PATIENTS_A_BATCH = 8
BATCHES_UNDER_WAY = 4
MARK = "data-contoh"
"""The Provenance that is written last: where it is, the demo is complete."""

Progress = Callable[[int, int], None]


class RecordLike(Protocol):
    """What loading needs of `fhir_server.record.Record`."""

    async def read(self, type: str, id: str) -> Any: ...

    async def read_many(self, ids: dict[str, list[str]]) -> list[Any]: ...

    async def commit(self, changes: Sequence[Change]) -> Any: ...


class AlreadySeeded(Exception):
    """The demo hospital is there; it is not loaded twice. The text is one line that says what to do."""


async def already_seeded(record: RecordLike) -> bool:
    """Whether a whole demo hospital is there. One that was interrupted is not; loading again completes it."""
    try:
        await record.read("Provenance", MARK)
    except (NotFound, Gone):
        return False
    return True


async def load(
    record: RecordLike, *, patients: int, seed: int, today: date, progress: Progress = lambda done, total: None
) -> int:
    """Gives how many resources were sent. `progress` hears how many patients are in, of how many.

    Raises AlreadySeeded, and what the record raises: then some of it is in, and the same call goes on from there."""
    if not 0 <= patients <= MOST_PATIENTS:
        raise ValueError(f"the number of patients must be from 0 to {MOST_PATIENTS}")
    if await already_seeded(record):
        raise AlreadySeeded(
            "the demo hospital is in this database already; use another data folder or database for a new one"
        )
    house = hospital(today)
    await _commit(record, house.resources)
    queues = queues_of(house)
    sent = await _load_patients(record, batches(house, queues, (patients, seed, today)), patients, progress)
    slots = [session.write(one) for one in queues.values()]
    for start in range(0, len(slots), 500):
        await _commit(record, slots[start : start + 500])
    await _commit(record, [mark(patients, seed, today)])
    progress(patients, patients)
    return len(house.resources) + sent + len(slots) + 1


def batches(house: Hospital, queues: Queues, what: tuple[int, int, date]) -> Iterator[list[Resource]]:
    """The patients' resources, some patients at a time; `queues` fill in their order."""
    patients, seed, today = what
    for first in range(1, patients + 1, PATIENTS_A_BATCH):
        numbers = range(first, min(first + PATIENTS_A_BATCH, patients + 1))
        yield [
            resource for number in numbers for resource in numbered(patient_record(number, seed, today, house), queues)
        ]


async def _load_patients(
    record: RecordLike, waiting: Iterator[list[Resource]], patients: int, progress: Progress
) -> int:
    """Gives how many resources there were."""
    sent = done = 0

    async def work(most: int | None = None) -> None:
        nonlocal sent, done
        for batch in islice(waiting, most):
            await _commit(record, batch)
            sent += len(batch)
            done += sum(1 for resource in batch if resource["resourceType"] == "Patient")
            progress(done, patients)

    # The first commits make MongoDB's collections and indexes, which transactions beside them would trip over.
    await work(2)
    workers = [asyncio.create_task(work()) for _ in range(BATCHES_UNDER_WAY)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return sent


async def _commit(record: RecordLike, resources: list[Resource]) -> None:
    """All of them in one commit; where some are there from an interrupted run, only the others."""
    try:
        await record.commit([Change.create(resource) for resource in resources])
    except Conflict:
        missing = await _missing(record, resources)
        if len(missing) == len(resources):
            raise
        if missing:
            await record.commit([Change.create(resource) for resource in missing])


async def _missing(record: RecordLike, resources: list[Resource]) -> list[Resource]:
    ids: dict[str, list[str]] = {}
    for resource in resources:
        ids.setdefault(resource["resourceType"], []).append(resource["id"])
    there = {(found["resource"]["resourceType"], found["_id"]) for found in await record.read_many(ids)}
    return [resource for resource in resources if (resource["resourceType"], resource["id"]) not in there]


def mark(patients: int, seed: int, today: date) -> Resource:
    """Says that all of this is invented, and from which seed. https://hl7.org/fhir/R4/provenance.html"""
    return {
        "resourceType": "Provenance",
        "id": MARK,
        "target": [{"reference": "Organization/org-rsud"}],
        "recorded": instant(wita(today, 0)),
        "activity": {"text": f"Data contoh: {patients} pasien rekaan, benih {seed}"},
        "agent": [{"who": {"display": "rsud seed"}}],
    }
