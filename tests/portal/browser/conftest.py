"""One hospital and one Chromium for all tests of the pages in a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.portal.browser.hospital import Hospital, serving
from tests.portal.browser.surfing import chromium as launched


@pytest.fixture(scope="session")
async def hospital(mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hospital]:
    async with serving(tmp_path_factory.mktemp("portal"), mongodb_uri, "test_portal_browser") as found:
        yield found


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser
