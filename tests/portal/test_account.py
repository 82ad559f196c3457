"""The account page, and what anybody may set on a device."""

from __future__ import annotations

from tests.auth.accounts import somebody
from tests.portal.forms import send
from tests.portal.world import World

PATH = "/portal/settings"


async def test_the_account_leads_to_all_that_can_be_done_with_it(world: World) -> None:
    page = (await world.page("/account", world.mother)).text
    for address in ("/auth/password", "/auth/totp", "/auth/apps", "/auth/logout", "/auth/bind", "/portal/people"):
        assert f'href="{address}"' in page
    assert "Belum aktif" in page
    safe = somebody(world.smart.issuer, fhir_user=f"Patient/{world.other}", totp_secret="JBSWY3DPEHPK3PXP")
    page = (await world.page("/account?lang=en", safe)).text
    assert "Two-step sign-in" in page
    assert ">On<" in page


async def test_large_letters_are_for_anybody_and_stay(world: World) -> None:
    async with world.browser() as browser:
        page = await browser.get(PATH)
        assert '<html lang="id">' in page.text
        large = await browser.follow(await send(browser, page, ("", ""), text="large"))
        assert '<html lang="id" class="large">' in large.text
        assert 'class="large"' in (await browser.get("/portal")).text
        normal = await browser.follow(await send(browser, large, ("", ""), text="normal"))
        assert 'class="large"' not in normal.text


async def test_a_size_that_is_none_is_refused(world: World) -> None:
    async with world.browser() as browser:
        page = await browser.get(PATH)
        assert (await send(browser, page, ("", ""), text="<script>")).status_code == 400
        assert (await send(browser, page, ("", ""), text="large", csrf="x")).status_code == 403


async def test_without_an_account_there_is_none_to_show(world: World) -> None:
    page = await world.page("/account")
    assert page.headers["location"] == "/auth/login?then=/portal/account"
