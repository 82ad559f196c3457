"""What boards show, and how a booking stands in its queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bookings.pace import USUAL_MINUTES
from bookings.standing import Line, Sitting, masked, shown, standing, told
from bookings.ticket import Ticket
from tests.bookings.queues import OPENS, ROOM, SESSION, booking, minutes, ticket

WAITING = [ticket(number) for number in (1, 2, 3, 4)]
SERVED = replace(
    ticket(1), status="in-progress", called=OPENS, last_called=OPENS, calls=1, started=OPENS, counter="Ruang 1"
)
CALLED = replace(ticket(2), status="received", called=minutes(9), last_called=minutes(10), calls=2, counter="Ruang 2")


def line(*tickets: object) -> Line:
    return Line(tickets, 7)  # type: ignore[arg-type]


def sitting(*bookings: object) -> Sitting:
    return Sitting(SESSION, bookings, 3)  # type: ignore[arg-type]


def test_a_point_shows_the_latest_calls_and_no_patients() -> None:
    found = shown("ruang-int", "Ruang Poli Penyakit Dalam", line(SERVED, CALLED, *WAITING[2:]), {})
    assert [call["ticket"] for call in found["calls"]] == ["A-2", "A-1"]
    assert found["calls"][0] == {
        "ticket": "A-2",
        "counter": "Ruang 2",
        "at": minutes(10).isoformat(),
        "calls": 2,
        "spoken": "Nomor antrean, A, dua, silakan menuju poli penyakit dalam, ruang dua.",
    }
    assert (found["serving"], found["waiting"]) == (["A-1"], 2)
    assert "Patient" not in str(found)


def test_names_are_there_only_where_they_are_given() -> None:
    found = shown("ruang-int", "Poli", line(SERVED, CALLED), {"Patient/p2": "S*** R***"})
    assert [call.get("name") for call in found["calls"]] == ["S*** R***", None]


def test_who_was_skipped_does_not_count_as_waiting() -> None:
    skipped = replace(ticket(2), note="skipped")
    assert shown("ruang-int", "Poli", line(ticket(1), skipped), {})["waiting"] == 1


def test_six_calls_at_most() -> None:
    called = [replace(ticket(one), status="completed", last_called=minutes(one), calls=1) for one in range(1, 10)]
    found = shown("ruang-int", "Poli", line(*called), {})
    assert [call["ticket"] for call in found["calls"]] == ["A-9", "A-8", "A-7", "A-6", "A-5", "A-4"]


def test_who_waits_knows_how_many_are_ahead_and_when_it_is_their_turn() -> None:
    found = standing(booking(4), sitting(), {ROOM: line(SERVED, *WAITING[1:])}, minutes(4))
    assert (found.ticket, found.state, found.ahead, found.called) == ("A-4", "waiting", 2, "A-1")
    assert found.expected is not None
    assert minutes(20) < found.expected < minutes(35)


def test_who_has_not_checked_in_sees_the_queue_of_the_session() -> None:
    mine = booking(6, status="booked")
    others = [booking(5, status="booked"), booking(3, status="cancelled")]
    found = standing(mine, sitting(mine, *others), {ROOM: line(SERVED, *WAITING[1:])}, minutes(4))
    assert (found.ticket, found.state, found.ahead, found.called) == ("A-6", "booked", 3, "A-1")
    alone = standing(mine, sitting(mine), {ROOM: line(SERVED, *WAITING[1:])}, minutes(4))
    assert found.expected is not None
    assert alone.expected is not None
    assert found.expected > alone.expected, "somebody who is still expected comes first"
    before = standing(mine, sitting(mine, booking(7, status="booked")), {ROOM: line(SERVED, *WAITING[1:])}, minutes(4))
    assert before.expected == alone.expected, "who comes later does not count"


def test_who_is_called_sees_where_to_go() -> None:
    found = standing(booking(2), sitting(), {ROOM: line(SERVED, CALLED)}, minutes(11))
    assert (found.state, found.counter, found.ahead, found.expected) == ("called", "Ruang 2", None, None)


def test_the_present_ticket_is_the_latest_that_is_not_over() -> None:
    done = replace(ticket(1), status="completed")
    pharmacy = "Location/farmasi"
    next_one = ticket(1, id="f", kind="farmasi", point=pharmacy, letter="F", session="", queued=minutes(30))
    found = standing(booking(1), sitting(), {ROOM: line(done), pharmacy: line(next_one)}, minutes(31))
    assert (found.ticket, found.point, found.ahead, found.expected) == ("F-1", pharmacy, 0, minutes(31))
    over = replace(next_one, status="completed")
    last = standing(booking(1), sitting(), {ROOM: line(done), pharmacy: line(over)}, minutes(40))
    assert (last.ticket, last.state) == ("F-1", "completed")


PLACES: list[tuple[Any, str]] = [
    ("loket", "Location/loket"),
    ("farmasi", "Location/farmasi"),
    ("lab", "Location/lab"),
    ("radiologi", "Location/radiologi"),
    ("poli", "Location/ruang-jan"),
]


def at(place: tuple[Any, str], number: int, **changes: Any) -> Ticket:
    """A number of a point without sessions."""
    return ticket(number, kind=place[0], point=place[1], session="", id=f"x-{number}", **changes)


def expected(place: tuple[Any, str], *tickets: Ticket, now: float) -> float:
    """Of the patient whose number is the last: minutes after eight."""
    mine = booking(tickets[-1].number)
    found = standing(mine, sitting(mine), {ROOM: line(), place[1]: line(*tickets)}, minutes(now))
    assert found.expected is not None
    return (found.expected - OPENS) / timedelta(minutes=1)


@pytest.mark.parametrize("place", PLACES, ids=[kind for kind, _ in PLACES])
def test_every_service_point_tells_when_by_what_is_usual_and_then_by_its_own_pace(place: tuple[Any, str]) -> None:
    usual = USUAL_MINUTES[place[0]]
    waiting = [at(place, number, queued=OPENS) for number in range(21, 25)]
    assert expected(place, *waiting, now=100) == 100 + 3 * usual
    assert expected(place, *waiting, now=107) == 107 + 3 * usual, "it moves with the clock while nobody is served"
    each = usual / 2
    served = [
        at(place, number, status="completed", started=minutes(number * each), finished=minutes((number + 1) * each))
        for number in range(20)
    ]
    sooner = expected(place, *served, *waiting, now=20 * each)
    assert 20 * each + 3 * each < sooner < 20 * each + 3 * usual * 0.65


def test_three_counters_are_three_times_as_fast() -> None:
    """Of 60 people who come at once, six minutes each: the error of the mean is far below that of one counter."""
    place, each = PLACES[0], 6
    begun = {number: (number - 1) // 3 * each + (number - 1) % 3 * 2 for number in range(1, 61)}
    errors = []
    for now in range(30, 100, 7):
        tickets = [
            at(place, one, status="completed" if start + each <= now else "in-progress", started=minutes(start))
            if start <= now
            else at(place, one)
            for one, start in begun.items()
        ]
        tickets = [
            replace(one, finished=minutes(begun[one.number] + each)) if one.status == "completed" else one
            for one in tickets
        ]
        errors.append(abs(expected(place, *tickets, now=now) - begun[60]))
    assert sum(errors) / len(errors) < 12, "one counter would be 80 minutes or more late"


def test_the_expected_time_is_told_to_the_minute() -> None:
    found = standing(booking(4), sitting(), {ROOM: line(*WAITING)}, minutes(1))
    shown = told(booking(4), found, "Poli")
    assert shown["expected"].endswith(":00+00:00")
    assert shown["point"] == "ruang-int"
    assert "patient" not in shown


@pytest.mark.parametrize(
    ("name", "hidden"), [("Siti Rahmawati", "S*** R***"), ("siti", "S***"), ("", ""), ("I Made A B", "I*** M*** A***")]
)
def test_masked(name: str, hidden: str) -> None:
    assert masked(name) == hidden
