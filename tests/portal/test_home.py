"""The first page, for anybody and for who signed in."""

from __future__ import annotations

from fhir_server.record import Record
from tests.auth.accounts import somebody
from tests.portal.clinic import SOON, booked, code_of, held, session
from tests.portal.world import World


async def test_anybody_is_welcome(world: World) -> None:
    page = await world.page("")
    assert page.status_code == 200
    assert "Selamat datang" in page.text
    for way in ("/portal/schedule", "/portal/tickets", "/auth/login?then=/portal", "/auth/bind", "/portal/verify"):
        assert f'href="{way}"><strong>' in page.text
    assert "Book a visit" in (await world.page("?lang=en")).text
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


async def test_the_next_visit_comes_first_and_of_this_patient_only(world: World, hospital: Record) -> None:
    one = session(SOON, poli_name="Uji <script>alert(1)</script>")
    await held(hospital, one)
    code = code_of(await booked(world, one, world.child))
    user = somebody(world.smart.issuer, fhir_user=f"Patient/{world.child}")
    page = (await world.page("", user)).text
    assert f'href="/portal/tickets/{code}"' in page
    assert "lapor masuk dulu di anjungan atau loket" in page
    assert "Uji &lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "Open the ticket" in (await world.page("?lang=en", user)).text
    assert code not in (await world.page("", world.stranger)).text


async def test_an_address_that_is_none_says_so(world: World) -> None:
    page = await world.page("/tidak-ada")
    assert page.status_code == 404
    assert "Tidak ada apa-apa di alamat ini." in page.text
