"""The demo hospital with sign-in, some of its patients with accounts, and a browser for each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx

from auth.storage import users
from auth.storage.database import Documents
from auth.users import Proxy, User
from fhir_server.record import Record
from fhir_server.search.query import parse
from main import open_record
from seed.load import load
from settings import Settings
from tests.auth.accounts import PASSWORD_HASH
from tests.journeys.smart import Browser, Smart

PATIENTS, SEED = 16, 11


@dataclass(frozen=True)
class World:
    """`mother`: the account of the patient with the longest record, who acts for `child`; `stranger`: the account of
    another patient; the others: ids of their Patients."""

    smart: Smart
    mother: User
    stranger: User
    child: str

    @property
    def patient(self) -> str:
        assert self.mother.patient is not None
        return self.mother.patient

    @property
    def other(self) -> str:
        assert self.stranger.patient is not None
        return self.stranger.patient

    @asynccontextmanager
    async def browser(self, user: User | None = None, **cookies: str) -> AsyncIterator[Browser]:
        """A browser in which this person is signed in, if any."""
        async with self.smart.browser(user) as found:
            for name, value in cookies.items():
                found.client.cookies.set(name, value, domain="ehr.test")
            yield found

    async def page(self, path: str, user: User | None = None, **cookies: str) -> httpx.Response:
        """One page of the portal."""
        async with self.browser(user, **cookies) as found:
            return await found.get(f"/portal{path}")


async def seeded(settings: Settings, today: date) -> list[str]:
    """Fills a database with the demo hospital; the ids of its patients, those with the longest records first."""
    async with open_record(settings) as record:
        await load(record, patients=PATIENTS, seed=SEED, today=today)
        return await _by_length(record)


async def _by_length(record: Record) -> list[str]:
    found: dict[str, int] = {}
    stages: list[dict[str, Any]] = [{"$group": {"_id": {"$first": "$compartments.Patient"}, "all": {"$sum": 1}}}]
    for type in ("Observation", "Condition", "MedicationRequest", "Encounter"):
        for row in await record.gather(type, (await record.plan(parse(type, ()))).filter, stages):
            found[row["_id"]] = found.get(row["_id"], 0) + row["all"]
    return sorted(found, key=lambda id: (-found[id], id))


def accounts(smart: Smart, patients: list[str], today: date) -> World:
    """Makes the accounts."""
    mother, stranger = enrolled(smart.issuer.database, patients, today)
    return World(smart, mother, stranger, patients[1])


def enrolled(database: Documents, patients: list[str], today: date) -> tuple[User, User]:
    """The accounts of the mother, who acts for the second patient, and of the stranger."""
    first, child, other = patients[:3]
    mother = User(
        "ibu",
        "pasien",
        PASSWORD_HASH,
        fhir_user=f"Patient/{first}",
        acts_for=(Proxy(child, today + timedelta(days=90)),),
    )
    stranger = User("orang.lain", "pasien", PASSWORD_HASH, fhir_user=f"Patient/{other}")
    for user in (mother, stranger):
        assert users.add(database, user)
    return mother, stranger
