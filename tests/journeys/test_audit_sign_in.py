"""The sign-in pages in the journal: who came, whom they looked up, what they allowed; untold, they show nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from pymongo.database import Database

from auth.storage import users
from auth.users import User
from fhir_server.audit.events import Event
from main import create_app
from tests.auth.accounts import PASSWORD, PASSWORD_HASH
from tests.auth.apps import app, asking
from tests.auth.browser import press
from tests.fhir_server.conftest import settings
from tests.journeys.bundles import Json
from tests.journeys.journal import events
from tests.journeys.smart import Browser, serving
from tests.journeys.smart_world import ANI, VISIT, Hospital, hospital

NAME = "Ani Lestari"
ASK = ("step", "ask")
SCOPE = "launch/patient openid user/*.rs patient/*.rs"


SHOW_PATIENTS = {"/auth/consent", "/auth/launch", "/auth/bind"}
"""Besides FHIR itself, which is no route: test_audit_tokens asks each of its own."""

SHOW_NOBODY = {
    *("/", "/health/live", "/health/ready", "/fhir/.well-known/smart-configuration"),
    *("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"),
    *("/auth/style.css", "/auth/style.json", "/auth/jwks", "/v/style.css", "/v/keys.json"),
    *("/auth/authorize", "/auth/token", "/auth/introspect", "/auth/revoke", "/auth/register"),
    *("/auth/login", "/auth/logout", "/auth/totp", "/auth/apps", "/auth/password", "/auth/reset"),
    "/auth/launch/apps",
}
"""Addresses at which there is nothing of the record to tell of."""

ELSEWHERE = ("/bookings", "/board", "/bpjs/antrean/", "/clinic", "/exports", "/portal", "/v/{id}")
"""Their tests are those of bookings, of exports, of the patients' pages, of exchange and of the
clinic, whose pages are the same for all."""


@pytest.fixture
async def place(mongodb_uri: str, database_name: str) -> AsyncIterator[Hospital]:
    async with serving(mongodb_uri, database_name, audit_events=False) as smart:
        yield await hospital(smart)


def told(database: Database[Json], since: int) -> list[tuple[str, str, int, tuple[str, ...]]]:
    return [(event.what, event.path, event.status, event.patients) for event in journal(database, since)]


def journal(database: Database[Json], since: int) -> list[Event]:
    return events(database)[since:]


def test_of_every_address_it_is_known_whether_it_shows_patients(mongodb_uri: str, database_name: str) -> None:
    app = create_app(settings(mongodb_uri, database_name, open=False))
    addresses = {getattr(route, "path", "") for route in app.routes}
    assert {one for one in addresses if not one.startswith(ELSEWHERE)} == SHOW_PATIENTS | SHOW_NOBODY


@pytest.mark.parametrize("who", ["ani", "doctor"])
async def test_where_nobody_is_shown_nothing_is_told(place: Hospital, database: Database[Json], who: str) -> None:
    since = len(events(database))
    async with place.smart.browser(getattr(place, who)) as browser:
        for path in sorted(SHOW_NOBODY):
            assert NAME not in (await browser.get(path)).text
    assert told(database, since) == []


async def test_in_by_the_form_and_out(place: Hospital, database: Database[Json]) -> None:
    user, since = User("ibu", "pasien", PASSWORD_HASH, f"Patient/{ANI}"), len(events(database))
    assert users.add(place.smart.issuer.database, user)
    async with place.smart.browser() as browser:
        page = await browser.get("/auth/login")
        await press(browser.client, page, username="ibu", password="salah sekali")
        await press(browser.client, page, username="ibu", password=PASSWORD)
        await press(browser.client, await browser.get("/auth/logout"))
    assert [(event.what, event.who, event.status) for event in journal(database, since)] == [
        ("login-failed", "ibu", 401),
        ("login", "ibu", 200),
        ("logout", "ibu", 200),
    ]


async def test_whom_the_pages_show_is_told(place: Hospital, database: Database[Json]) -> None:
    """Each page that shows a patient, to the person who looks at it, as searches of that person."""
    made = app(place.smart.issuer)
    async with place.smart.browser(place.doctor) as browser:
        since = len(events(database))
        page = await browser.get(f"/auth/launch?client_id={made.id}&patient={ANI}&encounter={VISIT}")
        assert NAME in page.text
        patients, encounters = ("search-type", "Patient", 200, (ANI,)), ("search-type", "Encounter", 200, (ANI,))
        assert told(database, since) == [patients, encounters]
        page = await browser.begin(asking(place.smart.issuer, made.id, scope=SCOPE))
        since = len(events(database))
        found = await search_for(browser, page, "Ani")
        assert NAME in found.text
        assert told(database, since) == [patients]
        chosen = await press(browser.client, found, ("patient", ANI))
        assert NAME in chosen.text
        assert patients in told(database, since)[1:]
        await press(browser.client, chosen, ("action", "approve"))
    assert {event.who for event in journal(database, since)} == {place.doctor.username}
    last = journal(database, since)[-1]
    assert (last.what, last.patients, last.client, last.note[:9]) == ("consent-decision", (ANI,), made.id, "granted: ")


async def test_the_look_for_where_a_code_goes_is_told(place: Hospital, database: Database[Json]) -> None:
    since = len(events(database))
    async with place.smart.browser() as browser:
        page = await browser.get("/auth/bind")
        asked = await press(browser.client, page, ASK, nik="6472019901019004", day="2", month="1", year="1990")
    assert asked.status_code == 200
    (event,) = journal(database, since)
    assert (event.what, event.path, event.who, event.patients) == ("search-type", "Patient", "system", ())


async def search_for(browser: Browser, page: httpx.Response, text: str) -> httpx.Response:
    return await press(browser.client, page, ("action", "find"), text=text)


async def test_untold_nobody_is_shown_nor_let_in(place: Hospital, database: Database[Json]) -> None:
    made = app(place.smart.issuer)
    assert users.add(place.smart.issuer.database, User("ibu", "pasien", PASSWORD_HASH, f"Patient/{ANI}"))
    async with place.smart.browser(place.doctor) as browser, place.smart.browser() as visitor:
        choosing = await browser.begin(asking(place.smart.issuer, made.id, scope=SCOPE))
        entrance = await visitor.get("/auth/login")
        database.command({"collMod": "audit_blocks", "validator": {"never": True}})
        for page in (
            await browser.get(f"/auth/launch?client_id={made.id}&patient={ANI}"),
            await search_for(browser, choosing, "Ani"),
            await press(visitor.client, entrance, username="ibu", password=PASSWORD),
            await press(visitor.client, entrance, username="ibu", password="salah sekali"),
        ):
            assert page.status_code == 503
            assert NAME not in page.text
        assert (await visitor.get("/auth/apps")).headers["location"] == "/auth/login"
