"""A booking is cancelled or moved by the patient alone, in time, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.session import Quota
from fhir_server.record import Record
from tests.portal.clinic import LATER, SOON, arrived, booked, code_of, held, session
from tests.portal.forms import send
from tests.portal.world import World

BUTTON = ("", "")


async def test_it_is_moved_to_another_session_once(world: World, hospital: Record) -> None:
    old = session()
    new = session(LATER + timedelta(days=1), poli=old.poli, doctor_name="dr. <b>Lain</b>")
    await held(hospital, old, new)
    made = await booked(world, old, world.patient)
    path = f"/portal/tickets/{code_of(made)}/reschedule"
    async with world.browser(world.mother) as browser:
        page = await browser.get(path)
        assert f'name="session" value="{new.id}"' in page.text
        assert f'value="{old.id}"' not in page.text
        assert "<b>Lain" not in page.text
        answers = [await send(browser, page, ("session", new.id)) for _ in range(2)]
        assert answers[0].status_code == answers[1].status_code == 303
        assert answers[0].headers["location"] == answers[1].headers["location"]
        ticket = await browser.follow(answers[0])
        assert f"{new.letter}-1" in ticket.text
        before = await browser.get(f"/portal/tickets/{code_of(made)}")
        assert "Pendaftaran ini dipindah ke jadwal lain." in before.text
        assert "Pendaftaran ini sudah selesai atau dibatalkan" in (await browser.get(path)).text.replace("\n", "")


async def test_a_session_that_is_full_meanwhile_leaves_the_old_one(world: World, hospital: Record) -> None:
    old = session()
    new = session(LATER + timedelta(days=1), poli=old.poli, umum=Quota(1))
    await held(hospital, old, new)
    code = code_of(await booked(world, old, world.patient))
    async with world.browser(world.mother) as browser:
        page = await browser.get(f"/portal/tickets/{code}/reschedule")
        await booked(world, new, world.other)
        refused = await send(browser, page, ("session", new.id))
        assert refused.status_code == 409
        assert "Tempat terakhir baru saja terisi" in refused.text
        assert "Sudah terdaftar" in (await browser.get(f"/portal/tickets/{code}")).text


async def test_it_is_cancelled_after_it_was_asked(world: World, hospital: Record) -> None:
    one = session()
    await held(hospital, one)
    made = await booked(world, one, world.patient)
    async with world.browser(world.mother) as browser:
        page = await browser.get(f"/portal/tickets/{code_of(made)}/cancel")
        assert "Batalkan pendaftaran ini?" in page.text
        reason = 'sudah sembuh <script>alert(1)</script> "><img src=x>'
        first, second = [await send(browser, page, BUTTON, reason=reason) for _ in range(2)]
        assert first.headers["location"] == second.headers["location"]
        ticket = await browser.follow(first)
        assert "Pendaftaran ini dibatalkan." in ticket.text
        assert "<script>alert" not in ticket.text
    document = (await hospital.read("Appointment", made["id"]))["resource"]
    assert document["cancelationReason"]["text"] == reason
    assert "sembuh" not in (await world.page(f"/tickets/{code_of(made)}")).text


async def test_too_late(world: World, hospital: Record) -> None:
    one = session(SOON)
    await held(hospital, one)
    code = code_of(await booked(world, one, world.patient))
    async with world.browser(world.mother) as browser:
        for way in ("cancel", "reschedule"):
            page = await browser.get(f"/portal/tickets/{code}/{way}")
            assert "Sudah terlalu dekat untuk diubah di sini." in page.text
            assert f'action="/portal/tickets/{code}/{way}"' not in page.text
        assert f"{code}/cancel" not in (await browser.get(f"/portal/tickets/{code}")).text


async def test_what_became_too_late_is_refused(world: World, hospital: Record) -> None:
    one = session()
    await held(hospital, one)
    code = code_of(await booked(world, one, world.patient))
    async with world.browser(world.mother) as browser:
        page = await browser.get(f"/portal/tickets/{code}/cancel")
        soon = session(SOON)
        await held(hospital, soon)
        other = code_of(await booked(world, soon, world.patient))
        late = type(page)(200, text=page.text.replace(code, other), request=page.request)
        refused = await send(browser, late, BUTTON)
        assert refused.status_code == 422
        assert "Sudah terlalu dekat" in refused.text
        await arrived(world, other)
        assert "Anda sudah lapor masuk" in (await send(browser, late, BUTTON)).text


@pytest.mark.parametrize("way", ["cancel", "reschedule"])
async def test_only_who_acts_for_the_patient(world: World, hospital: Record, way: str) -> None:
    one = session()
    await held(hospital, one)
    code = code_of(await booked(world, one, world.patient))
    path = f"/tickets/{code}/{way}"
    assert (await world.page(path)).headers["location"] == f"/auth/login?then=/portal{path}"
    theirs = await world.page(path, world.stranger)
    absent = await world.page(f"/tickets/20261130AAAAAA/{way}", world.stranger)
    assert (theirs.status_code, absent.status_code) == (404, 404)
    assert theirs.text.replace(code, "") == absent.text.replace("20261130AAAAAA", "")
    async with world.browser(world.mother) as mother, world.browser(world.stranger) as stranger:
        page = await mother.get(f"/portal/tickets/{code}/cancel")
        own = await stranger.get("/portal/tickets")
        text = own.text.replace('action="/portal/tickets"', f'action="/portal/tickets/{code}/cancel"')
        forged = type(own)(200, text=text, request=own.request)
        assert (await send(stranger, forged, BUTTON, key="k" * 24)).status_code == 404
        wrongs = (({"csrf": "x"}, 403), ({"patient": world.child}, 409), ({"key": "x"}, 400))
        for wrong, status in wrongs:
            assert (await send(mother, page, BUTTON, **wrong)).status_code == status
    assert "Sudah terdaftar" in (await world.page(f"/tickets/{code}")).text
