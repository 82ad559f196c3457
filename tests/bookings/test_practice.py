"""Weekly hours, leave and holidays make sessions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bookings import session as sessions
from bookings.holidays import national
from bookings.practice import (
    Hours,
    Leave,
    hours,
    is_planned,
    leaves,
    planned,
    with_hours,
    with_leaves,
    with_provider,
)
from bookings.rules import Rules
from bookings.session import Quota
from main import rules
from resources.registry import validate
from settings import Settings
from tests.bookings.schedules import THURSDAY, schedule
from tests.bookings.worlds import MORNING

ZONE = ZoneInfo("Asia/Makassar")
FIRST = date(2026, 11, 23)
"""A Monday."""

WEEK = [FIRST + timedelta(days=offset) for offset in range(7)]
EVENING = replace(THURSDAY, start=time(16), end=time(18), letter="B", open_on_holidays=True)
AWAY = Leave(date(2026, 11, 26), date(2026, 11, 28), "Cuti tahunan", "Schedule/jadwal-002")


def test_hours_and_leave_lie_on_a_schedule() -> None:
    written = with_provider(with_leaves(schedule(hours=[THURSDAY, EVENING]), [AWAY]), "Organization/org-rsud")
    assert [issue for issue in validate(written) if issue.severity == "error"] == []
    assert (hours(written), leaves(written)) == ([THURSDAY, EVENING], [AWAY])
    again = with_leaves(with_hours(written, [EVENING]), [])
    assert (hours(again), leaves(again)) == ([EVENING], [])
    bare = with_provider(with_hours(again, []), "Organization/org-rsud")
    assert [row["url"] for row in bare["extension"]] == ["urn:rsud-fhir:provider"]


def test_a_session_is_what_the_schedule_says() -> None:
    (session,) = planned(with_provider(schedule(), "Organization/org-rsud"), WEEK, {}, ZONE)
    assert session.id == "jadwal-001-20261126-0800"
    assert (session.start, session.end) == (MORNING, MORNING + timedelta(hours=4))
    assert (session.poli, session.poli_name, session.organization) == ("INT", "Penyakit Dalam", "100099999")
    assert (session.doctor, session.doctor_name) == ("Practitioner/nakes-001", "dr. Contoh 001")
    assert (session.location, session.location_name) == ("Location/ruang-int", "Ruang Poli Penyakit Dalam")
    assert (session.provider, session.schedule) == ("Organization/org-rsud", "Schedule/jadwal-001")
    assert (session.jkn, session.umum, session.minutes, session.letter) == (Quota(3), Quota(2), 10, "A")
    assert (session.closed, session.reason, session.issued) == (False, "", 0)
    slot = sessions.write(session)
    assert [issue for issue in validate(slot) if issue.severity == "error"] == []
    assert sessions.read(slot) == session


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({}, [(26, 8, ""), (26, 16, "")], id="both of the day"),
        pytest.param({"active": False}, [], id="out of use"),
        pytest.param(
            {"planningHorizon": {"start": "2026-11-26T08:00:01+08:00"}}, [(26, 16, "")], id="from a moment on"
        ),
        pytest.param({"planningHorizon": {"start": "2026-11-27"}}, [], id="from a later day on"),
        pytest.param({"planningHorizon": {"end": "2026-11-26T12:00:00+08:00"}}, [(26, 8, "")], id="until a moment"),
        pytest.param({"planningHorizon": {"end": "2026-11-26"}}, [(26, 8, ""), (26, 16, "")], id="that day included"),
        pytest.param({"planningHorizon": {"start": "2027"}}, [(26, 8, ""), (26, 16, "")], id="a year bounds nothing"),
    ],
)
def test_when_a_schedule_is_in_use(changes: dict[str, Any], found: list[tuple[int, int, str]]) -> None:
    made = planned(schedule(hours=[EVENING, THURSDAY], **changes), WEEK, {}, ZONE)
    assert [(one.start.day, one.start.hour, one.reason) for one in made] == found


@pytest.mark.parametrize(
    ("leave", "holidays", "reasons"),
    [
        pytest.param([], {date(2026, 11, 26): "Libur"}, ["Libur", ""], id="unless open on holidays"),
        pytest.param([AWAY], {}, ["Cuti tahunan", "Cuti tahunan"], id="on leave"),
        pytest.param([AWAY], {date(2026, 11, 26): "Libur"}, ["Cuti tahunan", "Cuti tahunan"], id="on both"),
        pytest.param([replace(AWAY, since=date(2026, 11, 27))], {}, ["", ""], id="leave from the next day"),
        pytest.param(
            [replace(AWAY, until=date(2026, 11, 26))], {}, ["Cuti tahunan", "Cuti tahunan"], id="its last day"
        ),
        pytest.param([], {date(2026, 11, 25): "Libur"}, ["", ""], id="a holiday the day before"),
    ],
)
def test_closed_days_have_sessions_that_say_why(
    leave: list[Leave], holidays: dict[date, str], reasons: list[str]
) -> None:
    made = planned(with_leaves(schedule(hours=[THURSDAY, EVENING]), leave), WEEK, holidays, ZONE)
    assert [one.reason for one in made] == reasons
    assert [one.closed for one in made] == [bool(reason) for reason in reasons]


def test_each_weekday_is_its_own() -> None:
    weekly = [
        Hours(day, time(7, 30), time(9), 1, 1, 10, "A") for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    ]
    made = planned(schedule(hours=weekly), WEEK, {}, ZONE)
    assert [one.id for one in made] == [f"jadwal-001-202611{day}-0730" for day in range(23, 30)]


def test_a_schedule_without_hours_makes_none() -> None:
    assert planned(schedule(hours=[]), WEEK, {}, ZONE) == []


@pytest.mark.parametrize(
    ("id", "is_ours"),
    [
        ("jadwal-001-20261126-0800", True),
        ("jadwal-001-20261126-0800-2", True),
        ("jadwal-001-20261126-0800-x", False),
        ("jadwal-001-pagi", False),
        ("jadwal-002-20261126-0800", False),
    ],
)
def test_which_sessions_templates_make(id: str, is_ours: bool) -> None:
    (session,) = planned(schedule(), WEEK, {}, ZONE)
    assert is_planned(replace(session, id=id)) == is_ours


def test_the_holidays_that_were_decreed() -> None:
    """SKB 3 Menteri for 2026 and 2027, in part."""
    found = national(date(2026, 12, 1), date(2027, 3, 31), collective=False)
    assert found[date(2026, 12, 25)] == "Hari Raya Natal"
    assert date(2026, 12, 24) not in found
    eid = [day for day, name in found.items() if "Idul" in name]
    assert eid == [date(2027, 3, 10), date(2027, 3, 11)]
    assert national(date(2026, 8, 17), date(2026, 8, 17)).keys() == {date(2026, 8, 17)}
    assert national(date(2031, 1, 1), date(2031, 12, 31)).keys() > {date(2031, 1, 1), date(2031, 8, 17)}


def test_collective_leave_closes_clinics_unless_the_hospital_decides_otherwise() -> None:
    days = [date(2026, 12, 24), date(2026, 12, 25)]
    with_it = planned(schedule(), days, Rules().holidays(*days), ZONE)
    assert [(one.closed, one.reason) for one in with_it] == [(True, "Cuti Bersama Hari Raya Natal")]
    own = rules(Settings(base_url="http://test/fhir", booking_collective_leave=False))
    assert [one.closed for one in planned(schedule(), days, own.holidays(*days), ZONE)] == [False]
    assert own.holidays(*days).keys() == {date(2026, 12, 25)}
