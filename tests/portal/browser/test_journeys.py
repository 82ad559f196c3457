"""What patients do with a telephone, from the beginning to the end, in a real Chromium on a real server."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import anyio
import httpx
import pytest
from playwright.async_api import Browser, Page

from auth.storage import clients, users
from auth.users import Proxy
from bookings.session import Session
from fhir_server.record import Record
from main import open_record
from tests.journeys.smart import Smart
from tests.journeys.tokens import APP, given
from tests.portal.browser.hospital import Hospital
from tests.portal.browser.link import link
from tests.portal.browser.surfing import sign_in, until, window
from tests.portal.clinic import SOON, arrived, held, queue, session
from tests.portal.world import World

AWAY = ("net::ERR_", "status of 403")
MOST_TABS = 60
WITHIN = 30
"""Seconds until a consent that was withdrawn is in force."""


@pytest.fixture(scope="module")
async def world(hospital: Hospital) -> AsyncIterator[World]:
    """The same hospital, as its desk and its doctors reach it over HTTP."""
    clients.add(hospital.issuer.database, APP)
    async with httpx.AsyncClient(base_url=hospital.url, timeout=30, trust_env=False) as client:
        smart = Smart(client, hospital.issuer, httpx.AsyncHTTPTransport)
        yield World(smart, hospital.mother, hospital.stranger, hospital.child)


@pytest.fixture(scope="module")
async def record(hospital: Hospital) -> AsyncIterator[Record]:
    async with open_record(hospital.settings) as found:
        yield found


async def written(world: World, resource: dict[str, object]) -> None:
    """By the doctor's system."""
    token = given(world.smart, "system/*.cruds", None)
    found = await world.smart.fhir(f"{resource['resourceType']}/{resource['id']}", token, "PUT", json=resource)
    assert found.is_success, found.text


async def taken(page: Page, one: Session) -> None:
    """In four taps from the list of clinics: the clinic, the doctor, the session, and yes."""
    await held_for(page, one)
    await page.click("button[name=confirm]")


async def held_for(page: Page, one: Session) -> None:
    """The first three taps; who has BPJS says that they pay for this one themselves."""
    await page.click(f"main a:has-text('{one.poli_name}')")
    await page.click(f"main a[href^='/portal/schedule/{one.poli}/']")
    await page.locator(f"button[value='{one.id}']").wait_for()
    if await page.locator("input[name=referral]").count():
        await page.click(".choices >> text=Bayar sendiri")
        await page.locator("input[name=referral]").wait_for(state="detached")
    await page.click(f"button[value='{one.id}']")
    await page.locator("#countdown:not(:empty)").wait_for()


async def by_keys(page: Page, *targets: str) -> None:
    """On each of these pages, from its beginning, with Tab and Enter alone."""
    for target in targets:
        await page.locator(target).first.wait_for()
        for _ in range(MOST_TABS):
            await page.keyboard.press("Tab")
            if await page.locator(f"{target}:focus").count():
                break
        else:
            raise AssertionError(f"{target} cannot be reached with Tab.")
        await page.keyboard.press("Enter")


async def listed(page: Page, hospital: Hospital, one: Session) -> None:
    """The page of clinics, which tells of new sessions within seconds."""
    for _ in range(60):
        await page.goto(f"{hospital.url}/portal/schedule")
        if await page.locator(f"main a:has-text('{one.poli_name}')").count():
            return
        await page.wait_for_timeout(500)
    raise AssertionError("The new clinic does not show.")


async def now_at(page: Page, state: str) -> None:
    """Until the ticket, which nobody loads again, says so."""
    await page.locator(f"#live[data-state={state}]").wait_for()


def text_of(pdf: bytes, folder: Path) -> str:
    file = folder / "document.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True).stdout


async def test_from_the_booking_at_home_to_the_document_of_the_visit(
    chromium: Browser, hospital: Hospital, world: World, record: Record, tmp_path: Path
) -> None:
    one = session(SOON)
    await held(record, one)
    async with window(chromium, hospital) as page:
        await page.goto(f"{hospital.url}/portal/record")
        await sign_in(page, hospital.mother)
        assert page.url.endswith("/portal/record"), "who was sent to sign in comes back"
        await listed(page, hospital, one)
        await taken(page, one)
        assert await page.locator(".number-big").inner_text() == f"{one.letter}-1"
        code = (await page.locator("main .ticket strong").last.inner_text()).strip()
        mine = await arrived(world, code)
        await now_at(page, "waiting")
        await queue(world, "$call", mine, counter="Ruang 3")
        await now_at(page, "called")
        assert (await page.title()).startswith("Giliran Anda")
        assert await page.locator("#live :text('Ruang 3')").count()
        await queue(world, "$serve", mine)
        await now_at(page, "served")
        await page.click("text=Lihat kunjungan ini")
        visit = page.url.rpartition("/")[2]
        await written(world, diagnosed(hospital.patient, visit))
        await queue(world, "$finish", mine)
        await page.reload()
        assert await page.locator(".steps > li").count() >= 3, "registered, called, served"
        assert "J06.9" in await page.locator("main").inner_text()
        address = await page.locator("main a[href*='resume-medis']").first.get_attribute("href")
        answer = await page.request.get(f"{hospital.url}{address}")
        assert answer.headers["content-type"] == "application/pdf"
        told = text_of(await answer.body(), tmp_path)
        assert "J06.9" in told
        assert "RESUME MEDIS" in told.upper()


def diagnosed(patient: str, visit: str) -> dict[str, object]:
    code = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "J06.9", "display": "ISPA, tidak spesifik"}
    status = {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}
    category = {"system": "http://terminology.hl7.org/CodeSystem/condition-category", "code": "encounter-diagnosis"}
    return {
        "resourceType": "Condition",
        "id": f"diagnosis-{visit}",
        "clinicalStatus": {"coding": [status]},
        "category": [{"coding": [category]}],
        "code": {"coding": [code], "text": "ISPA"},
        "subject": {"reference": f"Patient/{patient}"},
        "encounter": {"reference": f"Encounter/{visit}"},
    }


async def test_a_mother_and_her_child_until_the_end_date(
    chromium: Browser, hospital: Hospital, world: World, record: Record
) -> None:
    one = session(timedelta(days=2))
    await held(record, one)
    name = str((await record.read("Patient", hospital.child))["resource"]["name"][0]["text"])
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Makassar")).date()
    async with window(chromium, hospital, hospital.mother, allowed=("status of 404",)) as page:
        await page.goto(f"{hospital.url}/portal/people")
        await page.click(f"button[value='{hospital.child}']")
        assert name in await page.locator(".whose.other").inner_text()
        await listed(page, hospital, one)
        await taken(page, one)
        ticket = page.url
        assert await page.locator("text=Batalkan").count()
        await page.goto(f"{hospital.url}/portal/record")
        theirs = await page.locator("main a[href*='/record/visits/']").first.get_attribute("href")
        assert (await page.goto(f"{hospital.url}{theirs}") or pytest.fail("no answer")).status == 200
        over = Proxy(hospital.child, today - timedelta(days=1))
        assert users.act_for(hospital.issuer.database, hospital.mother.username, over)
        try:
            answer = await page.goto(f"{hospital.url}{theirs}")
            assert answer is not None
            assert answer.status == 404
            assert not await page.locator(".whose.other").count()
            assert name not in await page.content()
            await page.goto(ticket)
            assert not await page.locator("text=Batalkan").count(), "whoever has its code sees the queue alone"
        finally:
            users.act_for(hospital.issuer.database, hospital.mother.username, replace(over, until=today))


async def test_an_app_whose_consent_is_withdrawn_reads_nothing_more(
    chromium: Browser, hospital: Hospital, world: World
) -> None:
    token = given(world.smart, "patient/*.rs", hospital.stranger, patient=hospital.stranger.patient)
    path = f"Observation?patient={hospital.stranger.patient}"
    assert (await world.smart.fhir(path, token)).status_code == 200
    async with window(chromium, hospital, hospital.stranger) as page:
        await page.goto(f"{hospital.url}/portal/rights/consents")
        await page.click("main a[href='/auth/apps']")
        await page.click(f"[aria-label='Cabut izin {APP.name}']")
        await page.locator(".notice").wait_for()
    began = time.monotonic()
    while (await world.smart.fhir(path, token)).status_code != 401:
        assert time.monotonic() - began < WITHIN
        await anyio.sleep(0.2)


@pytest.mark.parametrize("reaches_the_hospital", [True, False])
async def test_the_link_drops_in_the_middle_of_a_booking_and_there_is_one_booking(
    chromium: Browser, hospital: Hospital, world: World, record: Record, reaches_the_hospital: bool
) -> None:
    one = session(timedelta(days=3))
    await held(record, one)
    async with link(hospital.url) as wire, window(chromium, hospital, hospital.stranger, allowed=AWAY) as page:
        reached = replace(hospital, url=wire.url)
        await page.goto(f"{reached.url}/portal/settings")
        await until(page, "navigator.serviceWorker.controller !== null")
        await listed(page, reached, one)
        await held_for(page, one)
        if reaches_the_hospital:
            wire.drop_answer_to("POST /portal/bookings/")
        else:
            wire.leave()
        await page.click("button[name=confirm]")
        await page.locator("#unsent [role=status] >> text=Jangan tutup halaman ini").wait_for()
        await wire.come()
        await page.wait_for_url(re.compile(r"/portal/tickets/"))
        assert await page.locator(".number-big").inner_text() == f"{one.letter}-1"
    token = given(world.smart, "system/*.rs", None)
    found = (await world.smart.fhir(f"Appointment?slot=Slot/{one.id}", token)).json()
    assert [row["resource"]["status"] for row in found["entry"]] == ["booked"]


async def test_without_javascript_and_without_a_mouse(
    chromium: Browser, hospital: Hospital, world: World, record: Record
) -> None:
    one = session(SOON)
    await held(record, one)
    async with window(chromium, hospital, hospital.stranger, script=False) as page:
        await listed(page, hospital, one)
        doctor = f"main a[href^='/portal/schedule/{one.poli}/']"
        await by_keys(page, f"main a[href='/portal/schedule/{one.poli}']", doctor)
        await page.locator(f"button[value='{one.id}']").wait_for()
        if await page.locator("input[name=referral]").count():
            await by_keys(page, "main .choices a[href$='payer=umum']")
            await page.locator("input[name=referral]").wait_for(state="detached")
        await by_keys(page, f"button[value='{one.id}']", "button[name=confirm]")
        assert await page.locator(".number-big").inner_text() == f"{one.letter}-1"
        await arrived(world, (await page.locator("main .ticket strong").last.inner_text()).strip())
        await page.locator("text=Di depan Anda").wait_for(timeout=40_000)
