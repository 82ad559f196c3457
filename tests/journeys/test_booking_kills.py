"""Holding, booking, cancelling, moving without pause while servers and MongoDB are killed: no place is given twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx
from hypothesis import settings
from pymongo import MongoClient

from bookings.session import Quota, Session
from fhir_server.store import mongod
from tests.bookings.worlds import session
from tests.journeys.booking_world import sent, violations, with_patients, with_sessions
from tests.journeys.bundles import Json
from tests.journeys.killing import DATABASE, kill, two_workers
from tests.journeys.servers import Running

ROUNDS = 20 if settings.get_current_profile_name() == "nightly" else 3
CLIENTS, PATIENTS, SESSIONS = 8, 24, 4
HOLDS = {"RSUD_BOOKING_HOLD_MINUTES": "0.03", "RSUD_BOOKING_PROMISED_MINUTES": "0.03"}
"""Two seconds."""


@dataclass
class Person:
    """Who asks again, under the same key, until there is an answer. `told`: Appointment -> what it was told last."""

    name: str
    dice: random.Random
    told: dict[str, str] = field(default_factory=dict)
    waiting: tuple[str, Json, str] | None = None
    statuses: Counter[int] = field(default_factory=Counter)
    numbers: Iterator[int] = field(default_factory=count)

    def next(self) -> tuple[str, Json, str]:
        """The address, the parameters and the key of what it asks next."""
        key = f"{self.name}-{next(self.numbers)}"
        slot, patient = f"sesi-{self.dice.randrange(SESSIONS)}", f"Patient/p{self.dice.randrange(1, PATIENTS + 1)}"
        live = [id for id, status in self.told.items() if status in ("booked", "pending", "waitlist")]
        if live and self.dice.random() < 0.5:
            id = self.dice.choice(live)
            what = self.dice.choice(["$book", "$cancel", "$cancel", "$reschedule"])
            return f"Appointment/{id}/{what}", sent(slot=slot, reason="Berhalangan"), key
        what = self.dice.choice(["$hold", "$hold", "$book", "$waitlist"])
        payer = self.dice.choice(["jkn", "umum"])
        return f"Appointment/{what}", sent(slot=slot, patient=patient, payer=payer), key

    def answered(self, url: str, response: httpx.Response) -> None:
        self.statuses[response.status_code] += 1
        if response.status_code == 503:
            return
        self.waiting = None
        if response.is_success:
            found = response.json()
            if url.endswith("$reschedule"):
                self.told[url.split("/")[1]] = "cancelled"
            self.told[found["id"]] = found["status"]


async def test_no_place_is_given_twice_whoever_is_killed(tmp_path: Path) -> None:
    dice = random.Random(11)
    people = [Person(f"orang-{number}", random.Random(number)) for number in range(CLIENTS)]
    for round in range(ROUNDS + 1):
        with two_workers(tmp_path, **HOLDS) as server:
            if round == 0:
                await prepared(server)
            await under_load(server, people, dice if round < ROUNDS else None)
    told = {id: status for person in people for id, status in person.told.items()}
    statuses = sum((person.statuses for person in people), Counter[int]())
    assert set(statuses) <= {200, 201, 404, 409, 422, 503}, statuses
    assert len(told) > 20 * ROUNDS
    assert set(told.values()) >= {"booked", "pending", "cancelled", "waitlist"}
    with mongod.running(tmp_path / "var") as database, MongoClient[Json](database.uri) as client:
        assert violations(client[DATABASE], told) == []


async def prepared(server: Running) -> None:
    async with httpx.AsyncClient(base_url=server.url, timeout=30, trust_env=False) as client:
        await with_patients(client, PATIENTS)
        await with_sessions(client, *(_session(number) for number in range(SESSIONS)))


def _session(number: int) -> Session:
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2 + number)
    places = {"jkn": Quota(3), "umum": Quota(2)}
    return session(f"sesi-{number}", start=start, end=start + timedelta(hours=4), **places)


async def under_load(server: Running, people: list[Person], dice: random.Random | None) -> None:
    """With `dice`, a worker is killed at a moment of chance, then MongoDB; without, all get their answers in peace."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(ask(server, person, stop)) for person in people]
        if dice is None:
            await asyncio.sleep(2)
            stop.set()
            return
        await kill(server, dice)
        for task in asking:
            task.cancel()


async def ask(server: Running, person: Person, stop: asyncio.Event) -> None:
    """Whatever comes; who gets no answer asks again. Ends when it is told to and nothing is unanswered."""
    async with httpx.AsyncClient(base_url=server.url, timeout=20, trust_env=False) as client:
        while not stop.is_set() or person.waiting is not None:
            url, body, key = person.waiting = person.waiting or person.next()
            try:
                response = await client.post(url, json=body, headers={"Idempotency-Key": key})
            except httpx.HTTPError:
                await asyncio.sleep(0.02)
                continue
            person.answered(url, response)
