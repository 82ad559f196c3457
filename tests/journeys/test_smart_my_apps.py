"""What a person has let in stands on the page of apps, whoever it is and whatever the app; and its removal ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from auth.known_callers import KEPT
from auth.users import User
from tests.auth.apps import App, app, asking, person, query, secret_app, signing_app
from tests.auth.browser import forms
from tests.journeys.live import live
from tests.journeys.smart import Browser, Smart
from tests.journeys.smart_world import ANI, BUDI, VISIT, Hospital

Make = Callable[..., App]


@dataclass(frozen=True)
class Way:
    """How somebody lets an app in. `launch`: the query with which the hospital's own system opens it, if it does."""

    make: Make
    is_staff: bool
    scope: str
    launch: str = ""
    patient: str | None = None


WAYS = {
    "a patient, for an hour": Way(app, False, "launch/patient openid patient/*.rs"),
    "a patient, for long": Way(app, False, "launch/patient offline_access patient/*.rs"),
    "a patient, while signed in": Way(secret_app, False, "launch/patient online_access patient/*.rs"),
    "staff, for long": Way(signing_app, True, "openid fhirUser offline_access user/*.rs"),
    "staff, while signed in": Way(secret_app, True, "openid online_access user/*.rs"),
    "staff, who only sign in": Way(app, True, "openid fhirUser"),
    "staff, from the hospital system": Way(
        app, True, "launch online_access patient/*.rs", launch=f"&patient={ANI}&encounter={VISIT}"
    ),
    "staff, from there without a patient": Way(signing_app, True, "launch offline_access user/*.rs", launch="&"),
}


async def let_in(smart: Smart, made: App, user: User, way: Way) -> dict[str, Any]:
    """The token response."""
    async with smart.browser(user) as browser:
        launch = await launched(browser, made, way.launch) if way.launch else None
        told = await browser.allows(asking(smart.issuer, made.id, scope=way.scope, launch=launch), patient=way.patient)
    answer = await smart.exchange(made, told["code"])
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def launched(browser: Browser, made: App, more: str) -> str:
    opening = await browser.get(f"/auth/launch?client_id={made.id}{more}".rstrip("&"))
    (form,) = [form for form in forms(opening) if form.action == "/auth/launch"]
    return query((await browser.send(opening, form, form.fields)).headers["location"])["launch"]


async def removes(browser: Browser, name: str) -> None:
    """Presses the button of the one app of this name."""
    page = await browser.get("/auth/apps")
    assert page.text.count(f"<h2>{name}</h2>") == 1
    named = page.text.split(f"<h2>{name}</h2>")[1].split("</article>")[0]
    (form,) = [form for form in forms(page) if any(f'value="{value}"' in named for _, value in form.buttons)]
    assert (await browser.send(page, form, [*form.fields, *form.buttons])).is_redirect
    assert f"<h2>{name}</h2>" not in (await browser.get("/auth/apps")).text


async def lives(smart: Smart, made: App, found: dict[str, Any]) -> bool:
    """Whether the token opens the door to the record, and is told to be good."""
    status = (await smart.fhir("Patient?_summary=count", found["access_token"])).status_code
    bearer = {"Authorization": f"Bearer {found['access_token']}"}
    told = await smart.client.post("/auth/introspect", data={"token": found["access_token"]}, headers=bearer)
    assert (status == 401) is (told.status_code == 401 or told.json() == {"active": False})
    return status != 401


@pytest.mark.parametrize("name", WAYS)
async def test_what_a_person_let_in_is_listed_and_ends_with_its_removal(world: Hospital, name: str) -> None:
    way, smart = WAYS[name], world.smart
    user = world.doctor if way.is_staff else world.ani
    made, kept = way.make(smart.issuer, client_name=f"Aplikasi {name}"), app(smart.issuer, client_name="Yang tetap")
    found = [await let_in(smart, made, user, way) for _ in range(2)]
    other = await let_in(smart, kept, user, Way(app, way.is_staff, "openid user/*.rs"))
    assert [await lives(smart, made, row) for row in (*found, other)] == [True, True, True]
    async with smart.browser(user) as browser:
        await removes(browser, f"Aplikasi {name}")
    assert [await lives(smart, made, row) for row in (*found, other)] == [False, False, True]
    for row in found:
        if "refresh_token" in row:
            assert (await smart.refresh(made, row["refresh_token"])).status_code == 400


async def test_a_code_that_waits_ends_too(world: Hospital) -> None:
    smart, made = world.smart, app(world.smart.issuer, client_name="Yang menunggu")
    async with smart.browser(world.ani) as browser:
        told = await browser.allows(asking(smart.issuer, made.id))
        await removes(browser, "Yang menunggu")
    found = await smart.exchange(made, told["code"])
    assert found.status_code == 400 or not await lives(smart, made, found.json())


async def test_what_another_person_let_in_stays(world: Hospital) -> None:
    smart, made = world.smart, app(world.smart.issuer, client_name="Yang sama")
    budi = person(smart.issuer, role="pasien", fhir_user=f"Patient/{BUDI}")
    way = WAYS["a patient, for long"]
    hers, his = [await let_in(smart, made, user, way) for user in (world.ani, budi)]
    async with smart.browser(world.ani) as browser:
        await removes(browser, "Yang sama")
    assert [await lives(smart, made, row) for row in (hers, his)] == [False, True]
    async with smart.browser(budi) as browser:
        assert "<h2>Yang sama</h2>" in (await browser.get("/auth/apps")).text


async def test_other_processes_know_of_it_within_seconds(tmp_path: Path, mongodb_uri: str, database_name: str) -> None:
    async with live(tmp_path, mongodb_uri, database_name, "--workers", "2") as smart:
        made, user = app(smart.issuer, client_name="Di mana-mana"), person(smart.issuer)
        found = await smart.launched(made, user, scope="openid user/*.rs")
        asked = [smart.fhir("Patient?_summary=count", found["access_token"]) for _ in range(20)]
        assert {answer.status_code for answer in await asyncio.gather(*asked)} == {200}
        async with smart.browser(user) as browser:
            await removes(browser, "Di mana-mana")
        await asyncio.sleep(KEPT.total_seconds())
        asked = [smart.fhir("Patient?_summary=count", found["access_token"]) for _ in range(20)]
        assert {answer.status_code for answer in await asyncio.gather(*asked)} == {401}
