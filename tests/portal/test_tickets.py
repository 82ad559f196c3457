"""A ticket by its code: for anybody, with no name; for the patient, with all that they need on the way."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

import pytest

from bookings.session import Quota
from fhir_server.record import Record
from tests.auth.accounts import somebody
from tests.journeys.bundles import Json
from tests.portal.clinic import SOON, arrived, asked, booked, code_of, held, queue, session
from tests.portal.forms import send
from tests.portal.rights.test_access import eventually
from tests.portal.world import World

TRAVEL = ("travel", "60")
MOST_TRIED = 200


def from_address(world: World, address: str) -> World:
    """The same hospital, asked from another address in the network."""
    made = world.smart.transport
    assert isinstance(made, partial)
    return replace(world, smart=replace(world.smart, transport=partial(made.func, *made.args, client=(address, 1))))


async def name_of(hospital: Record, patient: str) -> str:
    found: Json = (await hospital.read("Patient", patient))["resource"]
    return str(found["name"][0]["text"])


async def test_anybody_who_has_the_code_sees_the_queue_and_no_name(world: World, hospital: Record) -> None:
    one = session()
    await held(hospital, one)
    code = code_of(await booked(world, one, world.patient))
    own = (await world.page(f"/tickets/{code}", world.mother)).text
    assert "<svg" in own.partition("<main")[2]
    assert f"/portal/tickets/{code}/cancel" in own
    assert f"/portal/tickets/{code}/reschedule" in own
    assert "Yang perlu dibawa" in own
    assert re.search(r"/portal/documents/tiket-booking/[^\"/]+\.pdf", own)
    name = await name_of(hospital, world.patient)
    for user in (None, world.stranger):
        page = await world.page(f"/tickets/{code}", user)
        assert page.status_code == 200
        main = page.text.partition("<main")[2]
        assert f"{one.letter}-1" in main
        assert name not in page.text
        assert world.patient not in page.text
        for hidden in ("/cancel", "/reschedule", "<svg", ".pdf", "Yang perlu dibawa"):
            assert hidden not in main
    english = (await world.page(f"/tickets/{code}?lang=en")).text
    assert "Your queue number" in english


async def test_the_child_has_its_ticket_where_the_child_is_shown(world: World, hospital: Record) -> None:
    one = session()
    await held(hospital, one)
    code = code_of(await booked(world, one, world.child))
    assert "/cancel" in (await world.page(f"/tickets/{code}", world.mother, patient=world.child)).text
    assert "/cancel" not in (await world.page(f"/tickets/{code}", world.mother)).text


async def test_a_code_that_is_none(world: World) -> None:
    async with world.browser() as browser:
        page = await browser.get("/portal/tickets")
        for typed in ("20261130AAAAAA", "2026 1130-aaaaaa"):
            lead = await send(browser, page, ("", ""), code=typed)
            assert lead.headers["location"] == "/portal/tickets/20261130AAAAAA"
        assert (await browser.get("/portal/tickets?code=20261130AAAAAA")).status_code == 303
        unknown = await browser.get("/portal/tickets/20261130AAAAAA")
        malformed = await browser.get("/portal/tickets/%3Cscript%3E")
        assert (unknown.status_code, malformed.status_code) == (404, 404)
        for typed in ('"><script>alert(1)</script>', ""):
            wrong = await send(browser, page, ("", ""), code=typed)
            assert wrong.status_code == 404
            assert "<script>alert" not in wrong.text
        assert (await send(browser, page, ("", ""), code="x", csrf="x")).status_code == 403


async def test_wrong_codes_are_few_a_minute(world: World, hospital: Record) -> None:
    one = session()
    await held(hospital, one)
    code = code_of(await booked(world, one, world.patient))
    elsewhere = from_address(world, "203.0.113.9")
    async with elsewhere.browser() as browser:
        statuses: list[int] = []
        while 429 not in statuses and len(statuses) < MOST_TRIED:
            statuses.append((await browser.get("/portal/tickets/20261130AAAAAB")).status_code)
        assert set(statuses) == {404, 429}
        assert (await browser.get(f"/portal/tickets/{code}")).status_code == 429
    assert (await elsewhere.page(f"/tickets/{code}", world.mother)).status_code == 200
    assert (await world.page(f"/tickets/{code}")).status_code == 200


async def test_the_way_to_the_hospital_is_remembered(world: World, hospital: Record) -> None:
    one = session()
    await held(hospital, one)
    code = code_of(await booked(world, one, world.patient))
    async with world.browser() as browser:
        page = await browser.get(f"/portal/tickets/{code}")
        assert 'value="30" aria-pressed="true"' in page.text
        chosen = await browser.follow(await send(browser, page, TRAVEL))
        assert 'value="60" aria-pressed="true"' in chosen.text
        assert "Berangkat dari rumah pukul" in chosen.text
        assert (await send(browser, page, TRAVEL, travel="61")).status_code == 400


def check_called(page: str) -> None:
    """The counter was named by somebody hostile."""
    assert "<title>Giliran Anda" in page
    assert "<img" not in page
    assert "&lt;img src=x" in page


async def test_from_the_booking_to_the_visit(world: World, hospital: Record) -> None:
    one = session(SOON)
    await held(hospital, one)
    child = somebody(world.smart.issuer, fhir_user=f"Patient/{world.child}")
    codes = [code_of(await booked(world, one, patient)) for patient in (world.other, world.child)]
    first = await arrived(world, codes[0])
    path = f"/tickets/{codes[1]}"

    async def own() -> str:
        return (await world.page(path, child)).text

    before = await own()
    assert "Begitu tiba, lapor masuk dulu" in before
    assert f'data-live="/bookings/tickets/{codes[1]}/live"' in before
    assert '<noscript><meta http-equiv="refresh" content="20"></noscript>' in before
    mine = await arrived(world, codes[1])
    waiting = await eventually(own, 'data-state="waiting"')
    assert '<span id="ahead">1</span> orang' in waiting
    assert "Sebentar lagi giliran Anda" in waiting
    assert "/record/visits/" in waiting
    await queue(world, "$call", first)
    assert f'<dd id="called">{one.letter}-1</dd>' in await eventually(own, '<span id="ahead">0</span>')
    await queue(world, "$serve", first)
    await queue(world, "$finish", first)
    await queue(world, "$call", mine, counter='Ruang <img src=x onerror="alert(1)">')
    check_called(await eventually(own, 'data-state="called"'))
    anybody = (await world.page(path)).text
    assert "Giliran Anda. Silakan masuk" in anybody
    assert "/record/visits/" not in anybody
    assert "Giliran Anda. Silakan masuk" in (await world.page("", child)).text
    await queue(world, "$serve", mine)
    assert "Anda sedang dilayani." in await eventually(own, 'data-state="served"')
    await queue(world, "$finish", mine)
    done = await eventually(own, "Kunjungan sudah selesai")
    leads = re.search(r'href="/portal(/record/visits/[^"]+)"', done)
    assert leads is not None
    assert (await world.page(leads[1], child)).status_code == 200
    assert "Kunjungan sudah selesai" in (await world.page(path)).text


async def test_who_was_passed_over_is_told_so(world: World, hospital: Record) -> None:
    one = session(SOON)
    await held(hospital, one)
    code = code_of(await booked(world, one, world.patient))
    ticket = await arrived(world, code)
    await queue(world, "$call", ticket)
    await queue(world, "$skip", ticket)

    async def own() -> str:
        return (await world.page(f"/tickets/{code}?lang=en", world.mother)).text

    assert "You were called and not there" in await eventually(own, 'data-state="skipped"')


@pytest.mark.parametrize("operation", ["$hold", "$waitlist"])
async def test_what_is_not_booked_yet(world: World, hospital: Record, operation: str) -> None:
    one = session(umum=Quota(1 if operation == "$hold" else 0))
    await held(hospital, one)
    made = await asked(world, f"Appointment/{operation}", slot=one.id, patient=world.patient)
    code = code_of(made)
    assert (await world.page(f"/tickets/{code}", world.mother)).headers["location"] == f"/portal/bookings/{made['id']}"
    assert (await world.page(f"/tickets/{code}")).status_code == 200
    own = (await world.page("/bookings", world.mother)).text
    assert f'href="/portal/bookings/{made["id"]}"' in own
