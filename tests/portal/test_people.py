"""Whose record is shown, who acts for me, and the end of it: by the date, or at once by the patient."""

from __future__ import annotations

from datetime import timedelta

from auth.policy import load
from auth.storage import users
from auth.users import Proxy, User
from portal.callers import caller_of
from tests.auth.accounts import somebody
from tests.journeys.tokens import given
from tests.portal.forms import send, sent
from tests.portal.rights.test_access import eventually
from tests.portal.world import World

PATH = "/portal/people"


def today(world: World) -> Proxy:
    """Until today, for the stranger's record."""
    return Proxy(world.other, world.smart.issuer.clock().date() + timedelta(days=1))


async def test_the_record_of_the_child_is_chosen_and_one_of_nobody_is_not(world: World) -> None:
    async with world.browser(world.mother) as browser:
        page = await browser.get(PATH)
        assert "Anda mewakili sampai" in page.text
        chosen = await sent(browser, PATH, ("choose", world.child))
        assert 'class="whose other"' in chosen.text
        page = await browser.get(PATH)
        assert "Yang mewakili saya" not in page.text
        refused = await send(browser, page, ("choose", world.child), choose=world.other)
        assert refused.status_code == 400  # a field that comes twice is none of ours


async def test_an_id_that_is_not_mine_is_no_page(world: World) -> None:
    async with world.browser(world.mother) as browser:
        page = await browser.get(PATH)
        text = page.text.replace(f'value="{world.child}"', f'value="{world.other}"')
        page = type(page)(200, text=text, request=page.request)
        assert (await send(browser, page, ("choose", world.other))).status_code == 404


async def test_the_patient_ends_it_at_once_on_tokens_that_live(world: World) -> None:
    proxy = somebody(world.smart.issuer, acts_for=(today(world),))
    tokens = [
        given(world.smart, "user/*.rs", proxy),
        given(world.smart, "patient/*.rs", proxy, patient=world.other),
    ]
    before = [(await world.smart.fhir(f"Patient/{world.other}", token)).status_code for token in tokens]
    assert before == [200, 200]
    async with world.browser(world.stranger) as browser:
        page = await browser.get(PATH)
        ended = await browser.follow(await send(browser, page, ("end", proxy.username)))
        assert "tidak dapat membuka rekam medis Anda lagi" in ended.text
        assert (await send(browser, page, ("end", proxy.username))).status_code == 404
    after = [(await world.smart.fhir(f"Patient/{world.other}", token)).status_code for token in tokens]
    assert after == [404, 401]
    assert (await world.page("/rights", proxy)).status_code == 403

    async def access() -> str:
        return (await world.page("/rights/access", world.stranger)).text

    assert proxy.username in await eventually(access, "mengakhiri hak seseorang untuk mewakili pasien")


async def test_only_the_patient_sees_and_ends_who_acts(world: World) -> None:
    proxy = somebody(world.smart.issuer, acts_for=(today(world),))
    async with world.browser(world.mother) as browser:
        page = await browser.get(PATH)
        assert proxy.username not in page.text
        assert (await send(browser, page, ("choose", world.patient), end=proxy.username)).status_code == 303
    async with world.browser(world.stranger) as browser:
        page = await browser.get(PATH)
        for wrong, status in (({"csrf": "x"}, 403), ({"patient": world.patient}, 409)):
            assert (await send(browser, page, ("end", proxy.username), **wrong)).status_code == status
        assert proxy.username in (await browser.get(PATH)).text


async def test_after_the_last_day_the_child_is_absent(world: World) -> None:
    last = world.smart.issuer.clock().date()
    proxy = somebody(
        world.smart.issuer,
        fhir_user=f"Patient/{world.patient}",
        acts_for=(Proxy(world.child, last + timedelta(days=1)),),
    )
    token = given(world.smart, "user/*.rs", proxy)
    assert (await world.smart.fhir(f"Patient/{world.child}", token)).status_code == 200
    assert "Ganti orang" in (await world.page("/rights", proxy, patient=world.child)).text
    assert users.act_for(world.smart.issuer.database, proxy.username, Proxy(world.child, last - timedelta(days=2)))
    world.smart.issuer.known.forget()
    assert (await world.smart.fhir(f"Patient/{world.child}", token)).status_code == 404
    page = (await world.page("/rights", proxy, patient=world.child)).text
    assert "Ganti orang" not in page
    assert 'class="whose"' in page


def test_the_end_is_the_end_of_the_last_day(world: World) -> None:
    day = world.smart.issuer.clock().date()
    user = User("wakil", "pasien", None, acts_for=(Proxy("anak", day),))
    for days, patients in ((0, frozenset({"anak"})), (1, frozenset[str]())):
        caller = caller_of(user, load(), day + timedelta(days=days))
        assert caller is not None
        assert caller.patients == patients
