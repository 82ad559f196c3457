"""What holds for all cards, labels, wristbands and slips: one page for each, this patient alone, nothing clipped."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from exports.documents import (
    bukti_pendaftaran,
    etiket,
    gelang_pasien,
    kartu_berobat,
    label_pasien,
    tiket_antrean,
    tiket_booking,
)
from exports.making import Kind, Making
from resources.systems import KK, NIK
from tests.exports import charts
from tests.exports.documents.pages import asked, changed, without
from tests.exports.samples import SAMPLES

LONG = "Muhammad Nurrohman Syarifuddin Hidayatullah Kusumawardhana bin Abdurrahman"
PAPERS: list[tuple[Kind, dict[str, str], int, tuple[float, float | None]]] = [
    (kartu_berobat.KIND, {}, 2, (85.6, 54)),
    (label_pasien.KIND, {}, 1, (60, 40)),
    (label_pasien.KIND, {"size": "50x20", "copies": "30"}, 30, (50, 20)),
    (gelang_pasien.KIND, {"size": "dewasa"}, 1, (279, 25)),
    (gelang_pasien.KIND, {"size": "bayi"}, 1, (152, 19)),
    (tiket_antrean.KIND, {"paper": "80"}, 1, (80, None)),
    (tiket_antrean.KIND, {"paper": "58"}, 1, (58, None)),
    (tiket_booking.KIND, {"paper": "80"}, 1, (80, None)),
    (tiket_booking.KIND, {"paper": "58"}, 1, (58, None)),
    (bukti_pendaftaran.KIND, {"paper": "80"}, 1, (80, None)),
    (bukti_pendaftaran.KIND, {"paper": "58"}, 1, (58, None)),
    (bukti_pendaftaran.KIND, {"paper": "a5"}, 1, (148, 210)),
    (etiket.KIND, {}, 2, (60, 40)),
]
ROWS = pytest.mark.parametrize(
    ("kind", "options", "pages", "size"), PAPERS, ids=lambda value: getattr(value, "code", "")
)


@ROWS
@pytest.mark.parametrize("patient", ["usual", "long", "bare"])
def test_each_has_its_size_and_its_number_of_pages(
    kind: Kind, options: dict[str, str], pages: int, size: tuple[float, float | None], patient: str, tmp_path: Path
) -> None:
    making = asked(_of(patient, SAMPLES[kind.code]()), **options)
    content = charts.drawn(kind.sheet(making))
    path = tmp_path / "paper.pdf"
    path.write_bytes(content)
    told = subprocess.run(["pdfinfo", str(path)], capture_output=True, check=True, text=True).stdout
    (found,) = re.findall(r"Page size: +([\d.]+) x ([\d.]+)", told)
    assert re.search(rf"Pages: +{pages}\n", told)
    for wanted, points in zip(size, found, strict=True):
        assert wanted is None or float(points) / 72 * 25.4 == pytest.approx(wanted, abs=0.1)


def _of(patient: str, making: Making) -> Making:
    name = making.chart.patient_name
    if patient == "long":
        return changed(making, name, name=[{"text": LONG}])
    if patient == "bare":
        told = changed(making, name, name=[{"text": "Siti"}], birthDate=None, gender=None, address=None, telecom=None)
        return without(told, "Practitioner", "Location", "AllergyIntolerance", "Organization")
    return making


@pytest.mark.parametrize("kind", {kind.code: kind for kind, *_ in PAPERS}.values(), ids=lambda kind: kind.code)
def test_it_is_a_sound_file_about_this_patient_alone(kind: Kind, tmp_path: Path) -> None:
    sample, neighbour = SAMPLES[kind.code](), charts.record(9)
    own, other = sample.chart.patient, neighbour["Patient/pasien-000009"]
    making = replace(sample, chart=replace(sample.chart, resources={**neighbour, **sample.chart.resources}))
    content = charts.drawn(kind.sheet(making))
    assert "No syntax or stream encoding errors found" in charts.checked(content, tmp_path)
    assert {row[-5] for row in charts.fonts_of(content, tmp_path)} == {"yes"}
    text = charts.text_of(content, tmp_path)
    for patient in (own, other):
        secret = [row["value"] for row in patient["identifier"] if row["system"] in (NIK, KK)]
        assert [value for value in secret if value in text] == []
    assert other["name"][0]["text"] not in text
    assert content == charts.drawn(kind.sheet(making))
