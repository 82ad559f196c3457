"""A desk on the real database, at a moment of the test's choice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from auth.caller import SYSTEM, Caller
from auth.policy import load as load_policy
from auth.scopes import parse
from bookings import session as sessions
from bookings.asking import Clerk
from bookings.queue import Queue
from bookings.reception import reception as reception_of
from bookings.rules import Rules
from bookings.session import Session
from fhir_server.changes import Change
from fhir_server.interactions.dispatch import Dispatcher
from fhir_server.messages import FhirRequest, FhirResponse, Resource
from fhir_server.record import Record
from fhir_server.store.store import Store
from main import open_store, site
from settings import Settings
from tests.bookings.worlds import NOW
from tests.clock import Clock
from tests.fhir_server.conftest import BASE, settings
from tests.journeys.booking_world import sent

LOKET = "Location/loket-pendaftaran"
SITE = site(Settings(base_url=BASE))


@dataclass
class Counter:
    """Where callers ask, without a socket between."""

    store: Store
    clock: Clock
    clerk: Clerk
    queue: Queue
    dispatcher: Dispatcher
    keys: dict[str, str] = field(default_factory=dict)

    def record(self, caller: Caller = SYSTEM) -> Record:
        return Record(self.store, caller, SITE, clock=self.clock)

    async def ask(self, path: str, caller: Caller, method: str = "POST", key: str = "", **values: Any) -> FhirResponse:
        """Raises FhirError. `values`: the parameters of the operation."""
        headers = {"idempotency-key": key} if key else {}
        if method == "GET":
            query = tuple((name.rstrip("_").replace("_", "-"), str(value)) for name, value in values.items())
            request = FhirRequest("GET", tuple(path.split("/")), query, headers=headers, base=BASE)
        else:
            request = FhirRequest("POST", tuple(path.split("/")), headers=headers, body=sent(**values), base=BASE)
        return await self.dispatcher.answer(request, self.record(caller))

    async def put(self, *resources: Resource) -> None:
        await self.record().commit([Change.update(one, one["id"]) for one in resources])

    async def open(self, *held: Session, patients: Sequence[str] = ("ani", "budi", "citra")) -> None:
        people: list[Resource] = [{"resourceType": "Patient", "id": id} for id in patients]
        await self.put(*people, *(sessions.write(one) for one in held))


@pytest.fixture
async def store(mongodb_uri: str, database_name: str) -> AsyncIterator[Store]:
    async with open_store(settings(mongodb_uri, database_name)) as found:
        yield found


@pytest.fixture
def record(store: Store) -> Record:
    """The record of a caller without limits."""
    return Record(store, SYSTEM, SITE)


def no_holidays(first: date, last: date) -> dict[date, str]:
    return {}


@pytest.fixture
def reception(store: Store) -> Counter:
    clock = Clock(NOW)

    def hospital() -> Record:
        return Record(store, SYSTEM, SITE, clock=clock)

    opened = reception_of(hospital, Rules(holidays=no_holidays), LOKET, clock)
    return Counter(store, clock, opened.clerk, opened.queue, Dispatcher(opened.routes()))


def person(role: str, *patients: str, scope: str = "user/*.cruds") -> Caller:
    """Somebody of a role of the policy; a patient and a proxy with those whose records they see."""
    found = load_policy().role(role)
    assert found is not None
    caller = Caller(f"{role}.contoh", parse(scope), found, purpose=found.purpose)
    return replace(caller, patients=frozenset(patients) if found.patients != "all" else None)
