"""SMART App Launch 2.2 from outside: standalone and EHR launches by every kind of client, through the pages."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest

from auth.scopes import words
from tests.auth.apps import LAUNCH, app, asking, query, secret_app, signing_app
from tests.auth.browser import forms
from tests.journeys.smart import FHIR, Smart
from tests.journeys.smart_world import ANI, BUDI, DOCTOR, VISIT, Hospital

KINDS = {"public": app, "symmetric": secret_app, "asymmetric": signing_app}
SCOPE = "launch/patient openid fhirUser offline_access patient/*.rs"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_standalone_launch(world: Hospital, kind: str, method: str) -> None:
    smart, made = world.smart, KINDS[kind](world.smart.issuer)
    async with smart.browser(world.ani) as browser:
        told = await browser.allows(asking(smart.issuer, made.id, scope=SCOPE), method=method)
    assert (told["state"], told["iss"]) == ("a-state", smart.issuer.url)
    answer = await smart.exchange(made, told["code"])
    found = answer.json()
    assert answer.status_code == 200
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    assert answer.headers["content-type"].startswith("application/json")
    assert set(words(found["scope"])) == set(words(SCOPE))
    for name, kind_of in {"access_token": str, "token_type": str, "expires_in": int, "patient": str}.items():
        assert isinstance(found[name], kind_of)
    for name, value in {"need_patient_banner": True, "patient": ANI, "token_type": "Bearer"}.items():
        assert found[name] == value
    await _works(smart, found)
    await _is_introspected(smart, made, found)
    await _refreshes(smart, made, found)


async def _works(smart: Smart, found: dict[str, Any]) -> None:
    read = await smart.fhir(f"Patient/{found['patient']}", found["access_token"])
    assert (read.status_code, read.json()["id"]) == (200, ANI)
    assert (await smart.fhir(f"Patient/{found['patient']}", None)).status_code == 401
    assert (await smart.fhir(f"Patient/{BUDI}", found["access_token"])).status_code == 404
    assert (await smart.fhir("Observation?code=x", found["access_token"])).status_code == 200
    style = await smart.client.get(urlsplit(found["smart_style_url"]).path)
    assert isinstance(style.json(), dict)


async def _is_introspected(smart: Smart, made: Any, found: dict[str, Any]) -> None:
    bearer = {"Authorization": f"Bearer {found['access_token']}"}
    told = (await smart.client.post("/auth/introspect", data={"token": found["access_token"]}, headers=bearer)).json()
    assert (told["active"], told["client_id"]) == (True, made.id)
    assert set(words(told["scope"])) == set(words(found["scope"]))
    assert told["patient"] == found["patient"]


async def _refreshes(smart: Smart, made: Any, found: dict[str, Any]) -> None:
    again = await smart.refresh(made, found["refresh_token"])
    assert again.status_code == 200
    assert again.json()["expires_in"] == 3600
    assert (again.headers["cache-control"], again.headers["pragma"]) == ("no-store", "no-cache")
    less = await smart.refresh(made, again.json()["refresh_token"], scope="patient/Patient.r")
    assert less.json()["scope"] == "patient/Patient.r"
    assert (await smart.fhir(f"Patient/{ANI}", less.json()["access_token"])).status_code == 200
    assert (await smart.fhir("Observation", less.json()["access_token"])).status_code == 403
    assert (await smart.refresh(made, "invalid")).status_code in (400, 401)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_ehr_launch(world: Hospital, kind: str) -> None:
    smart = world.smart
    made = KINDS[kind](smart.issuer)
    async with smart.browser(world.doctor) as browser:
        opening = await browser.get(f"/auth/launch?client_id={made.id}&patient={ANI}&encounter={VISIT}")
        assert opening.status_code == 200, opening.text
        assert "Ani Lestari" in opening.text
        (form,) = [form for form in forms(opening) if form.action == "/auth/launch"]
        answer = await browser.send(opening, form, form.fields)
        assert answer.headers["location"].startswith(LAUNCH)
        launched = query(answer.headers["location"])
        assert launched["iss"] == FHIR
        scope = "launch openid fhirUser online_access user/*.rs patient/*.rs"
        told = await browser.allows(asking(smart.issuer, made.id, scope=scope, launch=launched["launch"]))
    found = (await smart.exchange(made, told["code"])).json()
    assert set(words(found["scope"])) == set(words(scope))
    assert (found["patient"], found["encounter"], found["need_patient_banner"]) == (ANI, VISIT, False)
    assert "refresh_token" in found
    read = await smart.fhir(f"Encounter/{found['encounter']}", found["access_token"])
    assert (read.status_code, read.json()["id"]) == (200, VISIT)
    assert (await smart.fhir(f"Practitioner/{DOCTOR}", found["access_token"])).status_code == 200


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"client_id": "unknown"}, 400),
        ({}, 400),
        ({"patient": "nobody"}, 400),
        ({"patient": ANI, "encounter": "kunjungan-2"}, 400),
        ({"encounter": VISIT}, 400),
        ({"patient": "../x"}, 400),
    ],
)
async def test_what_cannot_be_launched(world: Hospital, parameters: dict[str, str], status: int) -> None:
    made = app(world.smart.issuer)
    asked = {"client_id": made.id, **parameters} if parameters else {}
    async with world.smart.browser(world.doctor) as browser:
        page = await browser.client.get("/auth/launch", params=asked)
    assert page.status_code == status


async def test_a_launch_needs_a_person_and_our_own_form(world: Hospital) -> None:
    smart, made = world.smart, app(world.smart.issuer)
    async with smart.browser() as stranger:
        page = await stranger.get(f"/auth/launch?client_id={made.id}&patient={ANI}")
        assert page.headers["location"].startswith("/auth/login")
    async with smart.browser(world.doctor) as browser:
        answer = await browser.client.post("/auth/launch", data={"client_id": made.id, "patient": ANI})
        assert answer.status_code == 403


async def test_a_doctor_chooses_the_patient_of_a_standalone_launch(world: Hospital) -> None:
    smart, made = world.smart, app(world.smart.issuer)
    async with smart.browser(world.doctor) as browser:
        page = await browser.begin(asking(smart.issuer, made.id, scope="launch/patient launch/encounter patient/*.rs"))
        search = next(form for form in forms(page) if ("action", "find") in form.buttons)
        fields = [pair for pair in search.fields if pair[0] != "text"]
        page = await browser.send(page, search, [*fields, ("text", "Ani"), ("action", "find")])
        (choosing,) = [form for form in forms(page) if ("patient", ANI) in form.buttons]
        page = await browser.send(page, choosing, [*choosing.fields, ("patient", ANI)])
        told = await browser.answers(page, "approve")
    found = (await smart.exchange(made, told["code"])).json()
    assert (found["patient"], found["encounter"]) == (ANI, VISIT)


async def test_a_person_says_no(world: Hospital) -> None:
    smart, made = world.smart, app(world.smart.issuer)
    async with smart.browser(world.ani) as browser:
        told = await browser.answers(await browser.begin(asking(smart.issuer, made.id)), "deny")
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "a-state", smart.issuer.url)


async def test_a_person_who_ticks_nothing_says_no(world: Hospital) -> None:
    smart, made = world.smart, app(world.smart.issuer)
    async with smart.browser(world.ani) as browser:
        told = await browser.allows(asking(smart.issuer, made.id), lambda value: False)
    assert told["error"] == "access_denied"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"aud": "https://inferno.healthit.gov/invalid_aud"}, "invalid_request"),
        ({"aud": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"scope": "system/*.rs"}, "invalid_scope"),
        ({"launch": "unknown"}, "invalid_request"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_the_app_is_told_at_once(
    world: Hospital, changes: dict[str, str | None], error: str, method: str
) -> None:
    made = app(world.smart.issuer)
    async with world.smart.browser() as browser:
        answer = await browser.begin(asking(world.smart.issuer, made.id, **changes), method)
    told = query(answer.headers["location"])
    assert (told["error"], told["state"], told["iss"]) == (error, "a-state", world.smart.issuer.url)
    assert "code" not in told


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("changes", [{"client_id": "unknown"}, {"redirect_uri": "https://evil.example/"}])
async def test_what_only_the_person_is_told(world: Hospital, changes: dict[str, str], method: str) -> None:
    made = app(world.smart.issuer)
    async with world.smart.browser() as browser:
        page = await browser.begin({**asking(world.smart.issuer, made.id), **changes}, method)
    assert (page.status_code, "location" in page.headers) == (400, False)
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("verifier", [None, "", "wrong-" * 9, "is-the-challenge"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_wrong_verifier(world: Hospital, kind: str, verifier: str | None) -> None:
    smart, made = world.smart, KINDS[kind](world.smart.issuer)
    parameters = asking(smart.issuer, made.id)
    sent = parameters["code_challenge"] if verifier == "is-the-challenge" else verifier
    async with smart.browser(world.ani) as browser:
        told = await browser.allows(parameters)
    answer = await smart.exchange(made, told["code"], code_verifier=sent)
    assert answer.status_code in (400, 401)
    assert "access_token" not in answer.json()


async def test_a_wrong_code_and_a_wrong_client(world: Hospital) -> None:
    smart, made = world.smart, app(world.smart.issuer)
    assert (await smart.exchange(made, "invalid_code")).status_code == 400
    async with smart.browser(world.ani) as browser:
        told = await browser.allows(asking(smart.issuer, made.id))
    answer = await smart.exchange(made, told["code"], client_id="invalid_client")
    assert answer.status_code in (400, 401)


async def test_the_person_s_page_ends_everything_at_once(world: Hospital) -> None:
    smart, made = world.smart, app(world.smart.issuer)
    found = await smart.launched(made, world.ani, scope=SCOPE)
    assert (await smart.fhir(f"Patient/{ANI}", found["access_token"])).status_code == 200
    async with smart.browser(world.ani) as browser:
        page = await browser.get("/auth/apps")
        for form in forms(page):
            for button in form.buttons:
                if button[0] == "grant":
                    assert (await browser.send(page, form, [*form.fields, button])).is_redirect
    assert (await smart.fhir(f"Patient/{ANI}", found["access_token"])).status_code == 401
    assert (await smart.refresh(made, found["refresh_token"])).status_code in (400, 401)


async def test_of_twenty_exchanges_at_once_one_succeeds_and_the_grant_dies(world: Hospital) -> None:
    smart, made = world.smart, app(world.smart.issuer)
    async with smart.browser(world.ani) as browser:
        told = await browser.allows(asking(smart.issuer, made.id, scope=SCOPE))
    answers = await asyncio.gather(*(smart.exchange(made, told["code"]) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 19
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert (await smart.fhir(f"Patient/{ANI}", won["access_token"])).status_code == 401
    assert (await smart.refresh(made, won["refresh_token"])).status_code == 400
