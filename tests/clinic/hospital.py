"""The demo hospital behind a real `rsud serve`, with a doctor who has a full day."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from anyio import to_thread
from pydantic import SecretStr

from auth.issuer import Issuer
from auth.storage import users
from auth.storage.database import connected
from auth.users import User
from fhir_server.changes import Change
from fhir_server.messages import Resource
from fhir_server.record import Record
from fhir_server.search.query import parse
from main import open_record
from seed.load import load
from settings import Settings
from tests.auth.accounts import PASSWORD_HASH
from tests.clinic.resources import DOCTOR, LARGE, ZONE, hostile, large, number, visit
from tests.journeys.servers import signing_in
from tests.processes import free_port

NAME = "RSUD Mahakam Sejahtera"
PATIENTS, SEED = 16, 11
AT_ONCE = 250


@dataclass(frozen=True)
class Hospital:
    """`url`: its root, without a slash at the end; `long`: the patient of the demo hospital with the longest record;
    `child`: its youngest one with a weight."""

    settings: Settings
    url: str
    issuer: Issuer
    long: str
    child: str

    async def search(self, question: str) -> list[Resource]:
        """What the record holds, asked for past the clinic."""
        type, _, asked = question.partition("?")
        async with open_record(self.settings) as record:
            plan = await record.plan(parse(type, tuple(parse_qsl(asked))))
            rows = await record.gather(type, plan.filter, [])
        return [row["resource"] for row in rows]

    async def change(self, url: str, **content: Any) -> None:
        """Gives a resource other elements."""
        async with open_record(self.settings) as record:
            type, _, id = url.partition("/")
            before = (await record.read(type, id))["resource"]
            await record.commit([Change.update({**before, **content}, id)])

    async def status_of(self, token: str) -> int:
        """What the server says to a token, once every process knows of its end."""
        async with httpx.AsyncClient(trust_env=False) as client:
            found = await client.get(f"{self.url}/fhir/Patient?_count=1", headers={"Authorization": f"Bearer {token}"})
        return found.status_code

    def key(self) -> str:
        """Of the doctor's authenticator app, which was used half a minute ago: its codes are good again."""
        found = users.find(self.issuer.database, "dr.rahmawati")
        assert found is not None
        assert found.totp_secret is not None
        self.issuer.database["auth_users"].update_one({"_id": found.username}, {"$set": {"totp_step": None}})
        return found.totp_secret


@asynccontextmanager
async def serving(folder: Path, uri: str, database: str) -> AsyncIterator[Hospital]:
    """It serves until the end of the context; its database is gone then."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = Settings(mongodb_uri=SecretStr(uri), mongodb_database=database, base_url=f"{url}/fhir", port=port)
    long, child = await _filled(settings, datetime.now(UTC))
    with connected(uri, database) as documents:
        assert users.add(documents, User("dr.rahmawati", "dokter", PASSWORD_HASH, fhir_user=DOCTOR))
        running = await to_thread.run_sync(signing_in, folder, settings, NAME)
        try:
            yield Hospital(settings, url, Issuer(url, f"{url}/fhir", documents), long, child)
        finally:
            running.kill()
            running.process.communicate()
            documents.client.drop_database(database)


async def _filled(settings: Settings, at: datetime) -> tuple[str, str]:
    async with open_record(settings) as record:
        await load(record, patients=PATIENTS, seed=SEED, today=at.astimezone(ZONE).date())
        long, *others = await _by_length(record)
        child = await _child(record)
        others = [one for one in others if one != child]
        await _put(record, large(at))
        await _put(record, hostile(at))
        await _put(record, _day(at, long, child, others))
        return long, child


def _day(at: datetime, long: str, child: str, others: list[str]) -> Iterable[Resource]:
    """Who is served, called and waits; the large patient waits the longest."""
    serving = visit("hari-ini-1", others[0], "in-progress", at - timedelta(minutes=40))
    waiting = visit("hari-ini-2", long, "arrived", at - timedelta(minutes=25))
    elderly = visit("hari-ini-3", others[1], "arrived", at - timedelta(minutes=12))
    called = visit("hari-ini-4", child, "arrived", at - timedelta(minutes=31))
    desk = visit("hari-ini-5", others[2], "arrived", at - timedelta(minutes=3))
    done = visit("hari-ini-6", others[3], "finished", at - timedelta(minutes=55))
    yield from (serving, waiting, elderly, called, desk, done)
    yield number(serving, at, 3, "in-progress")
    yield number(waiting, at, 5, "requested")
    yield number(elderly, at, 9, "requested", priority="elderly")
    yield number(called, at, 4, "received")
    yield number(done, at, 1, "completed")
    yield number(visit("besar-hari-ini", LARGE, "arrived", at - timedelta(minutes=75)), at, 2, "requested")


async def _put(record: Record, resources: Iterable[Resource]) -> None:
    rows = [Change.create(one) for one in resources]
    for first in range(0, len(rows), AT_ONCE):
        await record.commit(rows[first : first + AT_ONCE])


async def _by_length(record: Record) -> list[str]:
    """The patients, those with the longest records first."""
    stages: list[dict[str, Any]] = [{"$group": {"_id": {"$first": "$compartments.Patient"}, "all": {"$sum": 1}}}]
    rows = await record.gather("Observation", (await record.plan(parse("Observation", ()))).filter, stages)
    return [row["_id"] for row in sorted(rows, key=lambda row: (-row["all"], row["_id"]))]


async def _child(record: Record) -> str:
    weights = (("code", "29463-7"), ("subject:Patient.birthdate", "ge2022-06-01"))
    stages: list[dict[str, Any]] = [{"$group": {"_id": {"$first": "$compartments.Patient"}, "all": {"$sum": 1}}}]
    rows = await record.gather("Observation", (await record.plan(parse("Observation", weights))).filter, stages)
    return str(max(rows, key=lambda row: (row["all"], row["_id"]))["_id"])
