"""Moments and status tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from resources.moves import moment, move_issue, table

MOVES = table(in_progress="on-hold done", done="")


def test_underscores_are_hyphens() -> None:
    assert dict(MOVES) == {"in-progress": frozenset({"on-hold", "done"}), "done": frozenset()}


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ("in-progress", "done", False),
        ("done", "in-progress", True),
        ("other", "done", False),
        ("done", "done", False),
        (None, "done", False),
        ("done", 1, False),
    ],
)
def test_moves(old: Any, new: Any, refused: bool) -> None:
    assert (move_issue({"status": old}, {"status": new}, MOVES) is not None) is refused


@pytest.mark.parametrize("text", [None, 1, "2026", "2026-11-24", "2026-11-24T08:00:00", "2026-13-24T08:00:00Z", "T"])
def test_what_is_no_moment(text: Any) -> None:
    assert moment(text) is None


def test_a_moment() -> None:
    assert moment("2026-11-24T08:00:00+08:00") == datetime(2026, 11, 24, tzinfo=UTC)
