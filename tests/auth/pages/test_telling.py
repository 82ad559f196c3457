"""What the audit trail hears of the sign-in pages; and that nobody is let in where it does not hear."""

from __future__ import annotations

import httpx
import pyotp

from auth.issuer import Issuer
from tests.auth.accounts import PASSWORD, Clock, somebody
from tests.auth.browser import go, press
from tests.auth.pages.conftest import Audit, Browse, sign_in
from tests.auth.pages.test_consent import ALLOW, DENY, asked, grant, patient


async def test_in_and_out_again(browser: httpx.AsyncClient, issuer: Issuer, audit: Audit) -> None:
    user = somebody(issuer)
    page = await browser.get("/auth/login")
    await press(browser, page, username=user.username, password="salah sekali")
    await press(browser, page, username=user.username, password=PASSWORD)
    await press(browser, await browser.get("/auth/logout"))
    assert [(one.what, one.name, one.user and one.user.username) for one in audit.told] == [
        ("login-failed", user.username, None),
        ("login", "", user.username),
        ("logout", "", user.username),
    ]
    assert len({one.address for one in audit.told}) == 1


async def test_staff_is_in_with_the_second_factor_only(
    browser: httpx.AsyncClient, issuer: Issuer, audit: Audit, clock: Clock
) -> None:
    user = somebody(issuer, role="dokter", totp_secret=pyotp.random_base32())
    assert user.totp_secret is not None
    page = await sign_in(browser, user)
    assert audit.told == []
    await press(browser, page, code="000000")
    await press(browser, page, code=pyotp.TOTP(user.totp_secret).at(clock()))
    assert [(one.what, one.user and one.user.role) for one in audit.told] == [
        ("login-failed", "dokter"),
        ("login", "dokter"),
    ]


async def test_what_an_app_was_allowed(browser: httpx.AsyncClient, issuer: Issuer, audit: Audit) -> None:
    user = patient(issuer)
    app, path = asked(issuer, scope="launch/patient openid patient/Observation.rs")
    await press(browser, await sign_in(browser, user, path), ALLOW)
    _, again = asked(issuer)
    await press(browser, await go(browser, await browser.get(again)), DENY)
    await press(browser, await browser.get("/auth/apps"), ("grant", grant(issuer, user).id))
    _, given, denied, withdrawn = audit.told
    assert (given.what, given.client, given.patient) == ("consent-decision", app.id, "1")
    assert "patient/Observation.rs" in given.note.removeprefix("granted: ").split()
    assert (denied.what, denied.note) == ("consent-decision", "denied")
    assert (withdrawn.client, withdrawn.note) == (app.id, "withdrawn")


async def test_nobody_is_let_in_untold(browse: Browse, issuer: Issuer, audit: Audit) -> None:
    user, browser = somebody(issuer), browse()
    page = await browser.get("/auth/login")
    audit.fails = True
    answer = await press(browser, page, username=user.username, password=PASSWORD)
    assert answer.status_code == 503
    assert (await browser.get("/auth/apps")).headers["location"] == "/auth/login"
