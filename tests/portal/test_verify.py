"""The code of a document, as it is printed or as the QR code has it."""

from __future__ import annotations

import pytest

from tests.portal.forms import send
from tests.portal.world import World

CODE = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("typed", [CODE, f" {CODE.upper()} ", f"https://ehr.test/v/{CODE}", f"{CODE[:16]} {CODE[16:]}"])
async def test_it_leads_to_the_public_page(world: World, typed: str) -> None:
    async with world.browser() as browser:
        lead = await send(browser, await browser.get("/portal/verify"), ("", ""), code=typed)
        assert lead.headers["location"] == f"/v/{CODE}"


@pytest.mark.parametrize("typed", ["", CODE[1:], '"><script>alert(1)</script>', f"{CODE}/../../auth"])
async def test_what_is_no_code_is_told(world: World, typed: str) -> None:
    async with world.browser() as browser:
        page = await send(browser, await browser.get("/portal/verify"), ("", ""), code=typed)
        assert page.status_code == 400
        assert "Ini bukan kode dokumen" in page.text
        assert "<script>alert" not in page.text
    assert "Is this letter genuine?" in (await world.page("/verify?lang=en")).text
