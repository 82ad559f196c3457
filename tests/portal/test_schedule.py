"""Clinics, doctors and sessions for anybody; how a timetable is told: pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bookings.rules import Rules
from bookings.session import Quota, Session
from fhir_server.record import Record
from portal.timetable import State, Timetable, practice, state
from tests.bookings.worlds import MORNING, NOW
from tests.bookings.worlds import session as sample
from tests.portal.clinic import LATER, SOON, held, path, session
from tests.portal.world import World

RULES = Rules()
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("changes", "now", "expected"),
    [
        ({}, NOW, "open"),
        ({"umum": Quota(3, 3)}, NOW, "full"),
        ({"umum": Quota(3, 4)}, NOW, "full"),
        ({"closed": True, "umum": Quota(3, 3)}, NOW, "closed"),
        ({}, MORNING + timedelta(hours=3), "open"),
        ({}, MORNING + timedelta(hours=3, seconds=1), "late"),
    ],
)
def test_the_state_of_a_session(changes: dict[str, Any], now: Any, expected: State) -> None:
    assert state(sample(**changes), "umum", now, RULES) == expected


def timetable(*sessions: Session) -> Timetable:
    return Timetable(sessions, RULES, NOW)


def test_clinics_tell_what_is_left_in_a_week() -> None:
    later = sample("nanti", start=MORNING + 7 * DAY, end=MORNING + 7 * DAY + timedelta(hours=4))
    full = sample("penuh", umum=Quota(3, 3), jkn=Quota(3, 3))
    other = sample("lain", poli="ANA", poli_name="Anak", doctor="Practitioner/nakes-002", closed=True)
    anak, dalam = timetable(full, sample(), later, other).polis()
    assert (dalam.code, dalam.name, dalam.doctors, dalam.left, dalam.next) == (
        "INT",
        "Poli Penyakit Dalam",
        1,
        6,
        date(2026, 11, 26),
    )
    assert (anak.left, anak.next) == (0, None)


def test_who_has_a_place_soonest_comes_first() -> None:
    rows = [
        sample("a", doctor="Practitioner/1", doctor_name="dr. A", umum=Quota(0), jkn=Quota(0)),
        sample("b", doctor="Practitioner/2", doctor_name="dr. B", start=MORNING + DAY, end=MORNING + 2 * DAY),
        sample("c", doctor="Practitioner/3", doctor_name="dr. C"),
    ]
    assert [one.id for one in timetable(*rows).doctors("INT", "id")] == ["3", "2", "1"]


def test_weekly_hours_in_words() -> None:
    rows = [sample(start=MORNING + n * DAY, end=MORNING + n * DAY + timedelta(hours=4)) for n in (0, 1, 7, 4)]
    evening = sample(start=MORNING + timedelta(hours=8), end=MORNING + timedelta(hours=10))
    assert practice([*rows, evening], RULES, "id") == (
        "Senin, Kamis, Jumat 08.00–12.00 WITA",
        "Kamis 16.00–18.00 WITA",
    )
    assert practice(rows[:1], RULES, "en") == ("Thursday 08.00–12.00 WITA",)


async def test_anybody_sees_the_clinics_their_doctors_and_sessions(world: World) -> None:
    async with world.browser() as browser:
        clinics = await browser.get("/portal/schedule")
        assert 'href="/portal/schedule/ANA"><strong>Poli Anak</strong>' in clinics.text
        assert clinics.headers["etag"]
        doctors = await browser.get("/portal/schedule/ANA?lang=en")
        assert 'href="/portal/schedule/ANA/nakes-005"' in doctors.text
        assert "places in 7 days" in doctors.text
        sessions = await browser.get("/portal/schedule/ANA/nakes-005")
        assert "Your turn at about" in sessions.text


@pytest.mark.parametrize("wrong", ["/TIDAKADA", "/ANA/tidak-ada", "/%3Cscript%3E", "/ANA/%22%3E%3Cscript%3E"])
async def test_a_clinic_or_doctor_that_is_none(world: World, wrong: str) -> None:
    page = await world.page(f"/schedule{wrong}")
    assert page.status_code == 404
    assert "<script>" not in page.text


async def test_each_session_says_how_it_stands(world: World, hospital: Record) -> None:
    hostile = '<script>alert(1)</script> "><img src=x onerror=alert(1)> {{7*7}}'
    one = session(SOON, end=session(SOON).start + timedelta(minutes=10), poli_name=hostile, doctor_name=hostile)
    closed = session(LATER, poli=one.poli, closed=True, reason=f"Cuti {hostile}")
    full = session(LATER + DAY, poli=one.poli, umum=Quota(1, 1), waiting=2)
    await held(hospital, one, closed, full)
    page = (await world.page(path(one).removeprefix("/portal"))).text
    for words in ("Pendaftaran dari rumah sudah tutup", "Tidak praktik", "Cuti &lt;script&gt;", "(2 orang menunggu)"):
        assert words in page
    for text in ("<script>alert", "<img src=x", "&gt; 49"):
        assert text not in page.partition("<main")[2]
    english = (await world.page(f"{path(one).removeprefix('/portal')}?payer=jkn&lang=en")).text
    assert "3 places" in english
    assert "Booking from home is over" in english
