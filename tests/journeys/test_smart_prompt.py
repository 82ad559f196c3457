"""An app that wants the person to sign in anew, or not to be asked at all, from outside.
https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest"""

from __future__ import annotations

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.auth.accounts import PASSWORD
from tests.auth.apps import app, asking, query
from tests.auth.browser import forms
from tests.journeys.smart import COOKIE, Browser
from tests.journeys.smart_world import Hospital


async def signs_in(browser: Browser, page: httpx.Response, username: str) -> httpx.Response:
    """The page that comes after name and password."""
    (form,) = forms(page)
    typed = {"username": username, "password": PASSWORD}
    return await browser.follow(await browser.send(page, form, ({**dict(form.fields), **typed}).items()))


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"prompt": "login consent"}, {"max_age": "0"}])
async def test_who_has_signed_in_does_it_anew(world: Hospital, asked: dict[str, str]) -> None:
    smart, made = world.smart, app(world.smart.issuer)
    asking_anew = int(smart.issuer.clock().timestamp())
    async with smart.browser(world.ani) as browser:
        before = browser.client.cookies[COOKIE]
        page = await browser.begin(asking(smart.issuer, made.id, **asked))
        assert page.url.path == "/auth/login"
        consent = str(page.url).replace("/auth/login", "/auth/consent")
        assert (await browser.follow(await browser.get(consent))).url.path == "/auth/login", "there is no way around"
        page = await signs_in(browser, page, world.ani.username)
        assert page.url.path == "/auth/consent"
        assert browser.client.cookies[COOKIE] != before
        told = await browser.answers(page, "approve")
    token = (await smart.exchange(made, told["code"])).json()["id_token"]
    published = KeySet.import_key_set((await smart.client.get("/auth/jwks")).json())
    claims = jwt.decode(token, published, algorithms=["RS256"]).claims
    assert claims["auth_time"] >= asking_anew


async def test_who_signed_in_lately_enough_does_not(world: Hospital) -> None:
    smart, made = world.smart, app(world.smart.issuer)
    async with smart.browser(world.ani) as browser:
        page = await browser.begin(asking(smart.issuer, made.id, max_age="3600"))
        assert page.url.path == "/auth/consent"
        assert "code" in await browser.answers(page, "approve")


async def test_the_way_around_the_page_is_closed_too(world: Hospital) -> None:
    """The form of another request, sent with the id of one that wants a new sign-in."""
    smart, made = world.smart, app(world.smart.issuer)
    async with smart.browser(world.ani) as browser:
        page = await browser.begin(asking(smart.issuer, made.id))
        (form,) = [form for form in forms(page) if ("action", "approve") in form.buttons]
        strict = await browser.begin(asking(smart.issuer, made.id, prompt="login"))
        form.action = str(strict.url).replace("/auth/login", "/auth/consent")
        id = query(str(strict.url))["request"]
        fields = [(name, id if name == "request" else value) for name, value in form.fields]
        answer = await browser.send(page, form, [*fields, ("action", "approve")])
        assert answer.headers["location"].startswith("/auth/login")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_nobody_is_asked(world: Hospital, method: str) -> None:
    smart, made = world.smart, app(world.smart.issuer)
    for user, asked, error in (
        (None, {}, "login_required"),
        (world.ani, {}, "consent_required"),
        (world.ani, {"max_age": "3600"}, "consent_required"),
        (world.ani, {"max_age": "x"}, "invalid_request"),
    ):
        async with smart.browser(user) as browser:
            answer = await browser.begin(asking(smart.issuer, made.id, prompt="none", **asked), method)
        told = query(answer.headers["location"])
        assert (told["error"], told["state"]) == (error, "a-state")


async def test_half_a_sign_in_is_none(world: Hospital) -> None:
    smart, made = world.smart, app(world.smart.issuer)
    async with smart.browser() as browser:
        page = await browser.get("/auth/login")
        page = await signs_in(browser, page, world.doctor.username)
        assert page.url.path == "/auth/totp"
        answer = await browser.begin(asking(smart.issuer, made.id, prompt="none"))
    assert query(answer.headers["location"])["error"] == "login_required"


async def test_it_is_told_in_the_discovery_document(world: Hospital) -> None:
    found = (await world.smart.client.get("/.well-known/openid-configuration")).json()
    assert found["prompt_values_supported"] == ["none", "login", "consent", "select_account"]
