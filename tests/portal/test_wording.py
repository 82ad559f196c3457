"""When something is and how long it takes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.wording import duration, full_day, full_moment, remaining, short_day

WITA = ZoneInfo("Asia/Makassar")


@pytest.mark.parametrize(
    ("seconds", "indonesian", "english"),
    [
        (0, "kurang dari 1 menit", "less than 1 minute"),
        (29, "kurang dari 1 menit", "less than 1 minute"),
        (60, "1 menit", "1 minute"),
        (25 * 60, "25 menit", "25 minutes"),
        (3600, "1 jam", "1 hour"),
        (65 * 60, "1 jam 5 menit", "1 hour 5 minutes"),
        (3 * 86400, "3 hari", "3 days"),
    ],
)
def test_duration(seconds: int, indonesian: str, english: str) -> None:
    time = timedelta(seconds=seconds)
    assert (duration(time, "id"), duration(time, "en")) == (indonesian, english)


@pytest.mark.parametrize(
    ("hours", "indonesian", "english"),
    [
        (72, "3 hari", "3 days"),
        (71.9, "2 hari 23 jam", "2 days 23 hours"),
        (25, "1 hari 1 jam", "1 day 1 hour"),
        (5.5, "5 jam", "5 hours"),
        (0.9, "kurang dari 1 jam", "less than 1 hour"),
    ],
)
def test_remaining(hours: float, indonesian: str, english: str) -> None:
    time = timedelta(hours=hours)
    assert (remaining(time, "id"), remaining(time, "en")) == (indonesian, english)


def test_days_and_moments() -> None:
    day = date(2026, 11, 24)
    assert full_day(day, "id") == "Selasa, 24 November 2026"
    assert full_day(day, "en") == "Tuesday 24 November 2026"
    assert (short_day(day, "id"), short_day(date(2026, 5, 1), "id")) == ("24 Nov 2026", "1 Mei 2026")
    moment = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    assert full_moment(moment, WITA, "id") == "Selasa, 24 November 2026, 00.30 WITA"
