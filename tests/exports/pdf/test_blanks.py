"""Lines to write on by hand: in place of an empty value, and where so many are asked for."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from exports.sheet import Block, Fields, Lines, Sheet, Signature, Signatures
from tests.exports import charts

LONG = [
    ("Mangkubumi " * 14, ("Mangkubumi " * 14).strip()),
    ("Siti\nAminah", "Siti Aminah"),
    ("Suryaningrat Putra\n" * 20, f"{('Suryaningrat Putra ' * 20)[:160]}…"),
]
"""A name, and what is shown of it."""

DASHED = b"[.1 2.2] 0 d"


def dashed_lines(folder: Path, *blocks: Block) -> int:
    source, target = folder / "source.pdf", folder / "plain.pdf"
    source.write_bytes(charts.drawn(Sheet("Uji", blocks)))
    subprocess.run(["qpdf", "--qdf", "--object-streams=disable", str(source), str(target)], check=True)
    return target.read_bytes().count(DASHED)


@pytest.mark.parametrize(
    ("block", "count"),
    [
        (Fields((("Nama", "Siti"), ("Alamat", "–"))), 0),
        (Fields((("Nama", ""), ("Alamat", "Jalan"), ("Umur", ""))), 2),
        (Fields((("Nama", ""), ("Umur", "")), 2), 2),
        (Lines(3), 3),
    ],
)
def test_there_is_a_line_for_each_blank(block: Block, count: int, tmp_path: Path) -> None:
    assert dashed_lines(tmp_path, block) == count


@pytest.mark.parametrize(("name", "shown"), LONG)
def test_a_name_below_a_signature_never_outgrows_the_page(name: str, shown: str, tmp_path: Path) -> None:
    content = charts.drawn(Sheet("Uji", (Signatures((Signature(("Dokter",), name),)),)))
    text = " ".join(charts.text_of(content, tmp_path).split())
    assert f"Dokter {shown} Uji" in text
