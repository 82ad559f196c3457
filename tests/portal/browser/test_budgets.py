"""What the pages weigh on the wire, and how soon the first one is there on a slow link.

https://developer.chrome.com/docs/devtools/network#throttle has what browsers call 2G.
"""

from __future__ import annotations

import time
from dataclasses import replace

from playwright.async_api import Browser

from main import open_record
from tests.portal.addresses import addresses, pages
from tests.portal.browser.hospital import Hospital
from tests.portal.browser.link import link
from tests.portal.browser.surfing import until, window
from tests.portal.browser.test_offline import settled

FIRST, LATER = 60_000, 20_000
"""Bytes, heads included."""

SLOW = {"offline": False, "latency": 300, "downloadThroughput": 35_000, "uploadThroughput": 32_000}
"""Milliseconds and bytes a second: 280 kbit/s down, 256 up."""
SECONDS = 6


async def test_the_first_page_and_every_later_one(chromium: Browser, hospital: Hospital) -> None:
    async with open_record(hospital.settings) as record:
        paths = list(pages(await addresses(record, hospital.patient)))
    async with link(hospital.url) as wire, window(chromium, replace(hospital, url=wire.url), hospital.mother) as page:
        await page.goto(f"{wire.url}/portal", wait_until="networkidle")
        await settled(page)
        first, later = wire.carried, {}
        for path in paths:
            before = wire.carried
            await page.goto(f"{wire.url}/portal{path}", wait_until="load")
            later[path] = wire.carried - before
    assert first <= FIRST
    assert {path: size for path, size in later.items() if size > LATER} == {}
    assert all(size > 0 for path, size in later.items() if path != "/offline"), "it is counted"


async def test_the_first_page_on_a_slow_link(chromium: Browser, hospital: Hospital) -> None:
    async with window(chromium, hospital) as page:
        session = await page.context.new_cdp_session(page)
        await session.send("Network.enable")
        await session.send("Network.emulateNetworkConditions", SLOW)
        began = time.monotonic()
        await page.goto(f"{hospital.url}/portal", wait_until="load")
        spent = time.monotonic() - began
        await until(page, "document.fonts.status === 'loaded'")
    assert SLOW["latency"] / 1000 < spent < SECONDS, spent
