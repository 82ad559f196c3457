"""Every page as axe-core sees it, in both languages; narrow, and with letters twice as large, nothing is cut off.

https://www.w3.org/TR/WCAG22/#reflow, https://www.w3.org/TR/WCAG22/#resize-text
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from main import open_record
from tests.portal.addresses import addresses, pages
from tests.portal.browser.hospital import Hospital
from tests.portal.browser.surfing import LANGUAGES, NARROW, standing_out, window
from tests.processes import ROOT

AXE = ROOT / ".cache" / "axe-core" / "package" / "axe.min.js"
OF_SIGNING_IN = ("/auth/login", "/auth/bind", "/auth/reset")
OF_AN_ACCOUNT = ("/auth/logout", "/auth/password", "/auth/apps")
RUN = "axe.run({resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})"
LARGE = "document.documentElement.style.fontSize = '200%'"


@cache
def axe() -> str:
    assert AXE.exists(), f"no axe-core in {AXE.parent}: run `make test`, which fetches it"
    return AXE.read_text()


async def visited(page: Page, url: str) -> list[str]:
    """What is wrong with the page at an address; nothing where a file is answered."""
    answer = await page.goto(url)
    assert answer is not None
    if answer.status != 200:
        return [f"{url}: {answer.status}"]
    wrong = [f"{url}: {one}" for one in await standing_out(page)]
    await page.evaluate(axe())
    found: dict[str, Any] = await page.evaluate(RUN)
    for rule in found["violations"]:
        wrong += [f"{url}: {rule['id']} {node['html'][:150]} {node['failureSummary']}" for node in rule["nodes"]]
    await page.evaluate(LARGE)
    return [*wrong, *(f"{url}, large: {one}" for one in await standing_out(page))]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_pages_for_anybody(chromium: Browser, hospital: Hospital, language: str) -> None:
    async with open_record(hospital.settings) as record:
        open_pages = [path for path, is_own in pages(await addresses(record, hospital.patient)).items() if not is_own]
    wrong = []
    async with window(chromium, hospital, size=NARROW, language=language) as page:
        for path in (*(f"/portal{one}" for one in open_pages), *OF_SIGNING_IN):
            wrong += await visited(page, hospital.url + path)
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_pages_of_a_patient(chromium: Browser, hospital: Hospital, language: str) -> None:
    async with open_record(hospital.settings) as record:
        paths = pages(await addresses(record, hospital.patient))
    wrong = []
    async with window(chromium, hospital, hospital.mother, size=NARROW, language=language) as page:
        for path in (*(f"/portal{one}" for one in paths), *OF_AN_ACCOUNT):
            wrong += await visited(page, hospital.url + path)
    assert wrong == [], "\n".join(wrong)
