"""How many are in front: by what has become of each number of a session."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bookings.ticket import Ticket
from exchange.bpjs import counting
from tests.bookings.queues import SESSION, booking, minutes, ticket

DONE: dict[str, Any] = {"status": "completed", "started": minutes(0), "finished": minutes(5), "called": minutes(0)}


def queue(*changes: dict[str, Any] | None) -> list[Ticket]:
    """Of the numbers 1, 2, …; None for who has not come."""
    return [ticket(number, **one) for number, one in enumerate(changes, 1) if one is not None]


@pytest.mark.parametrize(
    ("tickets", "left"),
    [
        (queue(None, None, None), 3),
        (queue({}, {}, {}), 3),
        (queue({"status": "received"}, {}, {}), 3),
        (queue({"status": "in-progress"}, {}, {}), 3),
        (queue(DONE, {}, {}), 2),
        (queue(DONE, None, {}), 2),
        (queue(DONE, DONE, {"status": "received"}), 1),
        (queue(DONE, DONE, {"status": "in-progress"}), 1),
        (queue(DONE, DONE, DONE), 0),
        (queue({"note": "skipped"}, {}, {}), 2),
        (queue({}, {}, {"note": "skipped"}), 1),
        (queue({"session": "sore"}, {}, {}), 2),
        (queue({}, {}, {"priority": "elderly"}), 1),
    ],
)
def test_the_third_of_a_session(tickets: list[Ticket], left: int) -> None:
    booked = [booking(number) for number in (1, 2, 3, 4)]
    assert counting.left_until(booked[2], booked, tickets) == left


def test_who_waits_with_priority_goes_before_who_has_not_come() -> None:
    booked = [booking(1, status="booked"), booking(2)]
    assert counting.left_until(booked[0], booked, [ticket(2, priority="elderly")]) == 2


@pytest.mark.parametrize("status", ["cancelled", "noshow", "fulfilled", "pending", "waitlist"])
def test_who_is_not_coming_has_none_in_front_and_is_in_front_of_nobody(status: Any) -> None:
    booked = [booking(1, status=status), booking(2)]
    assert counting.left_until(booked[0], booked, []) == 0
    assert counting.left_until(booked[1], booked, []) == 1


def test_a_session() -> None:
    statuses: list[Any] = ["booked", "arrived", "fulfilled", "noshow", "cancelled"]
    booked = [booking(number, status=status) for number, status in enumerate(statuses, 1)]
    waits = replace(booking(6, status="waitlist"), number=None)
    assert counting.total([*booked, waits]) == 4
    assert counting.left([*booked, waits], [ticket(2)]) == 2
    assert counting.left([*booked, waits], [ticket(2, **DONE)]) == 1


def test_who_was_called_last() -> None:
    calls = [
        ticket(number, last_called=minutes(number), session="pagi" if number < 3 else "sore") for number in (1, 2, 3)
    ]
    last, of_session = counting.called(calls), counting.called(calls, "pagi")
    assert last is not None
    assert of_session is not None
    assert (last.number, of_session.number, counting.called([ticket(1)])) == (3, 2, None)


@pytest.mark.parametrize(("left", "seconds"), [(12, 6600), (1, 0), (0, 0)])
def test_the_time_of_waiting_is_never_negative(left: int, seconds: int) -> None:
    assert counting.seconds(SESSION, left) == seconds
