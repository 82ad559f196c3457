"""What a changed template does to sessions and bookings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.booking import Booking, Status
from bookings.ledger import Ledger, taken
from bookings.replanning import REMOVED, Difference, Fresh, close, difference, merged, replan
from bookings.rules import Rules
from bookings.session import PAYERS, Quota, Session
from tests.bookings.worlds import MORNING, NOW, session

HOUR = timedelta(hours=1)
KINDS: tuple[Status, ...] = ("pending", "booked", "arrived", "waitlist", "cancelled")


def made(hour: int = 8, suffix: str = "", **changes: Any) -> Session:
    """A session of the template, 08:00-12:00 or at another hour."""
    start = MORNING + (hour - 8) * HOUR
    return session(f"jadwal-001-20261126-{hour:02}00{suffix}", start=start, end=start + 4 * HOUR, **changes)


def at(session: Session, hour: int) -> Session:
    """With other hours, under the same id."""
    start = MORNING + (hour - 8) * HOUR
    return replace(session, start=start, end=start + 4 * HOUR)


CLOSED: dict[str, Any] = {"closed": True, "reason": "Cuti"}
GONE: dict[str, Any] = {"closed": True, "reason": REMOVED}


@pytest.mark.parametrize(
    ("planned", "held", "new", "changed"),
    [
        pytest.param([made()], [], [made()], [], id="not there yet"),
        pytest.param([made()], [made()], [], [], id="as planned"),
        pytest.param([made(minutes=8)], [made()], [], [made(minutes=8)], id="other minutes"),
        pytest.param([made(**CLOSED)], [made()], [], [made(**CLOSED)], id="leave"),
        pytest.param([made()], [made(**CLOSED)], [], [made()], id="leave is over"),
        pytest.param([], [made()], [], [made(**GONE)], id="removed"),
        pytest.param([], [made(**GONE)], [], [], id="removed before"),
        pytest.param([made()], [made(**GONE)], [], [made()], id="there again"),
        pytest.param([made(10)], [made()], [], [at(made(), 10)], id="other hours, the same session"),
        pytest.param([made(10)], [at(made(), 10)], [], [], id="and then nothing more"),
        pytest.param([made(), made(10)], [at(made(), 10)], [made(suffix="-2")], [], id="its old hours are new again"),
        pytest.param([made(), made(13)], [made()], [made(13)], [], id="one more"),
        pytest.param([made(13)], [made(), made(13)], [], [made(**GONE)], id="one less"),
        pytest.param([made(9), made(14)], [made(8), made(13)], [], [at(made(8), 9), at(made(13), 14)], id="both later"),
        pytest.param([made(10)], [made(**GONE)], [made(10)], [], id="what was removed does not come back"),
        pytest.param([made(poli="ANA")], [made()], [made(suffix="-2", poli="ANA")], [made(**GONE)], id="another poli"),
        pytest.param([made()], [session("pagi")], [made()], [], id="one made by hand is not touched"),
        pytest.param(
            [made(jkn=Quota(9))],
            [made(jkn=Quota(3, 2), issued=2, waiting=1, letter="X")],
            [],
            [made(jkn=Quota(9, 2), issued=2, waiting=1, letter="X")],
            id="what was booked stays",
        ),
        pytest.param([made(poli_name="Interna")], [made()], [], [], id="the name in the Slot stays"),
    ],
)
def test_difference(planned: list[Session], held: list[Session], new: list[Session], changed: list[Session]) -> None:
    found = difference(planned, held, NOW)
    assert list(found.new) == new
    assert found.changed == {one.id: one for one in changed}


@pytest.mark.parametrize(
    ("planned", "held"),
    [
        pytest.param([made(10)], [made()], id="its start"),
        pytest.param([], [made()], id="that it takes place"),
    ],
)
def test_what_has_begun_keeps(planned: list[Session], held: list[Session]) -> None:
    assert difference(planned, held, MORNING + HOUR) == Difference()
    assert difference(planned, held, MORNING - HOUR) != Difference()


def test_what_is_over_is_neither_made_nor_changed() -> None:
    assert difference([made()], [], MORNING + 4 * HOUR) == Difference()
    assert difference([made(**CLOSED)], [made()], MORNING + 4 * HOUR) == Difference()
    assert difference([made(**CLOSED)], [made()], MORNING + 3 * HOUR).changed == {made().id: made(**CLOSED)}


@given(
    st.lists(st.sampled_from([made(hour) for hour in range(0, 24, 4)]), unique_by=lambda one: one.id),
    st.lists(st.sampled_from([made(hour) for hour in range(0, 24, 2)]), unique_by=lambda one: one.id, max_size=6),
)
def test_a_second_look_finds_nothing(planned: list[Session], held: list[Session]) -> None:
    found = difference(planned, held, NOW)
    after = {one.id: one for one in (*held, *found.new)} | dict(found.changed)
    assert len(after) == len(held) + len(found.new)
    assert difference(planned, after.values(), NOW) == Difference()
    opened = [(one.start, one.minutes) for one in after.values() if not one.closed]
    assert sorted(opened) == sorted((one.start, one.minutes) for one in planned)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """A session with bookings of all kinds, and one that may take them over."""
    rows = draw(st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(PAYERS)), max_size=12))
    held, numbers = made(jkn=Quota(20), umum=Quota(20)), count(1)
    bookings = {}
    for place, (status, payer) in enumerate(rows):
        number = next(numbers) if status in ("booked", "arrived", "cancelled") else None
        one = Booking(
            f"b{place}",
            status,
            f"Patient/{place}",
            held.id,
            "INT",
            MORNING.date(),
            payer,
            f"20261126{place:06}",
            "A",
            number,
        )
        bookings[one.id] = replace(one, expected=held.planned(number or 1))
    waiting = sum(one.status == "waitlist" for one in bookings.values())
    issued = sum(one.number is not None for one in bookings.values())
    jkn, umum = (taken(bookings.values(), held.id, payer) for payer in PAYERS)
    held = replace(held, issued=issued, waiting=waiting, jkn=Quota(20, jkn), umum=Quota(20, umum))
    other = made(13, jkn=Quota(draw(st.integers(0, 4))), umum=Quota(draw(st.integers(0, 4))), letter="B")
    return Ledger(Rules(), {held.id: held, other.id: other}, bookings)


def check(ledger: Ledger) -> None:
    """Numbers without gap, counters that agree, at most as many as there are places."""
    for held in ledger.sessions.values():
        own = [one for one in ledger.bookings.values() if one.session == held.id]
        assert sorted(one.number for one in own if one.number) == list(range(1, held.issued + 1))
        assert held.waiting == sum(one.status == "waitlist" for one in own)
        for payer in PAYERS:
            assert held.quota(payer).taken == taken(own, held.id, payer) <= held.quota(payer).capacity


@given(ledgers(), st.booleans())
def test_closing_keeps_the_books(ledger: Ledger, is_handed_over: bool) -> None:
    before = dict(ledger.bookings)
    check(ledger)
    held, other = ledger.sessions.values()
    targets = [other.id] if is_handed_over else []
    wanted = merged(held, replace(held, **CLOSED))
    notices = close(ledger, wanted, targets, Fresh((f"n{number}" for number in count()), lambda: "ABCDEF", NOW))
    check(ledger)
    left = [one.status for one in ledger.bookings.values() if one.session == held.id]
    assert set(left) <= {"cancelled", "arrived"}
    concerned = {one.patient for one in before.values() if one.status in ("booked", "pending", "waitlist")}
    assert {one.booking.patient for one in notices} == concerned
    assert len(notices) == len(concerned)
    for notice in notices:
        after = ledger.bookings[notice.booking.id]
        assert (notice.what == "moved") == (after.session == other.id)
        assert after.status == (notice.before.status if notice.what == "moved" else "cancelled")
        if notice.what == "cancelled" and is_handed_over and notice.before.status != "waitlist":
            assert not ledger.sessions[other.id].quota(after.payer).left
    assert is_handed_over or "moved" not in {one.what for one in notices}


@given(ledgers(), st.integers(-2, 4), st.integers(5, 20))
def test_other_hours_keep_the_books(ledger: Ledger, hours: int, minutes: int) -> None:
    held = next(iter(ledger.sessions.values()))
    before = dict(ledger.bookings)
    wanted = replace(held, start=held.start + hours * HOUR, end=held.end + hours * HOUR, minutes=minutes)
    told = {one.booking.id for one in replan(ledger, wanted, NOW)}
    check(ledger)
    for id, one in ledger.bookings.items():
        if one.status == "booked" and one.number is not None:
            assert one.expected == wanted.planned(one.number)
            assert (id in told) == (abs(one.expected - (before[id].expected or NOW)) >= timedelta(minutes=15))
        if one.status in ("arrived", "cancelled"):
            assert one == before[id]
