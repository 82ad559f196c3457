"""Every letter is written in a font that has it: Latin with all its marks, Arabic joined and from the right."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from exports.pdf.fonts import BOLD, ITALIC, OTHER, REGULAR, UNKNOWN, runs
from exports.sheet import Column, Fields, Paragraph, Row, Sheet, Table
from tests.exports import charts

ARABIC = "محمد علي"
JAVANESE = "Sêtyowati Ḍukuh Ṭåṅgå Éèě"


@pytest.mark.parametrize("font", [REGULAR, BOLD, ITALIC])
@pytest.mark.parametrize("text", ["Siti Aminah", JAVANESE, "ąćęłńóśźż ÅØ", "5 µg 10⁹ ± ½ °C – …"])
def test_latin_is_written_in_the_font_of_the_text(font: str, text: str) -> None:
    assert list(runs(text, font)) == [(font, text)]


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        (f"Ny. {ARABIC}, 40", [(REGULAR, "Ny. "), (OTHER, None), (REGULAR, " "), (OTHER, None), (REGULAR, ", 40")]),
        ("≤ 5", [(OTHER, "≤"), (REGULAR, " 5")]),
        ("ꦱꦶꦠꦶ Siti", [(OTHER, UNKNOWN * 4), (REGULAR, " Siti")]),
        ("陈 Tan", [(OTHER, UNKNOWN), (REGULAR, " Tan")]),
        ("a\x00b\u202ec\u200bd", [(REGULAR, "abcd")]),
    ],
)
def test_the_rest_has_a_font_of_its_own_or_a_sign_that_it_is_missing(
    text: str, drawn: list[tuple[str, str | None]]
) -> None:
    found = list(runs(text, REGULAR))
    assert [name for name, _ in found] == [name for name, _ in drawn]
    assert all(expected in (None, shown) for (_, shown), (_, expected) in zip(found, drawn, strict=True))


def test_arabic_is_joined_and_drawn_from_the_right() -> None:
    drawn = "".join(text for _, text in runs(ARABIC, REGULAR))
    assert unicodedata.normalize("NFKC", drawn)[::-1] == ARABIC
    assert all("\ufe70" <= letter <= "\ufefe" for letter in drawn.replace(" ", ""))


@pytest.mark.parametrize("text", [JAVANESE, "Ḥasan Ṣāliḥ", "Zoë Ångström-Đỗ"])
def test_names_are_read_back_from_the_page(text: str, tmp_path: Path) -> None:
    table = Table((Column("Nama"),), (Row((text,)),))
    content = charts.drawn(Sheet("Uji", (Paragraph(text), Fields((("Nama", text),)), table), subject=text))
    assert charts.text_of(content, tmp_path).count(text) == 4
