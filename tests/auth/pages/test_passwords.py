"""Changing a password, choosing one with a code, and making a patient's account."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

import httpx
import pytest

from auth.issuer import Issuer, digest
from auth.one_time_codes import OneTimeCode, as_issued, new_code
from auth.people import Contact
from auth.protocol import server_of
from auth.storage import binds, sessions, tokens, users
from auth.users import User
from tests.auth import apps
from tests.auth.accounts import PASSWORD, Clock, somebody
from tests.auth.browser import forms, go, press
from tests.auth.pages.conftest import Browse, KnownPeople, Outbox, sign_in

NEW = "gurita membaca koran sore"


async def test_a_change_ends_every_session(browse: Browse, issuer: Issuer) -> None:
    user, browser, elsewhere = somebody(issuer), browse(), browse()
    await sign_in(elsewhere, user)
    page = await go(browser, await sign_in(browser, user))
    before = browser.cookies["__Host-sid"]
    page = await press(browser, await browser.get("/auth/password"), old=PASSWORD, new=NEW, again=NEW)
    assert "sudah diganti" in (await go(browser, page)).text
    assert browser.cookies["__Host-sid"] != before
    assert (await elsewhere.get("/auth/apps")).headers["location"] == "/auth/login"
    browser.cookies.set("__Host-sid", before, domain="ehr.test")
    assert (await browser.get("/auth/apps")).headers["location"] == "/auth/login"
    assert (await sign_in(elsewhere, user)).status_code == 403


@pytest.mark.parametrize(
    ("old", "new", "again", "status", "told"),
    [
        ("wrong", NEW, NEW, 403, "lama tidak cocok"),
        (PASSWORD, "short", "short", 400, "12 karakter"),
        (PASSWORD, "password123456", "password123456", 400, "mudah ditebak"),
        (PASSWORD, NEW, f"{NEW} ", 400, "tidak sama"),
        (PASSWORD, "z" * 129, "z" * 129, 400, "128 karakter"),
    ],
)
async def test_a_change_that_is_refused(
    browser: httpx.AsyncClient, issuer: Issuer, old: str, new: str, again: str, status: int, told: str
) -> None:
    user = somebody(issuer)
    await sign_in(browser, user)
    page = await press(browser, await browser.get("/auth/password"), old=old, new=new, again=again)
    assert page.status_code == status
    assert told in page.text
    assert users.find(issuer.database, user.username) == user
    assert (await browser.get("/auth/apps")).status_code == 200


async def test_the_old_password_cannot_be_guessed(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    await sign_in(browser, somebody(issuer))
    for _ in range(6):
        page = await press(browser, await browser.get("/auth/password"), old="wrong", new=NEW, again=NEW)
    assert page.status_code == 429


@pytest.mark.parametrize("end", [True, False])
async def test_a_change_may_end_the_apps(browser: httpx.AsyncClient, issuer: Issuer, end: bool) -> None:
    user = somebody(issuer, fhir_user="Patient/1")
    apps.approved(server_of(issuer), apps.app(issuer).id, user)
    await sign_in(browser, user)
    page = await browser.get("/auth/password")
    await press(browser, page, old=PASSWORD, new=NEW, again=NEW, tick=["end"] if end else [])
    assert bool(tokens.grants_of(issuer.database, user.username)) is not end


def code_for(issuer: Issuer, *, username: str | None = None, patient: str | None = None, days: float = 1) -> str:
    code = new_code(16)
    allowed = OneTimeCode(issuer.clock() + timedelta(days=days), username=username, patient=patient)
    binds.add(issuer.database, digest(as_issued(code)), allowed)
    return code


async def test_a_code_of_the_hospital_gives_a_new_password(browse: Browse, issuer: Issuer) -> None:
    user, browser, elsewhere = somebody(issuer), browse(), browse()
    await sign_in(elsewhere, user)
    code = code_for(issuer, username=user.username)
    page = await press(browser, await browser.get("/auth/reset"), code=code, new="short", again="short")
    assert page.status_code == 400, "the code is not used up by a bad password"
    typed = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    page = await press(browser, page, code=typed, new=NEW, again=NEW)
    assert "sudah diganti" in (await go(browser, page)).text
    assert (await elsewhere.get("/auth/apps")).headers["location"] == "/auth/login"
    page = await press(browser, await browser.get("/auth/reset"), code=code, new=PASSWORD, again=PASSWORD)
    assert page.status_code == 403, "it is good once"


async def test_codes_that_give_nothing(browser: httpx.AsyncClient, issuer: Issuer, clock: Clock) -> None:
    user = somebody(issuer)
    late = code_for(issuer, username=user.username)
    clock.move(days=2)
    others = [late, "", "ABCD-EFGH", "$ne", code_for(issuer, patient="1")]
    for code in others:
        page = await press(browser, await browser.get("/auth/reset"), code=code, new=NEW, again=NEW)
        assert page.status_code == 403
    assert users.find(issuer.database, user.username) == user


async def test_codes_cannot_be_guessed_from_one_address(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/auth/reset")
    statuses = [(await press(browser, page, code=f"{n:016}", new=NEW, again=NEW)).status_code for n in range(62)]
    assert statuses == [403] * 60 + [429] * 2


async def make_account(
    browser: httpx.AsyncClient, page: httpx.Response, username: str, password: str
) -> httpx.Response:
    page = await press(browser, page, ("step", "account"), username=username, new=password, again=password)
    return await go(browser, page)


def name_of(issuer: Issuer) -> str:
    return somebody(issuer).username.replace("pasien", "baru")


async def test_a_printed_code_makes_an_account(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    patient, username = name_of(issuer), name_of(issuer)
    code = code_for(issuer, patient=patient)
    page = await press(browser, await browser.get("/auth/bind"), ("step", "printed"), code=code.lower())
    assert "Buat akun" in page.text
    for refused in ("x", "siti rahma", somebody(issuer).username):
        page = await make_account(browser, page, refused, NEW)
        assert page.status_code == 400
        assert "Nama pengguna" in page.text
    page = await make_account(browser, page, username, "password123456")
    assert "mudah ditebak" in page.text
    page = await make_account(browser, page, f" {username.upper()}", NEW)
    assert "sudah siap" in page.text
    made = users.find(issuer.database, username)
    assert made is not None
    assert (made.role, made.fhir_user, made.patient) == ("pasien", f"Patient/{patient}", patient)
    assert (await press(browser, page, username=username, password=NEW)).headers["location"] == "/portal"
    again = await press(browser, await browser.get("/auth/bind"), ("step", "printed"), code=code)
    assert again.status_code == 403


async def test_who_has_an_account_gets_a_new_password(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    patient = name_of(issuer)
    user = somebody(issuer, fhir_user=f"Patient/{patient}")
    page = await browser.get("/auth/bind")
    page = await press(browser, page, ("step", "printed"), code=code_for(issuer, patient=patient))
    assert user.username in page.text
    page = await go(browser, await press(browser, page, ("step", "account"), new=NEW, again=NEW))
    page = await press(browser, page, username=user.username, password=NEW)
    assert page.headers["location"] == "/portal"
    assert [one.username for one in users.everyone(issuer.database) if one.patient == patient] == [user.username]


async def ask(browser: httpx.AsyncClient, nik: str, day: str = "12", month: str = "3") -> httpx.Response:
    page = await browser.get("/auth/bind")
    return await press(browser, page, ("step", "ask"), nik=nik, day=day, month=month, year="1958")


@pytest.fixture
def nik() -> str:
    """Of a patient whom no other test asks for."""
    return f"52{secrets.randbelow(10**14):014}"


@pytest.fixture
def contact(people: KnownPeople, issuer: Issuer, nik: str) -> Contact:
    known = Contact(name_of(issuer), telephone="+62812", email="siti@mail.example")
    people.contacts[nik] = known
    return known


async def test_a_sent_code_makes_an_account(
    browser: httpx.AsyncClient, issuer: Issuer, outbox: Outbox, contact: Contact, nik: str, clock: Clock
) -> None:
    page = await ask(browser, f"{nik[:4]} {nik[4:]}")
    (message,) = outbox.messages
    assert (message.email, message.telephone) == ("siti@mail.example", "+62812")
    (code,) = re.findall(r"\d{8}", message.text)
    wrong = await press(browser, page, code="00000000")
    assert wrong.status_code == 403
    page = await press(browser, wrong, code=f"{code[:4]} {code[4:]}")
    username = name_of(issuer)
    assert "sudah siap" in (await make_account(browser, page, username, NEW)).text
    made = users.find(issuer.database, username)
    assert made is not None
    assert made.patient == contact.patient


async def test_nobody_learns_who_is_a_patient(
    browser: httpx.AsyncClient, outbox: Outbox, contact: Contact, nik: str, clock: Clock
) -> None:
    pages = [await ask(browser, nik), await ask(browser, f"53{nik[2:]}"), await ask(browser, nik, month="4")]
    assert [page.status_code for page in pages] == [200] * 3
    shown = {re.sub(r'value="[\w-]*"', "", page.text) for page in pages}
    assert len(shown) == 1
    assert len(outbox.messages) == 1
    for page in pages[1:]:
        assert (await press(browser, page, code="12345678")).status_code == 403


async def test_a_sent_code_is_tried_five_times(
    browser: httpx.AsyncClient, outbox: Outbox, contact: Contact, nik: str, clock: Clock
) -> None:
    page = await ask(browser, nik)
    (code,) = re.findall(r"\d{8}", outbox.messages[0].text)
    for guess in range(5):
        assert (await press(browser, page, code=f"{guess:08}")).status_code == 403
    assert (await press(browser, page, code=code)).status_code == 403


async def test_a_sent_code_is_for_the_browser_that_asked(
    browse: Browse, outbox: Outbox, contact: Contact, nik: str, clock: Clock
) -> None:
    browser, other = browse(), browse()
    page, foreign = await ask(browser, nik), await ask(other, f"53{nik[2:]}")
    (code,) = re.findall(r"\d{8}", outbox.messages[0].text)
    assert (await press(other, foreign, code=code)).status_code == 403
    clock.move(minutes=11)
    assert (await press(browser, page, code=code)).status_code == 403, "it is too old"


async def test_messages_cannot_be_asked_for_without_end(
    browser: httpx.AsyncClient, outbox: Outbox, contact: Contact, nik: str, clock: Clock
) -> None:
    statuses = [(await ask(browser, nik)).status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    assert len(outbox.messages) == 5


@pytest.mark.parametrize("out_of_order", ["mail server", "record"])
async def test_a_message_that_cannot_be_sent_looks_the_same(
    browser: httpx.AsyncClient,
    outbox: Outbox,
    people: KnownPeople,
    contact: Contact,
    nik: str,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    out_of_order: str,
) -> None:
    outbox.fails, people.fails = out_of_order == "mail server", out_of_order == "record"
    assert (await ask(browser, nik)).status_code == 200
    assert "was not sent" in caplog.text
    assert not re.search(r"\d{8}", caplog.text)


@pytest.mark.parametrize(
    ("nik", "day"),
    [("", "12"), ("123", "12"), ("520101520358000x", "12"), ("5201015203580001", "32"), ("5201015203580001", "x")],
)
async def test_a_form_that_is_not_filled_in(browser: httpx.AsyncClient, nik: str, day: str, outbox: Outbox) -> None:
    page = await ask(browser, nik, day)
    assert page.status_code == 400
    assert "16 angka" in page.text
    assert outbox.messages == []


@pytest.mark.parametrize("step", ["", "account", "sent", "printed", "else"])
async def test_steps_out_of_order(browser: httpx.AsyncClient, step: str) -> None:
    token = dict(forms(await browser.get("/auth/bind"))[0].fields)["csrf"]
    page = await browser.post("/auth/bind", data={"csrf": token, "step": step, "username": "x", "new": NEW})
    assert page.status_code in (400, 403)


async def test_a_disabled_accounts_session_is_not_revived(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    user: User = somebody(issuer, fhir_user=f"Patient/{name_of(issuer)}")
    users.set_disabled(issuer.database, user.username, True)
    code = code_for(issuer, patient=user.patient)
    page = await press(browser, await browser.get("/auth/bind"), ("step", "printed"), code=code)
    page = await go(browser, await press(browser, page, ("step", "account"), new=NEW, again=NEW))
    page = await press(browser, page, username=user.username, password=NEW)
    assert page.status_code == 403
    assert sessions.end_all(issuer.database, user.username) == 0
