"""The first page, for anybody and for who signed in."""

from __future__ import annotations

from tests.portal.world import World


async def test_anybody_is_welcome(world: World) -> None:
    page = await world.page("")
    assert page.status_code == 200
    assert "Selamat datang" in page.text
    async with world.browser() as browser:
        first = await browser.get("/portal")
        again = await browser.client.get("/portal", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_who_signed_in_sees_whose_record_it_is_and_nothing_is_kept(world: World) -> None:
    page = await world.page("", world.mother)
    assert page.headers["cache-control"] == "no-store"
    assert "Rekam medis <strong>" in page.text
    assert "Ganti orang" in page.text
    assert "Ganti orang" not in (await world.page("", world.stranger)).text


async def test_an_address_that_is_none_says_so(world: World) -> None:
    page = await world.page("/tidak-ada")
    assert page.status_code == 404
    assert "Tidak ada apa-apa di alamat ini." in page.text
