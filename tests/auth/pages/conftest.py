"""The pages over HTTP, with people and a sender made for the tests."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import httpx
import pytest
from starlette.applications import Starlette

from auth.issuer import Issuer
from auth.pages import routes
from auth.pages.site import Pages
from auth.people import Contact, Encounter, Person, RecordUnavailable
from auth.senders import CannotSend, Message
from auth.telling import Happening
from auth.users import User
from tests.auth.accounts import PASSWORD, Clock
from tests.auth.browser import go, press
from tests.fhir_server.conftest import with_state

BORN = date(1958, 3, 12)
Browse = Callable[[], httpx.AsyncClient]


@dataclass
class KnownPeople:
    """Patients by id; `open`: those that staff may open; `fails`: the record does not answer."""

    persons: dict[str, Person]
    open: Sequence[str] = ()
    contacts: dict[str, Contact] = field(default_factory=dict)
    fails: bool = False

    async def patients(self, user: User, ids: Sequence[str]) -> list[Person]:
        if self.fails:
            raise RecordUnavailable
        may = self.open if user.is_staff else user.patients(date(2026, 1, 1))
        return [self.persons[id] for id in ids if id in may]

    async def found(self, user: User, text: str) -> list[Person]:
        return [self.persons[id] for id in self.open if text.lower() in self.persons[id].name.lower()]

    async def encounters(self, user: User, patient: str) -> list[Encounter]:
        return [Encounter(f"{patient}-a", "2026-11-20", "Poli Dalam"), Encounter(f"{patient}-b", "2026-10", "")]

    async def contact(self, nik: str, born: date) -> Contact | None:
        if self.fails:
            raise RecordUnavailable
        return self.contacts.get(nik) if born == BORN else None


@dataclass
class Outbox:
    """A sender that keeps what it was given."""

    messages: list[Message] = field(default_factory=list)
    fails: bool = False

    def __call__(self, message: Message) -> None:
        if self.fails:
            raise CannotSend("The mail server did not take the message: TimeoutError.")
        self.messages.append(message)


class Audit:
    """Keeps what it is told, unless it is out of order."""

    def __init__(self) -> None:
        self.told: list[Happening] = []
        self.fails = False

    async def __call__(self, happening: Happening) -> None:
        if self.fails:
            raise RecordUnavailable
        self.told.append(happening)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer(issuer: Issuer, clock: Clock) -> Issuer:
    return Issuer(issuer.url, issuer.fhir_base, issuer.database, clock=clock)


@pytest.fixture
def people() -> KnownPeople:
    persons = [
        Person("1", "Siti Rahmawati", "1958-03-12", "00-12-34"),
        Person("2", 'Made <img src=x onerror="alert(1)"> Wirawan', "2019-11"),
        Person("3", "Baiq Nurhayati", "1990"),
    ]
    return KnownPeople({person.id: person for person in persons}, open=("1", "3"))


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def audit() -> Audit:
    return Audit()


@pytest.fixture
def pages(issuer: Issuer, people: KnownPeople, outbox: Outbox, audit: Audit) -> Pages:
    return Pages(issuer, people, outbox, audit, hospital='RSUD "Patuh" & <Karya>')


@pytest.fixture
async def browse(pages: Pages) -> AsyncIterator[Browse]:
    """Makes browsers; each has its own address, so that none waits for the failures of another test."""
    opened: list[httpx.AsyncClient] = []
    app = with_state(Starlette(routes=routes.routes()), {"pages": pages})

    def browse() -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=app, client=(uuid.uuid4().hex, 1))
        opened.append(httpx.AsyncClient(transport=transport, base_url=pages.issuer.url))
        return opened[-1]

    yield browse
    for browser in opened:
        await browser.aclose()


@pytest.fixture
def browser(browse: Browse) -> httpx.AsyncClient:
    return browse()


async def sign_in(browser: httpx.AsyncClient, user: User, path: str = "/auth/login") -> httpx.Response:
    """The page that comes after name and password."""
    page = await go(browser, await browser.get(path))
    return await go(browser, await press(browser, page, username=user.username, password=PASSWORD))
