"""An anchor stands once in the whole text of a document, in the space of its signature, with room for a picture."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from exports.anchoring import anchored
from exports.pdf.archive import anchor_of
from exports.pdf.signatures import SPACE
from exports.sheet import Block, Column, Fields, Paragraph, Row, Sheet, Signature, Signatures, Table, Together
from tests.exports import anchored as samples
from tests.exports import charts
from tests.exports.hostile import TEXTS
from tests.exports.words import Place, codes, words

POINTS = SPACE * 72 / 25.4
SIGNED = Signatures((Signature(("Dokter",), "dr. Contoh", code=samples.CHECK),))
BY_HAND = Signatures((Signature(("Saksi",), "Contoh"),))


def _sheet(*blocks: Block) -> Sheet:
    return Sheet("Judul", blocks, number="Nomor : 1/RM/XI/2026")


@pytest.mark.parametrize(
    ("sheet", "anchor"),
    [
        (_sheet(SIGNED), "^"),
        (_sheet(Together((BY_HAND, SIGNED))), "^"),
        (_sheet(Paragraph("NEUT# 4"), SIGNED), "^"),
        (_sheet(Paragraph("10^3/µL"), SIGNED), "#"),
        (_sheet(Table((Column("10^3"),), (Row(("4",)),)), SIGNED), "#"),
        (_sheet(Table((Column("Hasil"),), (Row(("4", "10^3")),)), SIGNED), "#"),
        (_sheet(Together((Fields((("Nama", "Siti ^"),)), SIGNED))), "#"),
        (replace(_sheet(SIGNED), subject="Siti ^ Aminah"), "#"),
        (replace(_sheet(SIGNED), remark="Dicetak oleh ^"), "#"),
        (_sheet(Signatures((Signature(("Dokter ^",), "dr. Contoh", code=samples.CHECK),))), "#"),
        (_sheet(Paragraph("NEUT# 4 10^3/µL"), SIGNED), ""),
        (replace(_sheet(Paragraph("#"), SIGNED), title="^"), ""),
        (_sheet(BY_HAND), ""),
        (_sheet(SIGNED, SIGNED), ""),
    ],
)
def test_an_anchor_is_a_character_that_no_text_has(sheet: Sheet, anchor: str) -> None:
    assert anchored(sheet) == replace(sheet, anchor=anchor)


@pytest.mark.parametrize("code", samples.SIGNED)
def test_the_picture_stands_in_the_space_of_the_signature_whether_around_or_beside(code: str, tmp_path: Path) -> None:
    content = samples.content(code)
    read = words(content, tmp_path)
    (number,) = (number for number, word in enumerate(read) if "^" in word.text)
    anchor = read[number]
    assert (anchor.text, anchor_of(content), read[number + 1].text) == ("^", "^", "dr.")
    (across, down), half = anchor.middle, POINTS / 2
    taken = [word for word in (*read, *codes(content, tmp_path)) if word is not anchor]
    for left, bottom in ((across - half, down + half), (across, down)):
        picture = Place("", anchor.page, left, bottom - POINTS, left + POINTS, bottom)
        assert [word.text for word in taken if picture.over(word)] == []


@pytest.mark.parametrize("code", samples.SIGNED)
@pytest.mark.parametrize(
    ("texts", "anchor"),
    [(("^", "Siti ^ 10^3"), "#"), (("#", "NEUT# &#94;"), "^"), (("^", "#", "^#"), ""), (tuple(TEXTS.values()), "^")],
    ids=["caret", "hash", "both", "attacks"],
)
def test_whatever_a_record_says_there_is_one_anchor_or_our_own_code(
    code: str, texts: tuple[str, ...], anchor: str, tmp_path: Path
) -> None:
    content = samples.content(code, *texts)
    text = charts.text_of(content, tmp_path)
    assert anchor_of(content) == anchor
    if anchor:
        assert text.count(anchor) == 1
        assert re.search(rf"^\{anchor}$", text, re.MULTILINE)
        return
    assert min(text.count("^"), text.count("#")) > 0
    at_the_foot = text.count("\f")
    assert [found.text for found in codes(content, tmp_path)].count(samples.CHECK) == at_the_foot + 1
