"""What is true of every document: its file can be kept, read, and looks as it did when somebody last looked at it.

The pictures are made anew by `python -m tests.exports.test_every_document`; look at each that changes.
"""

from __future__ import annotations

import io
import subprocess
from functools import cache
from pathlib import Path

import pytest
from pikepdf import Pdf
from PIL import Image, ImageChops

from exports import saying
from exports.catalogue import KINDS
from exports.sheet import Sheet
from tests.exports import anchored, charts
from tests.exports.samples import SAMPLES

PICTURES = Path(__file__).with_name("pictures")
DOTS = 40
"""Per inch: enough to see what moved, too few for what another version of the renderer smooths differently."""

TILE = 12
MOST_DIFFERENT = 0.04
"""Of the whole range of grey, in the mean of any tile of so many pixels: a word that has moved differs by more."""

JARS = "preflight fontbox2 pdfbox2 xmpbox commons-logging javax.activation jaxb-api".split()
CLASS_PATH = ":".join(f"/usr/share/java/{name}.jar" for name in JARS)
CODES = sorted(KINDS)


@cache
def _sheet(code: str) -> Sheet:
    return KINDS[code].sheet(SAMPLES[code]())


@cache
def _content(code: str) -> bytes:
    return charts.drawn(_sheet(code))


def test_there_is_a_sample_of_each() -> None:
    assert sorted(SAMPLES) == CODES
    assert sorted(path.stem for path in PICTURES.glob("*.png")) == CODES


@pytest.mark.parametrize("code", CODES)
def test_the_same_data_give_the_same_bytes(code: str) -> None:
    assert charts.drawn(KINDS[code].sheet(SAMPLES[code]())) == _content(code)


@pytest.mark.parametrize("code", CODES)
def test_the_file_is_sound_and_brings_its_fonts(code: str, tmp_path: Path) -> None:
    content = _content(code)
    assert "No syntax or stream encoding errors found" in charts.checked(content, tmp_path)
    fonts = charts.fonts_of(content, tmp_path)
    assert fonts
    assert [row for row in fonts if row[-5:-2] != ["yes", "yes", "yes"]] == []


@pytest.mark.parametrize("code", CODES)
def test_the_file_says_what_it_is_of_whom_and_in_which_language(code: str) -> None:
    with Pdf.open(io.BytesIO(_content(code))) as pdf:
        told = (str(pdf.docinfo["/Title"]), str(pdf.docinfo["/Author"]), str(pdf.Root["/Lang"]))
        archived = "/OutputIntents" in pdf.Root
    assert told == (_sheet(code).title, charts.LETTERHEAD.name, "id-ID")
    assert told[0]
    assert archived == KINDS[code].archived


@pytest.mark.parametrize("code", CODES)
def test_who_it_is_about_and_nobody_else_is_on_each_page(code: str, tmp_path: Path) -> None:
    making, text = SAMPLES[code](), charts.text_of(_content(code), tmp_path)
    own = saying.name(making.chart.patient)
    relatives = {saying.name(one) for one in making.chart.of("RelatedPerson")}
    assert [name for name in _other_patients(own) if name in text and name not in relatives] == []
    if _sheet(code).paper in ("a4", "f4", "a5"):
        pages = text.rstrip("\f").split("\f")
        assert all(own.split()[0] in page for page in pages)
        assert f"dari {len(pages)}" in text.replace("\n", " ") or f"of {len(pages)}" in text


def _other_patients(own: str) -> list[str]:
    names = (charts.record(number)[f"Patient/pasien-{number:06d}"]["name"][0]["text"] for number in range(1, 12))
    return [name for name in names if len(name.split()) > 1 and name != own]


def test_what_is_archived_is_pdf_a(tmp_path: Path) -> None:
    """One Java machine for all of them: it takes long to start."""
    for code in CODES:
        if KINDS[code].archived:
            (tmp_path / f"{code}.pdf").write_bytes(_content(code))
    (tmp_path / "anchored.pdf").write_bytes(anchored.content("surat-sakit"))
    wrong = []
    for path in sorted(tmp_path.glob("*.pdf")):
        command = ["java", "-cp", CLASS_PATH, "org.apache.pdfbox.preflight.Validator_A1b", str(path)]
        told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        if "is a valid PDF/A-1b file" not in told:
            wrong.append((path.stem, told[:500]))
    assert wrong == []


@pytest.mark.parametrize("code", CODES)
def test_it_looks_as_it_did(code: str, tmp_path: Path) -> None:
    with Image.open(PICTURES / f"{code}.png") as expected, Image.open(_picture(code, tmp_path)) as found:
        assert found.size == expected.size
        difference = ImageChops.difference(found.convert("L"), expected.convert("L"))
    tiles = difference.resize((difference.width // TILE, difference.height // TILE), Image.Resampling.BOX)
    assert max(tiles.tobytes()) / 255 < MOST_DIFFERENT


def _picture(code: str, folder: Path) -> Path:
    """The first page."""
    source, target = folder / f"{code}.pdf", folder / code
    source.write_bytes(_content(code))
    command = [
        "pdftoppm",
        "-r",
        str(DOTS),
        "-gray",
        "-png",
        "-singlefile",
        "-f",
        "1",
        "-l",
        "1",
        str(source),
        str(target),
    ]
    subprocess.run(command, check=True)
    source.unlink()
    return target.with_suffix(".png")


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    for name in CODES:
        _picture(name, PICTURES)
