"""The sign-in pages as a browser meets them."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from pymongo import MongoClient
from starlette.applications import Starlette

from auth.issuer import Issuer
from auth.pages import routes
from auth.pages.site import Pages
from auth.storage import users
from tests.auth.accounts import PASSWORD, Clock, somebody
from tests.auth.browser import forms, go, press
from tests.auth.pages.conftest import Browse, sign_in
from tests.fhir_server.conftest import with_state
from tests.processes import free_port

COOKIE = "__Host-sid"


def cookie_of(page: httpx.Response) -> SimpleCookie:
    return SimpleCookie(page.headers["set-cookie"])


async def test_a_patient_signs_in_and_out(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    user = somebody(issuer)
    first = await browser.get("/auth/login")
    page = await press(browser, first, username=user.username, password=PASSWORD)
    assert (page.status_code, page.headers["location"]) == (303, "/portal")
    assert user.username in (await browser.get("/auth/apps")).text
    assert (await browser.get("/auth/login")).headers["location"] == "/portal"
    stolen = browser.cookies[COOKIE]

    assert (await browser.get("/auth/logout")).status_code == 200
    assert (await browser.get("/auth/apps")).status_code == 200, "opening a page signs nobody out"
    page = await press(browser, await browser.get("/auth/logout"))
    assert page.headers["location"] == "/auth/login?done=out"
    assert "Anda sudah keluar" in (await go(browser, page)).text
    browser.cookies.set(COOKIE, stolen, domain="ehr.test")
    assert (await browser.get("/auth/apps")).headers["location"] == "/auth/login"


async def test_a_cookie_from_before_is_worth_nothing(browse: Browse, issuer: Issuer) -> None:
    """Session fixation: whoever planted a cookie is not signed in with the person who signs in."""
    user, victim, attacker = somebody(issuer), browse(), browse()
    page = await attacker.get("/auth/login")
    planted = attacker.cookies[COOKIE]
    victim.cookies.set(COOKIE, planted, domain="ehr.test")
    page = await victim.get("/auth/login")
    page = await press(victim, page, username=user.username, password=PASSWORD)
    assert cookie_of(page)[COOKIE].value not in ("", planted)
    assert (await attacker.get("/auth/apps")).headers["location"] == "/auth/login"


async def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    user = somebody(issuer)
    first = await browser.get("/auth/login")
    second = await press(browser, first, username=user.username, password=PASSWORD)
    for page in (first, second):
        cookie = cookie_of(page)[COOKIE]
        assert cookie["secure"]
        assert cookie["httponly"]
        assert (cookie["samesite"].lower(), cookie["path"], cookie["domain"]) == ("lax", "/", "")
        assert len(cookie.value) >= 43


async def test_wrong_known_and_unknown_look_the_same(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    user = somebody(issuer)
    shown = []
    for name in (user.username, f"{user.username}x"):
        page = await press(browser, await browser.get("/auth/login"), username=name, password="wrong wrong")
        assert page.status_code == 403
        assert "tidak cocok" in page.text
        shown.append(page.text.replace(name, ""))
    assert shown[0] == shown[1]


async def test_too_many_attempts_are_told_when_to_come_back(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    user = somebody(issuer)
    for _ in range(5):
        page = await press(browser, await browser.get("/auth/login"), username=user.username, password="wrong")
    page = await press(browser, page, username=user.username, password=PASSWORD)
    assert (page.status_code, page.headers["retry-after"]) == (429, "30")
    assert "30 detik" in page.text


async def test_staff_come_in_with_two_factors(browser: httpx.AsyncClient, issuer: Issuer, clock: Clock) -> None:
    user = somebody(issuer, "bidan")
    page = await sign_in(browser, user)
    assert "<svg" in page.text
    for path in ("/auth/apps", "/auth/consent", "/auth/password"):
        assert (await browser.get(path)).headers["location"] == "/auth/totp"
    wrong = await press(browser, page, code="123456")
    assert wrong.status_code == 403
    session = issuer.database["auth_sessions"].find_one({"username": user.username})
    assert session is not None
    app = pyotp.TOTP(session["new_totp"])
    assert app.secret in page.text.replace(" ", "")
    before = browser.cookies[COOKIE]
    page = await go(browser, await press(browser, wrong, code=app.at(clock())))
    assert user.username in page.text
    assert browser.cookies[COOKIE] != before

    clock.move(seconds=60)
    await press(browser, await browser.get("/auth/logout"))
    page = await sign_in(browser, user)
    assert '<svg viewBox="0 0 32 32"' in page.text
    assert app.secret not in page.text.replace(" ", ""), "the secret is shown only once"
    replayed = await press(browser, page, code=app.at(clock.moment.timestamp() - 60))
    assert replayed.status_code == 403
    assert (await press(browser, page, code=app.at(clock()))).headers["location"] == "/auth/apps"


async def test_a_disabled_account_loses_its_session(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    user = somebody(issuer)
    await sign_in(browser, user)
    users.set_disabled(issuer.database, user.username, True)
    assert (await browser.get("/auth/apps")).headers["location"] == "/auth/login"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://ehr.test", "sec-fetch-site": "same-origin"}, 303),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 303),
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"content-type": "multipart/form-data; boundary=x"}, 415),
        ({"content-type": "application/json"}, 415),
    ],
)
async def test_forms_of_other_sites(
    browser: httpx.AsyncClient, issuer: Issuer, headers: dict[str, str], status: int
) -> None:
    user = somebody(issuer)
    page = await browser.get("/auth/login")
    page = await press(browser, page, username=user.username, password=PASSWORD, headers=headers)
    assert page.status_code == status


@pytest.mark.parametrize("path", ["login", "logout", "totp", "consent", "apps", "password", "reset", "bind"])
async def test_every_form_needs_its_token(browse: Browse, issuer: Issuer, path: str) -> None:
    browser, other = browse(), browse()
    await sign_in(browser, somebody(issuer))
    foreign = forms(await other.get("/auth/login"))[0].fields[0][1]
    for token in ({}, {"csrf": ""}, {"csrf": foreign}):
        page = await browser.post(f"/auth/{path}", data=token, headers={"sec-fetch-site": "same-origin"})
        assert page.status_code in (403, 415)
        assert "<h1>" in page.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"csrf=%TOKEN&username=a&username=b&password=c", 400),
        (b"csrf=%TOKEN&username=%ff%fe&password=c", 400),
        (b"csrf=%TOKEN&username=\xff&password=c", 400),
        (b"csrf=%TOKEN&username[$ne]=x&password[$ne]=x", 403),
        (b"csrf=%TOKEN&" + b"a=1&" * 500, 400),
        (b"csrf=%TOKEN&username=a&password=" + b"x" * 70_000, 413),
        (b"csrf=%TOKEN&username=a%00b&password=%00", 403),
    ],
)
async def test_forms_that_nobody_can_have_filled_in(browser: httpx.AsyncClient, body: bytes, status: int) -> None:
    token = forms(await browser.get("/auth/login"))[0].fields[0][1]
    kind = {"content-type": "application/x-www-form-urlencoded"}
    page = await browser.post("/auth/login", content=body.replace(b"%TOKEN", token.encode()), headers=kind)
    assert page.status_code == status
    assert "<h1>" in page.text


@pytest.mark.parametrize("path", ["login", "bind", "reset", "consent", "nothing-here", "style.css"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "TRACE"])
async def test_no_path_fails(browser: httpx.AsyncClient, path: str, method: str) -> None:
    page = await browser.request(method, f"/auth/{path}?request=%00&lang[]=x&%ff=%fe&" + "a=1&" * 600)
    assert page.status_code < 500


@pytest.mark.parametrize(
    "path", ["login", "logout", "totp", "consent?request=none", "apps", "password", "reset", "bind"]
)
async def test_the_headers_of_every_page(browser: httpx.AsyncClient, issuer: Issuer, path: str) -> None:
    await sign_in(browser, somebody(issuer))
    for page in (await browser.get(f"/auth/{path}"), await browser.post(f"/auth/{path}")):
        policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["form-action"] == "'self'"
        assert "unsafe" not in page.headers["content-security-policy"]
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["strict-transport-security"].startswith("max-age=31536000; includeSubDomains")
        assert "<script" not in page.text
        assert " style=" not in page.text
        assert "RSUD &#34;Patuh&#34; &amp; &lt;Karya&gt;" in page.text or page.is_redirect


@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "language"),
    [
        ("", None, None, "id"),
        ("", None, "en-GB,en;q=0.9,id;q=0.5", "en"),
        ("", None, "id,en;q=0.9", "id"),
        ("", None, "fr,de", "id"),
        ("", None, "en;q=x, id;q=0", "id"),
        ("?lang=en", None, "id", "en"),
        ("?lang=xx", None, "en", "en"),
        ("", "id", "en", "id"),
        ("?lang=en", "id", None, "en"),
    ],
)
async def test_the_language(
    browser: httpx.AsyncClient, query: str, cookie: str | None, accepted: str | None, language: str
) -> None:
    headers = {
        **({"accept-language": accepted} if accepted else {}),
        **({"cookie": f"language={cookie}"} if cookie else {}),
    }
    page = await browser.get(f"/auth/login{query}", headers=headers)
    assert f'<html lang="{language}">' in page.text
    assert ("Sign in" in page.text) is (language == "en")
    assert ("Masuk" in page.text) is (language == "id")


async def test_the_switch_keeps_the_request_and_is_remembered(browser: httpx.AsyncClient) -> None:
    waiting = "r" * 30
    page = await browser.get(f"/auth/login?request={waiting}")
    assert f"?request={waiting}&amp;lang=en" in page.text
    await browser.get(f"/auth/login?request={waiting}&lang=en")
    assert "Sign in" in (await browser.get("/auth/login")).text


async def test_nothing_that_was_typed_becomes_markup(browser: httpx.AsyncClient) -> None:
    payload = '"><script>alert(1)</script>'
    page = await press(browser, await browser.get("/auth/login"), username=payload, password="x")
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example", "/portal//evil.example", "/portal@evil.example", "/portal%0Aevil"],
)
async def test_a_redirect_never_leaves_the_server(browser: httpx.AsyncClient, issuer: Issuer, address: str) -> None:
    user = somebody(issuer)
    page = await browser.get(f"/auth/login?request=https://evil.example&then={address}")
    assert "evil" not in "".join(form.action for form in forms(page))
    page = await press(browser, page, username=user.username, password=PASSWORD)
    assert page.headers["location"] == "/portal"


async def test_who_was_sent_to_sign_in_comes_back(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    user = somebody(issuer)
    page = await browser.get("/auth/login?then=/portal/record")
    page = await press(browser, page, username=user.username, password=PASSWORD)
    assert page.headers["location"] == "/portal/record"


async def test_fifty_at_once_keep_memory_bounded(browse: Browse, issuer: Issuer, pages: Pages) -> None:
    """Each password takes 19 MiB while it is hashed: all at once would take a gigabyte."""
    people = [somebody(issuer) for _ in range(50)]
    browsers = [browse() for _ in people]
    first = [await browser.get("/auth/login") for browser in browsers]
    most, done, busiest = [_resident()], threading.Event(), [0]

    def watch() -> None:
        while not done.wait(0.005):
            most.append(_resident())
            busiest.append(pages.hashing.statistics().borrowed_tokens)

    watching = threading.Thread(target=watch)
    watching.start()
    began = time.monotonic()
    answers = await asyncio.gather(
        *(
            press(browser, page, username=user.username, password=PASSWORD)
            for browser, page, user in zip(browsers, first, people, strict=True)
        )
    )
    done.set()
    watching.join()
    assert [answer.status_code for answer in answers] == [303] * 50
    assert max(busiest) == 4
    assert max(most) - most[0] < 160 * 2**20
    assert time.monotonic() - began < 30


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


async def test_without_a_database_every_page_says_so(pages: Pages) -> None:
    nowhere: MongoClient[dict[str, Any]] = MongoClient(port=free_port(), serverSelectionTimeoutMS=50)
    broken = replace(pages, issuer=replace(pages.issuer, database=nowhere["none"]))
    app = with_state(Starlette(routes=routes.routes()), {"pages": broken})
    with nowhere:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://ehr.test") as browser:
            first = await browser.get("/auth/login")
            assert first.status_code == 200, "it asks for nothing yet"
            page = await press(browser, first, username="siti", password=PASSWORD)
            assert (page.status_code, page.headers["retry-after"]) == (503, "5")
            assert (await browser.get("/auth/apps")).status_code == 503


async def test_the_stylesheet(browser: httpx.AsyncClient) -> None:
    sheet = await browser.get("/auth/style.css")
    assert sheet.headers["content-type"].startswith("text/css")
    assert "url(" not in sheet.text
