"""What the patient does next, and when to leave home: tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.booking import Booking
from bookings.ledger import RESCHEDULED
from bookings.rules import Rules
from portal.bringing import CARD, LETTERS, to_bring
from portal.following import Standing, advice, leave
from tests.bookings.worlds import MORNING, NOW, session

RULES = Rules()
TODAY = MORNING - timedelta(hours=1)


def booking(**changes: Any) -> Booking:
    values: dict[str, Any] = {
        "id": "a",
        "status": "booked",
        "patient": "Patient/1",
        "session": "int-pagi",
        "poli": "INT",
        "day": MORNING.date(),
        "payer": "umum",
        "code": "20261126AAAAAA",
        "letter": "A",
    }
    return Booking(**{**values, **changes})


def standing(state: str, **changes: Any) -> Standing:
    return Standing(state, "A-4", "Ruang Poli", **changes)


@pytest.mark.parametrize(
    ("found", "now", "words"),
    [
        (standing("booked"), NOW, "mulai 06.00 WITA"),
        (standing("booked"), TODAY, "Begitu tiba"),
        (standing("waiting", ahead=0), TODAY, "Anda berikutnya"),
        (standing("waiting", ahead=3), TODAY, "Sebentar lagi"),
        (standing("waiting", ahead=4), TODAY, "Tunggu panggilan di Ruang Poli"),
        (standing("waiting"), TODAY, "Tunggu panggilan di Ruang Poli"),
        (standing("called"), TODAY, "masuk ke Ruang Poli sekarang"),
        (standing("called", counter="Meja 2"), TODAY, "masuk ke Ruang Poli, Meja 2 sekarang"),
        (standing("skipped"), TODAY, "Segera lapor"),
        (standing("served"), TODAY, "sedang dilayani"),
        (standing("completed"), TODAY, "Ikuti arahan petugas"),
        (standing("fulfilled"), TODAY, "Kunjungan sudah selesai"),
        (standing("noshow"), TODAY, "tidak datang"),
        (standing("cancelled"), TODAY, "dibatalkan"),
    ],
)
def test_what_to_do_now(found: Standing, now: datetime, words: str) -> None:
    told = advice(found, booking(), session(), RULES, now=now)
    assert words in told.id
    assert told.en != told.id


def test_a_booking_that_was_moved_and_a_session_that_was_closed_say_so() -> None:
    moved = booking(status="cancelled", reason=RESCHEDULED)
    assert "dipindah" in advice(standing("cancelled"), moved, session(), RULES, now=NOW).id
    assert "tidak jadi" in advice(standing("booked"), booking(), session(closed=True), RULES, now=NOW).id


@pytest.mark.parametrize(
    ("minutes", "travel", "expected"),
    [(120, 30, 75), (122, 30, 75), (124, 60, 45), (75, 60, None), (76, 60, None), (80, 60, 5), (10, 15, None)],
)
def test_when_to_leave(minutes: int, travel: int, expected: int | None) -> None:
    at = leave(NOW + timedelta(minutes=minutes), travel, NOW)
    assert at == (None if expected is None else NOW + timedelta(minutes=expected))


def test_what_to_bring() -> None:
    assert CARD not in to_bring(booking())
    things = to_bring(booking(payer="jkn", kind=3))
    assert CARD in things
    assert LETTERS[3] in things
    assert CARD in to_bring(booking(payer="jkn"))
