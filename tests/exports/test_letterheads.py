"""The letterhead of a province's hospital and of a kabupaten's, with logos."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from exports.letterheads import Stationery, letterhead
from exports.sheet import Paragraph, Sheet
from tests.exports import charts
from tests.exports.test_every_document import CLASS_PATH

PROVINCE = Stationery("org-rsud", "RSUD", ("PEMERINTAH PROVINSI BENUA (CONTOH)",))
KABUPATEN = Stationery("org-rsud", "RSUD", ("PEMERINTAH KABUPATEN BENUA (CONTOH)", "DINAS KESEHATAN"))


def _logo(mode: str, kind: str) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (40, 60), (200, 30, 30, 90)[: len(mode)]).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("stationery", [PROVINCE, KABUPATEN], ids=["province", "kabupaten"])
def test_owner_name_address_and_contacts_stand_in_order(stationery: Stationery, tmp_path: Path) -> None:
    organization = charts.house()["Organization/org-rsud"]
    head = letterhead(stationery, organization)
    text = charts.text_of(charts.drawn(Sheet("Surat", (Paragraph("isi"),), letterhead=head)), tmp_path)
    lines = [*stationery.owners, "RSUD TANAH BENUA", "Jl. Enggang Raya No. 1", "Telepon", "SURAT", "isi"]
    places = [text.index(line) for line in lines]
    assert places == sorted(places)
    assert head.city == "Muara Badak"


def test_a_hospital_that_is_not_recorded_has_the_name_of_the_settings() -> None:
    assert letterhead(PROVINCE, None).name == "RSUD"


@pytest.mark.parametrize(("mode", "kind"), [("RGBA", "PNG"), ("RGB", "PNG"), ("RGB", "JPEG")])
def test_logos_are_drawn_and_the_file_stays_one_to_keep(mode: str, kind: str, tmp_path: Path) -> None:
    head = replace(letterhead(KABUPATEN, None), left=_logo(mode, kind), right=_logo(mode, kind))
    content = charts.drawn(Sheet("Surat", (Paragraph("isi"),), letterhead=head, archived=True))
    path = tmp_path / "surat.pdf"
    path.write_bytes(content)
    listed = subprocess.run(["pdfimages", "-list", str(path)], capture_output=True, text=True, check=True).stdout
    assert [line.split()[2] for line in listed.splitlines()[2:]] == ["image", "image"]
    command = ["java", "-cp", CLASS_PATH, "org.apache.pdfbox.preflight.Validator_A1b", str(path)]
    assert "is a valid PDF/A-1b file" in subprocess.run(command, capture_output=True, text=True, check=False).stdout
