"""A doctor at a window of Chromium: signing in with a second factor, and what must never happen there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pyotp
from playwright.async_api import Browser, BrowserContext, Page

from tests.auth.accounts import PASSWORD
from tests.clinic.hospital import Hospital
from tests.processes import ROOT

SCREEN = (1366, 768)
PATIENCE = 8_000
COMPLAINTS = ("error", "warning")
PICTURES = ROOT / ".cache" / "screenshots"
"""To be looked at by people; not in the repository."""


@asynccontextmanager
async def window(browser: Browser, allowed: Sequence[str] = ()) -> AsyncIterator[Page]:
    """A new browser of somebody. At its end: no error or warning on any console, which is where broken policies (CSP)
    are told, no script that failed, nothing asked of anybody else, and no text of a record that ran as a script.
    `allowed`: what the console may say all the same."""
    context = await browser.new_context(viewport={"width": SCREEN[0], "height": SCREEN[1]}, locale="id-ID")
    complaints = _listening(context)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    try:
        yield page
        assert [await one.evaluate("window.hacked") for one in context.pages] == [None] * len(context.pages)
    finally:
        await context.close()
    assert [one for one in complaints if not any(text in one for text in allowed)] == []


def _listening(context: BrowserContext) -> list[str]:
    complaints: list[str] = []
    context.on(
        "console", lambda told: complaints.append(f"{told.type}: {told.text}") if told.type in COMPLAINTS else None
    )
    context.on("weberror", lambda error: complaints.append(f"script: {error.error}"))
    context.on(
        "request",
        lambda asked: complaints.append(f"asked of another: {asked.url}") if _is_elsewhere(asked.url) else None,
    )
    return complaints


def _is_elsewhere(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:"))


async def sign_in(page: Page, hospital: Hospital, key: str = "") -> str:
    """From the clinic's first page through password and second factor back to it, at the worklist. `key`: of the
    authenticator app; the one that was set up now is given back."""
    await page.goto(f"{hospital.url}/clinic/")
    await page.keyboard.press("Enter")
    await page.fill("#username", "dr.rahmawati")
    await page.fill("#password", PASSWORD)
    await page.click("main button")
    if not key:
        key = (await page.locator(".key").inner_text()).replace(" ", "")
    await page.fill("#code", pyotp.TOTP(key).now())
    await page.click("main button")
    await page.click("button[value=approve]")
    await page.wait_for_selector(".worklist tbody tr")
    return key


async def open_chart(page: Page, patient: str) -> None:
    """By its address, from the worklist; all of it is there then."""
    await page.evaluate("location.hash = '#/'")
    await page.wait_for_selector(".worklist")
    await page.evaluate("id => { location.hash = `#/patient/${id}` }", patient)
    await page.wait_for_selector("main:has(.chart):not(:has([aria-busy]))")


async def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}.png")
