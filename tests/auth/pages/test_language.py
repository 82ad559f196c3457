"""Dates in words."""

from __future__ import annotations

import pytest

from auth.pages.language import day


@pytest.mark.parametrize(
    ("text", "id", "en"),
    [
        ("1958-03-12", "12 Maret 1958", "12 March 1958"),
        ("2019-11", "November 2019", "November 2019"),
        ("1990", "1990", "1990"),
        ("2024-02-29", "29 Februari 2024", "29 February 2024"),
        ("", "", ""),
    ],
)
def test_a_date(text: str, id: str, en: str) -> None:
    assert (day(text, "id"), day(text, "en")) == (id, en)
