"""What boards show, and how a booking stands in its queue."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bookings.standing import Line, Sitting, masked, shown, standing, told
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
    assert (found.ticket, found.point, found.ahead, found.expected) == ("F-1", pharmacy, 0, None)
    over = replace(next_one, status="completed")
    last = standing(booking(1), sitting(), {ROOM: line(done), pharmacy: line(over)}, minutes(40))
    assert (last.ticket, last.state) == ("F-1", "completed")


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
