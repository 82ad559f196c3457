"""A person at a window of Chromium, and what must never happen there, whatever they do."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, async_playwright

from auth.users import User
from tests.auth.accounts import PASSWORD
from tests.journeys.smart import signed_in
from tests.portal.browser.hospital import Hospital

PHONE, NARROW, SCREEN = (360, 740), (320, 640), (1366, 768)
LANGUAGES = ("id", "en")
PATIENCE = 20_000
COMPLAINTS = ("error", "warning")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's."""
    program = shutil.which("chromium")
    assert program is not None, "The Debian package chromium is needed: make test installs it."
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def window(
    browser: Browser,
    hospital: Hospital,
    user: User | None = None,
    *,
    size: tuple[int, int] = PHONE,
    language: str = "id",
    allowed: Sequence[str] = (),
    script: bool = True,
) -> AsyncIterator[Page]:
    """A new browser of a person, who is signed in if there is one.

    At its end: no error or warning on the console, which tells of broken policies (CSP), no script that failed, nothing
    asked of anybody else. `allowed`: what the console may say all the same, such as that the link was away; `script`:
    whether JavaScript is on."""
    context = await _context(browser, (hospital, user), size=size, language=language, script=script)
    complaints: list[str] = []
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda message: complaints.extend(_told(message)))
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    context.on("request", lambda request: complaints.extend(_of_others(request, page)))
    try:
        yield page
    finally:
        await context.close()
    unexpected = [one for one in complaints if not any(text in one for text in allowed)]
    assert unexpected == [], "\n".join(unexpected)


async def _context(
    browser: Browser, who: tuple[Hospital, User | None], *, size: tuple[int, int], language: str, script: bool
) -> BrowserContext:
    hospital, user = who
    locale = {"id": "id-ID", "en": "en-GB"}[language]
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale=locale, java_script_enabled=script
    )
    if user is not None:
        session = signed_in(hospital.issuer, user)
        await context.add_cookies([{"name": "sid", "value": session, "domain": "127.0.0.1", "path": "/"}])
    return context


def _told(message: ConsoleMessage) -> list[str]:
    return [f"{message.type}: {message.text}"] if message.type in COMPLAINTS else []


def _of_others(request: Request, page: Page) -> list[str]:
    """Anything that is not asked of the place that the page is at, or carried within the page."""
    asked = urlsplit(request.url)
    if asked.scheme in ("data", "blob") or asked.hostname == "127.0.0.1":
        return []
    return [f"asked of another: {request.url} at {page.url}"]


async def sign_in(page: Page, user: User) -> None:
    """At the sign-in page, as a person does it."""
    await page.fill("#username", user.username)
    await page.fill("#password", PASSWORD)
    await page.click("main button")


async def until(page: Page, expression: str) -> None:
    """It has become true in the page. Playwright's own way to wait is against the policy of the pages."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not await page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        await asyncio.sleep(0.05)


async def standing_out(page: Page) -> list[str]:
    """What stands out of the window to the right, or is cut off inside its own box: nothing, on a good page. A table
    that is wider scrolls in a box of its own."""
    found: list[str] = await page.evaluate(
        """() => {
            const seen = [...document.querySelectorAll('body *')].filter(one => one.checkVisibility() &&
                !one.closest('.wide, .unseen, .skip, svg'));
            const out = seen.filter(one => one.getBoundingClientRect().right > innerWidth + 1);
            const cut = seen.filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth &&
                getComputedStyle(one).overflowX !== 'visible' && !one.matches('input, select, textarea'));
            const scrolls = document.documentElement.scrollWidth > innerWidth ? ['the page scrolls sideways'] : [];
            return [...scrolls, ...[...out, ...cut].map(one => one.outerHTML.slice(0, 120))];
        }"""
    )
    return found
