"""The portal among the apps of a telephone, as Chromium judges it; and what the server tells about its worker."""

from __future__ import annotations

import json

import httpx
from playwright.async_api import Browser

from tests.portal.browser.hospital import NAME, Hospital
from tests.portal.browser.surfing import window
from tests.portal.browser.test_offline import settled


async def test_chromium_would_install_it(chromium: Browser, hospital: Hospital) -> None:
    async with window(chromium, hospital) as page:
        await page.goto(f"{hospital.url}/portal")
        await settled(page)
        session = await page.context.new_cdp_session(page)
        found = await session.send("Page.getAppManifest")
        assert found["errors"] == []
        manifest = json.loads(found["data"])
        assert (manifest["name"], manifest["lang"], manifest["start_url"]) == (NAME, "id", "/portal")
        told = await session.send("Page.getInstallabilityErrors")
        assert [one["errorId"] for one in told["installabilityErrors"] if one["errorId"] != "in-incognito"] == []
        for icon in manifest["icons"]:
            width, height = map(int, icon["sizes"].split("x"))
            size = await page.evaluate(
                "async address => { const image = new Image(); image.src = address; await image.decode();"
                " return [image.naturalWidth, image.naturalHeight]; }",
                icon["src"],
            )
            assert size == [width, height]


async def test_the_worker_is_asked_for_anew_and_may_do_no_more_than_it_must(hospital: Hospital) -> None:
    async with httpx.AsyncClient(base_url=hospital.url, trust_env=False) as client:
        answer = await client.get("/portal/worker.js")
    assert answer.headers["service-worker-allowed"] == "/portal"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"] == "default-src 'none'; script-src 'self'; connect-src 'self'"
    assert "set-cookie" not in answer.headers
    assert "/portal/unsent" in answer.text
