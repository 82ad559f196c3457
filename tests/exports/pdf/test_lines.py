"""Lines that get smaller where a text is long: never wider nor higher than they may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.pdf import lines
from exports.pdf.fonts import BOLD, REGULAR
from exports.sheet import Line

LONG = "Muhammad Nurrohman Syarifuddin Hidayatullah Kusumawardhana bin Abdurrahman"
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=120)


@pytest.mark.parametrize(
    ("text", "many", "size", "rows"),
    [
        ("Siti Aminah", 1, 12.0, ["Siti Aminah"]),
        ("", 2, 12.0, [""]),
        ("  Siti\n\tAminah ", 1, 12.0, ["Siti Aminah"]),
        (LONG, 2, 6.5, ["Muhammad Nurrohman Syarifuddin Hidayatullah", "Kusumawardhana bin Abdurrahman"]),
        (LONG, 1, 6.0, ["Muhammad Nurrohman Syarifuddin Hidayatullah…"]),
    ],
)
def test_it_is_smaller_first_and_cut_last(text: str, many: int, size: float, rows: list[str]) -> None:
    assert lines.fitted(Line(text, 12, lines=many), REGULAR, 158) == (size, rows)


def test_lines_in_the_middle_are_of_like_lengths() -> None:
    text = "1 tablet 3 kali sehari, sesudah makan"
    assert lines.fitted(Line(text, 10.5, lines=2), BOLD, 180)[1] == ["1 tablet 3 kali sehari, sesudah", "makan"]
    centred = Line(text, 10.5, lines=2, align="center")
    assert lines.fitted(centred, BOLD, 180)[1] == ["1 tablet 3 kali sehari,", "sesudah makan"]


@given(text=WORDS, many=st.integers(1, 3), points=st.sampled_from((6.5, 9, 24)), room=st.integers(40, 300))
def test_no_row_is_wider_than_there_is_room(text: str, many: int, points: float, room: int) -> None:
    for align in ("left", "center"):
        size, rows = lines.fitted(Line(text, points, lines=many, align=align), REGULAR, room)
        assert 1 <= len(rows) <= many
        assert size <= points
        assert all(lines.width(row, REGULAR, size) <= room for row in rows)


@given(text=WORDS)
def test_what_fits_is_whole(text: str) -> None:
    size, rows = lines.fitted(Line(text, 6, lines=12), REGULAR, 300)
    assert size == 6
    assert "".join(rows).replace(" ", "") == "".join(text.split())
