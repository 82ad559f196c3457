"""The consent page and the list of apps, over the real authorization endpoint's requests."""

from __future__ import annotations

from datetime import date

import httpx
import pyotp
import pytest

from auth.issuer import Issuer
from auth.launch import launch
from auth.models import Grant, Launch, LaunchContext
from auth.protocol import server_of
from auth.storage import tokens
from auth.users import Proxy, User
from tests.auth import apps
from tests.auth.accounts import Clock, somebody
from tests.auth.browser import forms, go, press
from tests.auth.pages.conftest import Browse, KnownPeople, sign_in

ALLOW, DENY = ("action", "approve"), ("action", "deny")
LABORATORY = "?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory"


def asked(issuer: Issuer, name: str = "Aplikasi", **changes: str | None) -> tuple[apps.App, str]:
    """An app, and the address that the authorization endpoint sends the browser to."""
    app = apps.app(issuer, client_name=name)
    return app, apps.begin(server_of(issuer), apps.asking(issuer, app.id, **changes)).removeprefix(issuer.url)


def grant(issuer: Issuer, user: User) -> Grant:
    (found,) = tokens.grants_of(issuer.database, user.username)
    return found


def patient(issuer: Issuer) -> User:
    return somebody(issuer, fhir_user="Patient/1")


async def staff_in(browser: httpx.AsyncClient, user: User, path: str, clock: Clock) -> httpx.Response:
    assert user.totp_secret is not None
    page = await sign_in(browser, user, path)
    return await go(browser, await press(browser, page, code=pyotp.TOTP(user.totp_secret).at(clock())))


async def test_from_the_app_through_sign_in_and_back(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    user = patient(issuer)
    app, path = asked(issuer, scope="launch/patient openid fhirUser offline_access patient/Observation.rs")
    page = await sign_in(browser, user, path)
    for shown in ("Aplikasi", "app.example", "Siti Rahmawati", "12 Maret 1958", "00-12-34", "Pengukuran"):
        assert shown in page.text
    assert page.headers["content-security-policy"].endswith("form-action 'self' https://app.example")
    back = await press(browser, page, ALLOW)
    assert back.status_code == 303
    told = apps.query(back.headers["location"])
    assert (told["state"], told["iss"]) == ("a-state", issuer.url)
    answer = apps.exchange(server_of(issuer), app, told["code"])
    assert answer.status == 200
    assert answer.body is not None
    assert answer.body["patient"] == "1"
    assert set(answer.body["scope"].split()) == {
        "launch/patient",
        "openid",
        "fhirUser",
        "offline_access",
        "patient/Observation.rs",
    }
    assert grant(issuer, user).session is not None


async def test_the_request_is_answered_once(browser: httpx.AsyncClient, issuer: Issuer, clock: Clock) -> None:
    user = patient(issuer)
    _, path = asked(issuer)
    page = await sign_in(browser, user, path)
    assert (await press(browser, page, ALLOW)).status_code == 303
    again = await press(browser, page, ALLOW)
    assert again.status_code == 400
    assert "sudah dijawab" in again.text
    _, path = asked(issuer)
    clock.move(minutes=11)
    assert (await browser.get(path)).status_code == 400


async def test_no_is_told_to_the_app(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    user = patient(issuer)
    _, path = asked(issuer)
    back = await press(browser, await sign_in(browser, user, path), DENY)
    assert apps.query(back.headers["location"])["error"] == "access_denied"
    assert tokens.grants_of(issuer.database, user.username) == []


async def test_unticking_everything_is_a_no(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    _, path = asked(issuer, scope="launch/patient openid patient/Patient.rs")
    page = await sign_in(browser, patient(issuer), path)
    back = await press(browser, page, ALLOW, untick=["patient/Patient.rs", "openid"])
    assert apps.query(back.headers["location"])["error"] == "access_denied"


async def test_types_can_be_unticked(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    user = patient(issuer)
    _, path = asked(
        issuer, scope="launch/patient offline_access patient/Patient.rs patient/Condition.rs patient/Goal.rs"
    )
    page = await sign_in(browser, user, path)
    await press(browser, page, ALLOW, untick=["patient/Condition.rs", "offline_access"])
    assert set(grant(issuer, user).scope.split()) == {"launch/patient", "patient/Patient.rs", "patient/Goal.rs"}


async def test_a_type_can_be_narrowed(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    """What g10 asks: no scope of the whole type is left, and the Patient is."""
    user = patient(issuer)
    _, path = asked(issuer, scope="launch/patient patient/Patient.rs patient/Observation.rs")
    page = await sign_in(browser, user, path)
    await press(browser, page, ALLOW, tick=[f"patient/Observation.rs{LABORATORY}"])
    expected = {"launch/patient", "patient/Patient.rs", f"patient/Observation.rs{LABORATORY}"}
    assert set(grant(issuer, user).scope.split()) == expected


async def test_everything_can_be_narrowed_to_types(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    user = patient(issuer)
    _, path = asked(issuer, scope="launch/patient patient/*.read")
    await press(browser, await sign_in(browser, user, path), ALLOW, tick=["patient/Goal.read", "patient/Patient.read"])
    assert grant(issuer, user).scope == "patient/Patient.read patient/Goal.read launch/patient"


@pytest.mark.parametrize("tick", ["user/*.cruds", "patient/*.cruds", "system/*.rs", "offline_access", "' or 1=1"])
async def test_a_tick_that_was_not_offered_is_refused(browser: httpx.AsyncClient, issuer: Issuer, tick: str) -> None:
    user = patient(issuer)
    _, path = asked(issuer, scope="launch/patient patient/Patient.rs")
    page = await sign_in(browser, user, path)
    fields = dict(forms(page)[0].fields)
    sent = {"csrf": fields["csrf"], "patient": "1", "action": "approve", "scope": ["patient/Patient.rs", tick]}
    assert (await browser.post(path, data=sent)).status_code == 400
    assert tokens.grants_of(issuer.database, user.username) == []


@pytest.mark.parametrize("chosen", ["2", "3", "", "1/../2", "$ne", "Patient/2"])
async def test_another_patient_cannot_be_slipped_in(browser: httpx.AsyncClient, issuer: Issuer, chosen: str) -> None:
    user = patient(issuer)
    _, path = asked(issuer)
    page = await press(browser, await sign_in(browser, user, path), ALLOW, patient=chosen)
    assert page.status_code == 400
    assert tokens.grants_of(issuer.database, user.username) == []


async def test_another_patients_encounter_neither(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    user = patient(issuer)
    _, path = asked(issuer, scope="launch/patient launch/encounter patient/Encounter.rs")
    page = await sign_in(browser, user, path)
    assert "20 November 2026" in page.text
    assert (await press(browser, page, ALLOW, encounter="2-a")).status_code == 400
    await press(browser, page, ALLOW, encounter="1-b")
    assert grant(issuer, user).context.encounter == "1-b"


async def test_a_proxy_chooses_for_whom(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    until = date(2999, 1, 1)
    acts_for = (Proxy("1", until), Proxy("2", until), Proxy("3", date(2020, 1, 1)))
    user = somebody(issuer, "wali", fhir_user="RelatedPerson/1", acts_for=acts_for)
    _, path = asked(issuer)
    page = await sign_in(browser, user, path)
    assert "Siti" in page.text
    assert "Baiq" not in page.text, "that time is over"
    assert "<img" not in page.text
    page = await press(browser, page, ("patient", "2"))
    assert "Made &lt;img" in page.text
    await press(browser, page, ALLOW)
    assert grant(issuer, user).context.patient == "2"


async def test_an_unbound_account_has_nothing_to_allow(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    _, path = asked(issuer)
    page = await sign_in(browser, somebody(issuer), path)
    assert "belum terhubung" in page.text
    assert ALLOW not in [button for form in forms(page) for button in form.buttons]
    assert apps.query((await press(browser, page, DENY)).headers["location"])["error"] == "access_denied"


async def test_staff_look_a_patient_up(browser: httpx.AsyncClient, issuer: Issuer, clock: Clock) -> None:
    user = somebody(issuer, "dokter", fhir_user="Practitioner/1", totp_secret=pyotp.random_base32())
    _, path = asked(issuer, scope="launch/patient openid user/Observation.rs")
    page = await staff_in(browser, user, path, clock)
    page = await press(browser, page, ("action", "find"), text="made")
    assert "Tidak ada pasien" in page.text
    page = await press(browser, page, ("action", "find"), text="siti")
    page = await press(browser, page, ("patient", "1"))
    assert "semua pasien yang boleh Anda buka" in page.text
    await press(browser, page, ALLOW)
    assert grant(issuer, user).context.patient == "1"


async def test_a_launch_is_approved_by_who_began_it(browse: Browse, issuer: Issuer) -> None:
    user, other = patient(issuer), patient(issuer)
    app = apps.app(issuer)
    context = LaunchContext(patient="1")
    opened = apps.query(launch(issuer, Launch(app.id, user.username, context)))["launch"]
    asking = apps.asking(issuer, app.id, scope="launch patient/Patient.rs", launch=opened)
    path = apps.begin(server_of(issuer), asking).removeprefix(issuer.url)
    refused = await sign_in(browse(), other, path)
    assert refused.status_code == 403
    assert "akun lain" in refused.text
    browser = browse()
    await press(browser, await sign_in(browser, user, path), ALLOW)
    assert grant(issuer, user).context.patient == "1"


async def test_an_apps_name_is_text(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    _, path = asked(issuer, name="<script>alert(1)</script>")
    page = await sign_in(browser, patient(issuer), path)
    assert "<script" not in page.text


async def test_a_record_that_does_not_answer(browser: httpx.AsyncClient, issuer: Issuer, people: KnownPeople) -> None:
    _, path = asked(issuer)
    people.fails = True
    page = await sign_in(browser, patient(issuer), path)
    assert page.status_code == 503
    assert "tidak menjawab" in page.text


@pytest.mark.parametrize("action", ["", "allow", "find", "choose"])
async def test_other_actions_are_refused(browser: httpx.AsyncClient, issuer: Issuer, action: str) -> None:
    _, path = asked(issuer)
    page = await sign_in(browser, patient(issuer), path)
    sent = {"csrf": dict(forms(page)[0].fields)["csrf"], "action": action}
    assert (await browser.post(path, data=sent)).status_code == 400


async def test_my_apps_and_their_removal(browse: Browse, issuer: Issuer) -> None:
    user, browser = patient(issuer), browse()
    app, path = asked(issuer, name="Sehat Bersama", scope="launch/patient offline_access patient/Observation.rs")
    back = await press(browser, await sign_in(browser, user, path), ALLOW)
    answer = apps.exchange(server_of(issuer), app, apps.query(back.headers["location"])["code"])
    assert answer.body is not None
    apps.approved(server_of(issuer), app.id, user, scope="launch/patient patient/Goal.rs")
    page = await browser.get("/auth/apps")
    for shown in ("Sehat Bersama", "Pengukuran dan hasil pemeriksaan", "Tetap terhubung", "Tujuan perawatan"):
        assert shown in page.text
    (button,) = [button for form in forms(page) for button in form.buttons if button[0] == "grant"]

    other = browse()
    await sign_in(other, patient(issuer))
    sent = {"csrf": "", "grant": button[1]}
    logout = forms(await other.get("/auth/logout"))[0]
    sent["csrf"] = dict(logout.fields)["csrf"]
    assert (await other.post("/auth/apps", data=sent)).status_code == 404, "it is not theirs to remove"

    page = await go(browser, await press(browser, page, button))
    assert "dicabut" in page.text
    assert "Sehat Bersama" not in page.text
    assert tokens.grants_of(issuer.database, user.username) == []
    assert apps.refresh(server_of(issuer), app, answer.body["refresh_token"]).status in (400, 401)
