"""One hospital, one Chromium and one doctor who has signed in, for all tests of the clinic."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from tests.clinic.doctor import sign_in, window
from tests.clinic.hospital import Hospital, serving
from tests.portal.browser.surfing import chromium as launched


@pytest.fixture(scope="session")
async def hospital(mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hospital]:
    async with serving(tmp_path_factory.mktemp("clinic"), mongodb_uri, "test_clinic") as found:
        yield found


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
async def signed_in(chromium: Browser, hospital: Hospital) -> AsyncIterator[Page]:
    """The doctor at the worklist; a test that leaves it comes back by itself."""
    async with window(chromium) as page:
        await sign_in(page, hospital)
        yield page


@pytest.fixture
async def doctor(signed_in: Page, hospital: Hospital) -> Page:
    """The same, at the worklist again."""
    await signed_in.goto(f"{hospital.url}/clinic/#/")
    await signed_in.reload()
    await signed_in.wait_for_selector(".worklist tbody tr")
    return signed_in
