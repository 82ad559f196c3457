"""A form that did not get through, for the link dropped: it is held and sent once more when the link is back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.portal.browser.hospital import Hospital
from tests.portal.browser.link import Link, link
from tests.portal.browser.surfing import sign_in, until, window
from tests.portal.browser.test_offline import NOTHING, keep_pages, kept, open_settings

AWAY = ("net::ERR_", "status of 403")
KEYED = """key => {
    const field = Object.assign(document.createElement('input'), {type: 'hidden', name: 'key', value: key});
    document.querySelector('main form').append(field);
}"""
STATE = "#unsent [role=status]"
SENT = "POST /portal/settings"


@asynccontextmanager
async def linked(chromium: Browser, hospital: Hospital) -> AsyncIterator[tuple[Page, Hospital, Link]]:
    """The mother at a window; the hospital as she reaches it, over a link that can be cut."""
    async with link(hospital.url) as found, window(chromium, hospital, hospital.mother, allowed=AWAY) as page:
        yield page, replace(hospital, url=found.url), found


async def choose_large(page: Page, key: str) -> None:
    """Sends the form of the settings with a key, as forms carry it that may be sent again."""
    await page.check("input[value=large]")
    await page.evaluate(KEYED, key)
    await page.click("main form button")


async def is_large(page: Page) -> None:
    await page.locator("html.large").wait_for()
    assert page.url.endswith("/portal/settings?done=1")


@pytest.mark.parametrize("reaches_the_hospital", [True, False])
async def test_held_by_the_open_page_and_sent_again_by_itself(
    chromium: Browser, hospital: Hospital, reaches_the_hospital: bool
) -> None:
    async with linked(chromium, hospital) as (page, reached, wire):
        await open_settings(page, reached)
        if reaches_the_hospital:
            wire.drop_answer_to(SENT)
        else:
            wire.leave()
        await choose_large(page, "nomor-1")
        await page.locator(f"{STATE} >> text=Jangan tutup halaman ini").wait_for()
        assert (await kept(page))["rows"] == NOTHING, "in this page's memory, and nowhere else"
        await wire.come()
        await is_large(page)


async def test_kept_when_the_page_is_closed_and_sent_when_it_is_opened_again(
    chromium: Browser, hospital: Hospital
) -> None:
    async with linked(chromium, hospital) as (page, reached, wire):
        await keep_pages(page, reached)
        wire.leave()
        await choose_large(page, "nomor-2")
        await page.locator(f"{STATE} >> text=boleh ditutup").wait_for()
        assert (await kept(page))["rows"]["unsent"] == 1
        second = await page.context.new_page()
        await page.close()
        await wire.come()
        await second.goto(f"{reached.url}/portal")
        await second.locator("#told >> text=sudah terkirim").wait_for()
        assert (await kept(second))["rows"]["unsent"] == 0
        await second.click("#told a")
        await is_large(second)


async def test_the_worker_sends_it_while_no_page_is_open(chromium: Browser, hospital: Hospital) -> None:
    async with linked(chromium, hospital) as (page, reached, wire):
        await keep_pages(page, reached)
        outside = await page.context.new_page()
        await outside.goto(f"{reached.url}/auth/bind")
        worker = await registered(outside)
        wire.leave()
        await choose_large(page, "nomor-5")
        await page.locator(f"{STATE} >> text=boleh ditutup").wait_for()
        await page.close()
        await wire.come()
        wire.asked.clear()
        await synced(outside, reached.url, worker)
        for _ in range(200):
            if SENT in wire.asked:
                break
            await asyncio.sleep(0.05)
        assert wire.asked.count(SENT) == 1
        await outside.goto(f"{reached.url}/portal")
        await outside.locator("#told >> text=sudah terkirim").wait_for()
        assert wire.asked.count(SENT) == 1, "the page has nothing left to send"


async def registered(page: Page) -> str:
    """The number that Chromium gives the worker's registration."""
    session = await page.context.new_cdp_session(page)
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def told(event: dict[str, Any]) -> None:
        for one in event["registrations"]:
            if not found.done():
                found.set_result(one["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", told)
    await session.send("ServiceWorker.enable")
    return await asyncio.wait_for(found, 10)


async def synced(page: Page, origin: str, registration: str) -> None:
    """Tells the worker that the link is back, as Chromium does when it notices. https://wicg.github.io/background-sync/"""
    session = await page.context.new_cdp_session(page)
    await session.send("ServiceWorker.enable")
    sync = {"origin": origin, "registrationId": registration, "tag": "unsent", "lastChance": False}
    await session.send("ServiceWorker.dispatchSyncEvent", sync)


async def test_the_browser_itself_sends_it_when_it_says_that_the_link_is_back(
    chromium: Browser, hospital: Hospital
) -> None:
    async with window(chromium, hospital, hospital.mother, allowed=AWAY) as page:
        await open_settings(page, hospital)
        await page.context.set_offline(True)
        await choose_large(page, "nomor-3")
        await page.locator(f"{STATE} >> text=Jangan tutup halaman ini").wait_for()
        await page.context.set_offline(False)
        await is_large(page)


async def test_who_is_signed_out_by_then_signs_in_again_and_sends_it(chromium: Browser, hospital: Hospital) -> None:
    async with linked(chromium, hospital) as (page, reached, wire):
        await keep_pages(page, reached)
        wire.leave()
        await choose_large(page, "nomor-4")
        await page.locator(STATE).wait_for()
        await page.context.clear_cookies()
        await wire.come()
        await page.locator(f"{STATE} >> text=Masuk lagi, lalu kirim.").wait_for()
        await page.click(".sign-in")
        await sign_in(page, hospital.mother)
        await page.click("#unsent .send")
        await is_large(page)
        assert (await kept(page))["rows"]["unsent"] == 0


async def test_it_can_be_thrown_away_and_a_form_without_a_key_is_not_held(
    chromium: Browser, hospital: Hospital
) -> None:
    async with linked(chromium, hospital) as (page, reached, wire):
        await keep_pages(page, reached)
        wire.leave()
        await choose_large(page, "\"><img src=x onerror='alert(1)'>")
        await page.click("#unsent .discard")
        await page.locator("#none").wait_for()
        assert (await kept(page))["rows"]["unsent"] == 0
        await wire.come()
        await open_settings(page, reached)
        wire.leave()
        await page.click("main form button")
        assert await page.locator("h1").inner_text() == "Anda sedang luring"
        await until(page, "document.querySelector('#unsent') === null")
