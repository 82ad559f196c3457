"""What a device keeps of the pages, and what it shows of them while the link is away."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, Page

from auth.users import User
from tests.journeys.smart import signed_in
from tests.portal.browser.hospital import Hospital
from tests.portal.browser.surfing import sign_in, until, window

AWAY = ("net::ERR_INTERNET_DISCONNECTED",)
KEPT = """async () => {
    const database = await new Promise(done => {
        const request = indexedDB.open('portal', 1);
        request.onupgradeneeded = () =>
            ['key', 'pages', 'unsent'].forEach(name => request.result.createObjectStore(name));
        request.onsuccess = () => done(request.result);
    });
    const count = name => new Promise(done => {
        const request = database.transaction(name).objectStore(name).getAll();
        request.onsuccess = () => done(request.result.length);
    });
    const rows = {key: await count('key'), pages: await count('pages'), unsent: await count('unsent')};
    database.close();
    const files = [];
    for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys()) files.push(new URL(request.url).pathname);
    return {rows, files: files.sort(), stored: localStorage.length + sessionStorage.length};
}"""
FILES = [
    *("/portal/offline", "/portal/static/device.js", "/portal/static/icon.svg", "/portal/static/kept.js"),
    *("/portal/static/portal.css", "/portal/static/portal.js", "/portal/static/unsent.js", "/portal/unsent"),
]
NOTHING = {"key": 0, "pages": 0, "unsent": 0}


async def settled(page: Page) -> None:
    """The worker stands between this page and the link."""
    await until(page, "navigator.serviceWorker.controller !== null")


async def kept(page: Page) -> dict[str, Any]:
    """How many rows each store has; the addresses in the caches; how much lies in simpler places."""
    found: dict[str, Any] = await page.evaluate(KEPT)
    return found


async def open_settings(page: Page, hospital: Hospital) -> None:
    await page.goto(f"{hospital.url}/portal/settings")
    await settled(page)


async def keep_pages(page: Page, hospital: Hospital) -> None:
    """As the person chooses it."""
    await open_settings(page, hospital)
    await page.click("#device .keeps-not button")
    await page.locator("#device .keeps").wait_for()


async def see_record(page: Page, hospital: Hospital) -> str:
    """The page of the record, kept if anything is; its heading."""
    await page.goto(f"{hospital.url}/portal/record")
    return await page.locator("h1").inner_text()


async def seen_and_kept(page: Page) -> None:
    await until(page, f"({KEPT})().then(found => found.rows.pages > 0)")


async def test_a_page_that_was_seen_is_shown_without_the_link(chromium: Browser, hospital: Hospital) -> None:
    async with window(chromium, hospital, hospital.mother, allowed=AWAY) as page:
        await keep_pages(page, hospital)
        heading = await see_record(page, hospital)
        assert await page.locator("#offline").is_hidden()
        await seen_and_kept(page)
        await page.context.set_offline(True)
        await page.goto(f"{hospital.url}/portal/record?lang=en")
        assert await page.locator("h1").inner_text() == heading
        told = await page.locator("#offline").inner_text()
        assert told.startswith("Anda sedang luring; ini yang tersimpan pada ")
        assert " WITA" in told
        assert await page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none", "with style"
        await page.goto(f"{hospital.url}/portal/rights")
        assert await page.locator("h1").inner_text() == "Anda sedang luring"
        await page.context.set_offline(False)
        await see_record(page, hospital)
        assert await page.locator("#offline").is_hidden()


async def test_who_did_not_ask_for_it_leaves_nothing_behind(chromium: Browser, hospital: Hospital) -> None:
    async with window(chromium, hospital, hospital.mother, allowed=AWAY) as page:
        await open_settings(page, hospital)
        await see_record(page, hospital)
        await open_settings(page, hospital)
        assert await kept(page) == {"rows": NOTHING, "files": FILES, "stored": 0}
        name = await page.locator(".whose strong").inner_text()
        for address in ("/portal/offline", "/portal/unsent"):
            text = await page.evaluate(f"caches.match('{address}').then(answer => answer.text())")
            assert name not in text
            assert "/auth/logout" not in text, "nobody asked for it"
        await page.context.set_offline(True)
        await page.goto(f"{hospital.url}/portal/record")
        assert await page.locator("h1").inner_text() == "Anda sedang luring"


async def test_what_is_kept_cannot_be_read_without_the_key_nor_the_key_read_out(
    chromium: Browser, hospital: Hospital
) -> None:
    async with window(chromium, hospital, hospital.mother) as page:
        await keep_pages(page, hospital)
        await see_record(page, hospital)
        await seen_and_kept(page)
        rows = """kept => new Promise(done => {
            const request = indexedDB.open('portal', 1);
            request.onsuccess = () => {
                const asked = request.result.transaction(kept).objectStore(kept).getAll();
                asked.onsuccess = () => { request.result.close(); done(asked.result); };
            };
        })"""
        text = await page.evaluate(
            f"({rows})('pages').then(rows => rows.map(row => new TextDecoder().decode(row.data)).join())"
        )
        assert text
        assert "<html" not in text
        can = await page.evaluate(f"({rows})('key').then(([row]) => [row.key.extractable, row.key.algorithm.name])")
        assert can == [False, "AES-GCM"]


async def test_switching_it_off_destroys_what_was_kept(chromium: Browser, hospital: Hospital) -> None:
    async with window(chromium, hospital, hospital.mother) as page:
        await keep_pages(page, hospital)
        await see_record(page, hospital)
        await seen_and_kept(page)
        await open_settings(page, hospital)
        await page.click("#device .keeps button")
        await page.locator("#device .keeps-not").wait_for()
        assert (await kept(page))["rows"] == NOTHING


async def _in_again(page: Page, hospital: Hospital, user: User) -> None:
    """A new session of somebody in the same browser."""
    session = signed_in(hospital.issuer, user)
    await page.context.add_cookies([{"name": "sid", "value": session, "domain": "127.0.0.1", "path": "/"}])


async def test_signing_out_destroys_it_whichever_way(chromium: Browser, hospital: Hospital) -> None:
    async with window(chromium, hospital, hospital.mother, allowed=AWAY) as page:
        for is_by_link in (True, False, True, False):
            await _in_again(page, hospital, hospital.mother)
            await keep_pages(page, hospital)
            await see_record(page, hospital)
            await seen_and_kept(page)
            await (page.click("footer a[href='/auth/logout']") if is_by_link else _go(page, hospital, "/auth/logout"))
            await page.click("main button")
            await page.locator("#username").wait_for()
            assert (await kept(page)) == {"rows": NOTHING, "files": [], "stored": 0}
        await sign_in(page, hospital.mother)
        await page.wait_for_url("**/portal")
        await settled(page)
        await page.context.set_offline(True)
        await page.goto(f"{hospital.url}/portal/record")
        assert await page.locator("h1").inner_text() == "Anda sedang luring"


async def _go(page: Page, hospital: Hospital, path: str) -> None:
    await page.goto(hospital.url + path)


async def test_another_person_at_the_same_device_finds_nothing(chromium: Browser, hospital: Hospital) -> None:
    async with window(chromium, hospital, hospital.mother, allowed=AWAY) as page:
        await keep_pages(page, hospital)
        await see_record(page, hospital)
        await seen_and_kept(page)
        await _in_again(page, hospital, hospital.stranger)
        await page.goto(f"{hospital.url}/portal/rights")
        await until(page, f"({KEPT})().then(found => found.rows.key + found.rows.pages === 0)")
        await page.context.set_offline(True)
        await page.goto(f"{hospital.url}/portal/record")
        assert await page.locator("h1").inner_text() == "Anda sedang luring"
