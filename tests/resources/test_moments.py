"""Moments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from resources.moments import moment


@pytest.mark.parametrize("text", [None, 1, "2026", "2026-11-24", "2026-11-24T08:00:00", "2026-13-24T08:00:00Z", "T"])
def test_what_is_no_moment(text: Any) -> None:
    assert moment(text) is None


def test_a_moment() -> None:
    assert moment("2026-11-24T08:00:00+08:00") == datetime(2026, 11, 24, tzinfo=UTC)
