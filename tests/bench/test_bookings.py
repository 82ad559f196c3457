"""The bench of bookings: a small crowd, a few bookings, check-ins and calls."""

from __future__ import annotations

import json

import pytest

from bench.bookings import PLACES, SESSIONS, Rate, main, text


def test_a_small_crowd_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--crowd", "60", "--each", "1", "--connections", "8", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [
        f"60 at once on {PLACES} places",
        f"bookings on {SESSIONS} sessions",
        "check-ins at 8 service points",
        "calls of the next at 8 points",
    ]
    assert all(0 < rate["p50"] <= rate["p99"] and rate["a_second"] > 0 for rate in found.values())


def test_the_table() -> None:
    assert text({"bookings": Rate(490.4, 112.6, 338.8)}).splitlines()[1].split() == [
        "bookings",
        "490",
        "112.6",
        "338.8",
    ]
