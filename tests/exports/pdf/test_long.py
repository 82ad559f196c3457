"""Texts and tables longer than pages: nothing is lost, nothing stands twice, the heading is on each page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exports.sheet import Block, Column, Fields, Items, Paragraph, Row, Sheet, Table
from tests.exports import charts

LONG = 100_000
ROWS = 3_000


def _sheet(*blocks: Block) -> Sheet:
    return Sheet("Dokumen panjang", blocks, subject="Siti Contoh", archived=True)


@pytest.mark.parametrize(
    "block",
    [
        Paragraph("w" * LONG),
        Fields((("Label", "w" * LONG),)),
        Fields((("Label", "w" * LONG), ("Lain", "x")), 2),
        Items(("w" * LONG,)),
        Table((Column("Lebar", 5), Column("Sempit")), (Row(("w" * LONG, "x")),)),
    ],
    ids=["paragraph", "fields", "two columns", "items", "table"],
)
def test_a_word_of_100_kb_is_there_whole(block: Block, tmp_path: Path) -> None:
    text = charts.text_of(charts.drawn(_sheet(block)), tmp_path)
    assert text.count("w") == LONG


def test_every_row_of_a_long_table_is_there_once_and_in_order(tmp_path: Path) -> None:
    rows = tuple(Row((f"baris-{number:05d}", f"nilai {number}")) for number in range(ROWS))
    text = charts.text_of(charts.drawn(_sheet(Table((Column("Nama baris"), Column("Nilai")), rows))), tmp_path)
    assert re.findall(r"baris-(\d{5})", text) == [f"{number:05d}" for number in range(ROWS)]
    pages = text.rstrip("\f").split("\f")
    assert len(pages) > 40
    assert all("Nama baris" in page and "Siti Contoh" in page for page in pages)
    assert all(f"Halaman {number} dari" in page for number, page in enumerate(pages, 1))


def test_the_text_of_a_cell_goes_on_until_its_end(tmp_path: Path) -> None:
    words = " ".join(f"kata{number}" for number in range(4_000))
    rows = (Row(("sebelum", "a")), Row((words, "b")), Row(("sesudah", "c")))
    text = charts.text_of(charts.drawn(_sheet(Table((Column("Isi", 4), Column("Kode")), rows))), tmp_path)
    assert re.findall(r"kata(\d+)", text) == [str(number) for number in range(4_000)]
    assert text.index("sebelum") < text.index("kata0") < text.index("kata3999") < text.index("sesudah")
