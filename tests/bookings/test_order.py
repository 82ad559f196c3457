"""Who is next: the stated rule, and what follows from it for everybody who waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings import moves
from bookings.order import IN_A_ROW, ahead, in_order, next_ticket
from bookings.ticket import Ticket
from tests.bookings.queues import LOKET, minutes, ticket


def numbers(tickets: Sequence[Ticket], session: str = "") -> list[str]:
    return [one.ticket for one in in_order(tickets, session)]


def test_nobody_waits() -> None:
    assert next_ticket([]) is None
    assert next_ticket([ticket(1, status="completed"), ticket(2, status="received")]) is None


def test_a_poli_goes_by_number_whoever_came_first() -> None:
    assert numbers([ticket(3, queued=minutes(-30)), ticket(1, queued=minutes(5)), ticket(2)]) == ["A-1", "A-2", "A-3"]


def test_sessions_of_one_room_go_by_their_letters() -> None:
    afternoon = ticket(1, id="b-1", letter="B", session="int-sore")
    assert numbers([afternoon, ticket(7), ticket(12)]) == ["A-7", "A-12", "B-1"]


def test_each_doctor_calls_their_own_and_those_of_nobody() -> None:
    other, sent_here = ticket(1, id="b-1", letter="B", session="int-2"), ticket(1, id="u-1", letter="U", session="")
    waiting = [other, ticket(4), sent_here]
    assert numbers(waiting, "int-pagi") == ["A-4", "U-1"]
    assert numbers(waiting, "int-2") == ["B-1", "U-1"]


def test_who_comes_back_from_an_examination_goes_first() -> None:
    assert numbers([ticket(4), ticket(1, id="u-1", letter="U")]) == ["U-1", "A-4"]


def test_other_points_go_by_the_time_of_waiting() -> None:
    first = ticket(9, kind="loket", point=LOKET, letter="L", session="", queued=minutes(1))
    second = replace(first, id="t-2", number=2, queued=minutes(2))
    assert numbers([second, first]) == ["L-9", "L-2"]


def test_two_with_priority_then_one_who_has_none() -> None:
    waiting = [ticket(number, priority="elderly" if number >= 4 else "") for number in range(1, 9)]
    assert numbers(waiting) == ["A-4", "A-5", "A-1", "A-6", "A-7", "A-2", "A-8", "A-3"]


@pytest.mark.parametrize(
    ("called", "expected"),
    [
        ([], "A-8"),
        (["pregnant"], "A-8"),
        (["pregnant", "elderly"], "A-7"),
        (["pregnant", "elderly", "disabled"], "A-7"),
        (["pregnant", "elderly", ""], "A-8"),
        (["", "elderly", "disabled"], "A-7"),
    ],
)
def test_those_called_before_tell_whose_turn_it_is(called: list[str], expected: str) -> None:
    before = [
        ticket(number, status="completed", called=minutes(number), priority=priority)
        for number, priority in enumerate(called, 1)
    ]
    found = next_ticket([*reversed(before), ticket(7), ticket(8, priority="elderly")])
    assert found is not None
    assert found.ticket == expected


def test_who_was_skipped_waits_until_they_are_called_again() -> None:
    skipped = moves.skip(moves.call(ticket(1), minutes(1)), minutes(2))
    assert numbers([skipped, ticket(2)]) == ["A-2"]
    assert ahead(skipped, [skipped, ticket(2)]) is None
    assert moves.recall(skipped, minutes(3)).status == "received"


@st.composite
def queues(draw: st.DrawFn) -> list[Ticket]:
    """Of one point; some wait, some were called, some skipped."""
    kind = draw(st.sampled_from(["poli", "loket"]))
    drawn = draw(st.lists(st.tuples(_PRIORITY, _STATE, st.integers(0, 20)), max_size=14))
    return [_drawn(number, kind, row) for number, row in enumerate(drawn, 1)]


_PRIORITY = st.sampled_from(["", "", "elderly", "pregnant"])
_STATE = st.sampled_from(["waiting", "waiting", "waiting", "skipped", "called", "completed"])


def _drawn(number: int, kind: Any, row: tuple[str, str, int]) -> Ticket:
    priority, state, since = row
    one = ticket(number, kind=kind, priority=priority, queued=minutes(-since), session="s" if kind == "poli" else "")
    if state == "waiting":
        return one
    called = moves.call(one, minutes(since))
    if state == "skipped":
        return moves.skip(called, minutes(since))
    return called if state == "called" else moves.finish(moves.serve(called, minutes(since)), minutes(since + 5))


def step(tickets: list[Ticket], clock: float) -> tuple[Ticket, list[Ticket]]:
    """Calls who is next."""
    first = next_ticket(tickets)
    assert first is not None
    return first, [moves.call(one, minutes(clock)) if one.id == first.id else one for one in tickets]


@given(queues())
def test_each_call_brings_everybody_who_waits_one_nearer(tickets: list[Ticket]) -> None:
    clock = 100.0
    while next_ticket(tickets) is not None:
        places = {one.id: ahead(one, tickets) for one in tickets}
        first, tickets = step(tickets, clock)
        clock += 1
        assert places.pop(first.id) == 0
        for one in tickets:
            before = places.get(one.id)
            assert ahead(one, tickets) == (None if before is None else before - 1)


@given(queues(), _PRIORITY)
def test_who_comes_later_brings_nobody_nearer_and_few_farther(tickets: list[Ticket], priority: str) -> None:
    late = ticket(99, kind=tickets[0].kind if tickets else "poli", priority=priority, queued=minutes(60), session="s")
    late = replace(late, session=late.session if late.kind == "poli" else "")
    for one in tickets:
        before, after = ahead(one, tickets), ahead(one, [*tickets, late])
        assert (before is None) == (after is None)
        if before is not None and after is not None:
            assert before <= after <= before + 1


@given(st.integers(1, 8), st.lists(st.booleans(), max_size=60))
def test_nobody_starves_however_many_come_with_priority(place: int, arrivals: list[bool]) -> None:
    """The one at a place among those without priority is called after at most IN_A_ROW more for each of them."""
    tickets = [ticket(number) for number in range(1, place + 1)]
    calls, more = 0, iter([*arrivals, *[True] * 100])
    while True:
        if next(more):
            tickets += [ticket(100 + 2 * calls, priority="elderly"), ticket(101 + 2 * calls, priority="elderly")]
        first, tickets = step(tickets, calls)
        calls += 1
        if first.number == place:
            break
    assert calls <= place * (IN_A_ROW + 1)
