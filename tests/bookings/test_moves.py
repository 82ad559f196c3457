"""What may be done with a ticket in which state, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings import moves
from bookings import ticket as tickets
from bookings.moves import ALLOWED, Move, State, state
from bookings.refusals import Refused
from bookings.ticket import Ticket
from fhir_server.validation import check
from tests.bookings.queues import minutes, ticket

ACTS: dict[Move, Callable[[Ticket, datetime], Ticket]] = {
    "call": partial(moves.call, counter="2"),
    "recall": moves.recall,
    "skip": moves.skip,
    "absent": moves.absent,
    "serve": moves.serve,
    "finish": moves.finish,
    "transfer": moves.transfer,
    "cancel": moves.cancel,
    "priority": partial(moves.give_priority, reason="elderly"),
}
WAITS = ticket(1)
IS_CALLED = moves.call(WAITS, minutes(1))
IS_SERVED = moves.serve(IS_CALLED, minutes(2))
IN_STATE: dict[State, Ticket] = {
    "waiting": WAITS,
    "skipped": moves.skip(IS_CALLED, minutes(2)),
    "called": IS_CALLED,
    "served": IS_SERVED,
    "completed": moves.finish(IS_SERVED, minutes(3)),
    "cancelled": moves.absent(IS_CALLED, minutes(3)),
}
LEADS_TO: dict[Move, set[State]] = {
    "call": {"called"},
    "recall": {"called"},
    "skip": {"skipped"},
    "absent": {"cancelled"},
    "serve": {"served"},
    "finish": {"completed"},
    "transfer": {"completed", "cancelled"},
    "cancel": {"cancelled"},
    "priority": {"waiting", "skipped"},
}


def test_the_tables_name_every_move_and_state() -> None:
    assert set(ACTS) == set(ALLOWED) == set(get_args(Move))
    assert set(IN_STATE) == set(moves.ADVICE) == set(get_args(State))
    assert {name: state(one) for name, one in IN_STATE.items()} == {name: name for name in IN_STATE}


@pytest.mark.parametrize("move", get_args(Move))
@pytest.mark.parametrize("name", get_args(State))
def test_a_move_is_made_or_refused_with_advice(name: State, move: Move) -> None:
    if name in ALLOWED[move]:
        assert state(ACTS[move](IN_STATE[name], minutes(9))) in LEADS_TO[move]
        return
    with pytest.raises(Refused) as error:
        ACTS[move](IN_STATE[name], minutes(9))
    (issue,) = error.value.issues
    assert (error.value.status, error.value.rule) == (409, "ticket-state")
    assert issue.text.id == f"Nomor antrean A-1 {moves.ADVICE[name].id}."
    assert issue.text.en == f"Ticket A-1 {moves.ADVICE[name].en}."


def test_a_call_names_the_counter_and_the_time() -> None:
    assert (IS_CALLED.status, IS_CALLED.called, IS_CALLED.calls, IS_CALLED.note) == ("received", minutes(1), 1, "")
    again = moves.recall(moves.call(WAITS, minutes(1), "2"), minutes(4))
    assert (again.called, again.last_called, again.calls) == (minutes(1), minutes(4), 2)
    assert (again.note, again.counter) == ("recalled", "2")


def test_who_was_skipped_is_called_again() -> None:
    skipped = IN_STATE["skipped"]
    assert (skipped.status, skipped.note) == ("requested", "skipped")
    assert moves.call(skipped, minutes(5)).note == moves.recall(skipped, minutes(5)).note == "recalled"


def test_service_begins_and_ends() -> None:
    assert (IS_SERVED.started, IS_SERVED.note) == (minutes(2), "")
    assert IN_STATE["completed"].finished == minutes(3)
    assert (IN_STATE["cancelled"].note, IN_STATE["cancelled"].finished) == ("absent", minutes(3))


def test_who_goes_on_was_served_here_or_was_not() -> None:
    assert moves.transfer(IS_SERVED, minutes(5)).status == "completed"
    assert moves.transfer(IS_CALLED, minutes(5)).status == "cancelled"


def test_priority_needs_a_known_reason() -> None:
    assert moves.give_priority(WAITS, minutes(1), "pregnant").priority == "pregnant"
    with pytest.raises(Refused, match="elderly, disabled, pregnant"):
        moves.give_priority(WAITS, minutes(1), "in a hurry")


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40), st.integers(-5, 60)), max_size=25))
def test_any_moves_leave_a_ticket_that_is_consistent(done: list[tuple[bool, int, int]]) -> None:
    """Whatever is tried, at whatever time clocks tell, the ticket is a valid Task, reads back, and its times rise."""
    one = WAITS
    for is_apt, which, minute in done:
        before = state(one)
        apt: list[Move] = [move for move in ACTS if before in ALLOWED[move] and move not in ("absent", "cancel")]
        choice = apt if is_apt and apt else list(ACTS)
        move = choice[which % len(choice)]
        try:
            one = ACTS[move](one, minutes(minute))
        except Refused:
            assert before not in ALLOWED[move]
            continue
        assert before in ALLOWED[move]
        task = tickets.write(one)
        check(task)
        assert tickets.read(task) == one
    times = [at for at in (one.queued, one.called, one.last_called, one.started, one.finished) if at is not None]
    assert all(first <= second for first, second in pairwise(times))
    after = state(one)
    assert one.started is not None or after not in ("served", "completed")
    assert one.started is None or after in ("served", "completed", "cancelled"), "who leaves the loket is cancelled"
    assert (one.finished is not None) == one.is_over
    assert (one.calls > 0) == (one.called is not None)
