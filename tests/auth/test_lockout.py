"""How long one must wait after failing, as a table."""

from __future__ import annotations

from datetime import timedelta

import pytest

from auth.lockout import delay


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (1, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 900), (11, 900), (10_000, 900)],
)
def test_it_doubles_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert delay(failures) == timedelta(seconds=seconds)
