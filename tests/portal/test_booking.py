"""Booking in four taps: a place is held, confirmed, given back; refused in plain words; once, however often sent."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import httpx
import pytest

from bookings.session import Quota, Session
from fhir_server.record import Record
from tests.auth.browser import forms
from tests.journeys.smart import Browser
from tests.portal.clinic import DOCTOR, held, path, session
from tests.portal.forms import send
from tests.portal.world import World

HOLD = "/portal/booking/hold"
CONFIRM, RELEASE = ("confirm", "1"), ("release", "1")


async def tapped(browser: Browser, one: Session, payer: str = "umum", **typed: str) -> httpx.Response:
    """The answer to the tap on a session; redirects are not followed."""
    page = await browser.get(f"{path(one)}?payer={payer}")
    return await send(browser, page, ("session", one.id), **typed)


async def test_four_taps_and_the_place_is_booked(world: World, hospital: Record) -> None:
    one = session()
    await held(hospital, one)
    async with world.browser(world.mother) as browser:
        doctors = await browser.get(f"/portal/schedule/{one.poli}")
        assert f'href="/portal/schedule/{one.poli}/{DOCTOR}"' in doctors.text
        held_page = await browser.follow(await tapped(browser, one))
        assert "Tempat ini disimpan untuk Anda sampai" in held_page.text
        assert "Yang perlu dibawa" in held_page.text
        title = re.search("<title>(.*)</title>", held_page.text)
        assert title is not None
        assert one.poli not in title[1]
        ticket = await browser.follow(await send(browser, held_page, CONFIRM))
        assert ticket.status_code == 200
        assert f"{one.letter}-1" in ticket.text
        assert "/portal/tickets/" in str(ticket.url)
        bookings = (await browser.get("/portal/bookings")).text
        assert one.poli_name in bookings
        english = (await browser.get(f"{ticket.url.path}?lang=en")).text
        assert "Your queue number" in english


async def test_a_resent_confirmation_and_hold_are_one_booking(world: World, hospital: Record) -> None:
    one = session()
    await held(hospital, one)
    async with world.browser(world.mother) as browser:
        page = await browser.get(f"{path(one)}?payer=umum")
        first, second = [await send(browser, page, ("session", one.id)) for _ in range(2)]
        assert first.headers["location"] == second.headers["location"]
        held_page = await browser.follow(first)
        sent = [await send(browser, held_page, CONFIRM) for _ in range(2)]
        assert {answer.status_code for answer in sent} == {303}
        assert len({answer.headers["location"] for answer in sent}) == 1
        ticket = await browser.follow(sent[1])
        assert f"{one.letter}-1" in ticket.text
        late = await send(browser, held_page, CONFIRM, key="k" * 24)
        assert (await browser.follow(late)).url.path == ticket.url.path


async def test_two_taps_at_once_on_the_last_place(world: World, hospital: Record) -> None:
    one = session(umum=Quota(1))
    await held(hospital, one)
    async with world.browser(world.mother) as first, world.browser(world.stranger) as second:
        pages = [await browser.get(f"{path(one)}?payer=umum") for browser in (first, second)]
        answers = await asyncio.gather(
            *(send(browser, page, ("session", one.id)) for browser, page in zip((first, second), pages, strict=True))
        )
        assert sorted(answer.status_code for answer in answers) == [303, 409]
        (refused,) = [answer for answer in answers if answer.status_code == 409]
        assert "Tempat terakhir baru saja terisi" in refused.text
        assert f'name="waitlist" value="{one.id}"' in refused.text


async def test_who_finds_it_full_waits_and_gets_the_place(world: World, hospital: Record) -> None:
    one = session(umum=Quota(1))
    await held(hospital, one)
    async with world.browser(world.mother) as first, world.browser(world.stranger) as second:
        held_page = await first.follow(await tapped(first, one))
        page = await second.get(path(one))
        form = next(form for form in forms(page) if form.action == HOLD)
        fields = [pair for pair in form.fields if pair[0] not in ("payer", "referral")]
        waits = await second.follow(await second.send(page, form, [*fields, ("payer", "umum"), ("waitlist", one.id)]))
        assert "Anda dalam daftar tunggu" in waits.text
        released = await first.follow(await send(first, held_page, RELEASE))
        assert "Tempat ini tidak lagi disimpan" in released.text
        assert f'href="{path(one)}"' in released.text
        promised = await second.get(waits.url.path)
        assert "Tempat ini disimpan untuk Anda sampai" in promised.text


async def test_a_hold_that_has_run_out_says_so(world: World, hospital: Record) -> None:
    one = session()
    await held(hospital, one)
    async with world.browser(world.mother) as browser:
        held_page = await browser.follow(await tapped(browser, one))
        await send(browser, held_page, RELEASE)
        refused = await send(browser, held_page, CONFIRM, key="k" * 24)
        assert refused.status_code == 409
        assert "Pilih jadwal lagi" in refused.text


async def test_bpjs_asks_for_the_letter_where_it_is_needed(world: World, hospital: Record) -> None:
    one = session()
    await held(hospital, one)
    async with world.browser(world.mother) as browser:
        assert 'name="referral"' not in (await browser.get(f"{path(one)}?payer=umum")).text
        page = await browser.get(f"{path(one)}?payer=jkn")
        button = ("session", one.id)
        for typed, words in (
            ({"referral": "0213R0011126V000123"}, "Pilih jenis kunjungan BPJS."),
            ({"kind": "1", "referral": ""}, "Isi nomor rujukan"),
            ({"kind": "9", "referral": "0213R0011126V000123"}, "Pilih jenis kunjungan BPJS."),
            ({"kind": "1", "referral": '"><script>alert(1)</script>'}, "Isi nomor rujukan"),
        ):
            refused = await send(browser, page, button, **typed)
            assert (refused.status_code, words in refused.text) == (400, True)
            assert "<script>ALERT" not in refused.text
        assert "&lt;SCRIPT&gt;ALERT(1)" in refused.text
        done = await browser.follow(await send(browser, page, button, kind="1", referral="0213r0011126 v000123"))
        assert "0213R0011126V000123" in done.text
        assert "Kartu BPJS (KIS)" in done.text


async def test_the_page_begins_with_who_pays_for_this_patient(world: World, hospital: Record) -> None:
    one = session()
    await held(hospital, one)
    async with world.browser(world.mother) as browser:
        assert re.search(r'payer=jkn" aria-current="true"', (await browser.get(path(one))).text)
        assert re.search(r'payer=umum" aria-current="true"', (await browser.get(f"{path(one)}?payer=umum")).text)
    assert re.search(r'payer=umum" aria-current="true"', (await world.page(path(one)[7:])).text)


async def test_once_a_day_at_a_clinic(world: World, hospital: Record) -> None:
    one = session()
    other = session(poli=one.poli, starts=timedelta(days=2, minutes=10))
    await held(hospital, one, other)
    async with world.browser(world.mother) as browser:
        await tapped(browser, one)
        refused = await tapped(browser, other)
        assert refused.status_code == 409
        assert "Sudah ada pendaftaran di poli ini pada hari itu" in refused.text


async def test_who_is_not_signed_in_comes_back_to_the_doctor(world: World, hospital: Record) -> None:
    one = session()
    await held(hospital, one)
    async with world.browser() as browser:
        page = await browser.get(path(one))
        assert f'href="/auth/login?then={path(one)}"' in page.text
        assert not [form for form in forms(page) if form.action == HOLD]
        assert (await browser.get(HOLD)).headers["location"] == f"/auth/login?then={HOLD}"
    async with world.browser(world.mother) as browser:
        assert (await browser.get(HOLD)).headers["location"] == "/portal/schedule"


async def test_another_patients_hold_is_no_page(world: World, hospital: Record) -> None:
    one = session()
    await held(hospital, one)
    async with world.browser(world.mother) as browser, world.browser(world.stranger) as stranger:
        held_page = await browser.follow(await tapped(browser, one))
        absent = await stranger.get("/portal/bookings/tidak-ada")
        theirs = await stranger.get(held_page.url.path)
        assert (absent.status_code, theirs.status_code) == (404, 404)
        assert absent.text.replace("tidak-ada", "") == theirs.text.replace(held_page.url.path.rpartition("/")[2], "")
        assert (await stranger.get("/portal/bookings/%3Cscript%3E")).status_code == 404
        own = await stranger.get(path(one))
        form = next(form for form in forms(own) if form.action == HOLD)
        form.action = held_page.url.path
        sent = await stranger.send(own, form, [*form.fields, CONFIRM])
        assert sent.status_code == 404


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"csrf": "x"}, 403), ({"patient": "pasien-lain"}, 409), ({"key": "pendek"}, 400), ({"payer": "orang"}, 400)],
)
async def test_forms_that_are_not_ours_or_stale(
    world: World, hospital: Record, wrong: dict[str, str], status: int
) -> None:
    one = session()
    await held(hospital, one)
    async with world.browser(world.mother) as browser:
        answer = await tapped(browser, one, **wrong)
        assert answer.status_code == status
        assert one.poli_name not in (await browser.get("/portal/bookings")).text


async def test_a_session_that_is_none(world: World, hospital: Record) -> None:
    one = session()
    await held(hospital, one)
    async with world.browser(world.mother) as browser:
        page = await browser.get(path(one))
        form = next(form for form in forms(page) if form.action == HOLD)
        assert (await browser.send(page, form, [*form.fields, ("session", "tidak-ada")])).status_code == 404


async def test_each_books_for_the_person_that_is_shown(world: World, hospital: Record) -> None:
    one = session()
    await held(hospital, one)
    async with world.browser(world.mother, patient=world.child) as browser:
        held_page = await browser.follow(await tapped(browser, one))
        assert 'class="whose other"' in held_page.text
        assert (await send(browser, held_page, CONFIRM, patient=world.patient)).status_code == 409
    async with world.browser(world.mother) as browser:
        assert (await browser.get(held_page.url.path)).status_code == 404
