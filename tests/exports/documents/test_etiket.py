"""Labels on medicines: whose, how it is taken in plain words, and whether it may be swallowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from exports.documents.etiket import KIND, sheet
from exports.making import Making
from exports.sheet import Framed
from fhir_server.errors import InvalidParameter, NotFound
from fhir_server.messages import Resource
from tests.exports import charts, prescriptions
from tests.exports.documents.pages import asked, without
from tests.exports.prescriptions import CREAM, POWDERS, SYRUP, request


def making(*requests: Resource, **options: str) -> Making:
    return charts.making(prescriptions.chart(*requests), **options)


def labels(making: Making, folder: Path) -> list[str]:
    text = charts.text_of(charts.drawn(sheet(making)), folder)
    return [" ".join(page.split()) for page in text.rstrip("\f").split("\f")]


def test_each_medicine_has_a_label_of_its_own(tmp_path: Path) -> None:
    whose = "RSUD TANAH BENUA · 14/02/2024 Ahmad Gazali Kelubut – 00-00-07 lahir 8 Oktober 1973"
    assert labels(making(POWDERS, SYRUP, CREAM), tmp_path) == [
        f"{whose} Puyer batuk pilek 3 kali sehari 1 bungkus, sesudah makan ☒ Pagi ☒ Siang ☐ Sore ☒ Malam Sesudah makan",
        f"{whose} Amoxicillin sirup kering 125 mg/5 mL 1 sendok takar (5 mL) 3 kali sehari, sesudah makan, "
        "dihabiskan ☒ Pagi ☒ Siang ☐ Sore ☒ Malam Sesudah makan · HABISKAN",
        f"{whose} Hydrocortisone 2,5% Krim 2 x sehari, oleskan tipis OBAT LUAR",
    ]


def test_what_is_not_swallowed_has_a_blue_edge() -> None:
    frames = [one for one in sheet(making(SYRUP, CREAM)).blocks if isinstance(one, Framed)]
    assert [one.tone for one in frames] == ["external"]


def test_a_medicine_that_is_taken_in_two_ways_has_two(tmp_path: Path) -> None:
    dosages = [{"text": "pagi 2 tablet"}, {"text": "malam 1 tablet"}]
    one = request("x", medicationCodeableConcept={"text": "Metformin"}, dosageInstruction=dosages)
    first, second = labels(making(one), tmp_path)
    assert "Metformin pagi 2 tablet ☒ Pagi ☐ Siang ☐ Sore ☐ Malam" in first
    assert "Metformin malam 1 tablet ☐ Pagi ☐ Siang ☐ Sore ☒ Malam" in second


def test_a_medicine_without_instructions_leaves_the_boxes_open(tmp_path: Path) -> None:
    (label,) = labels(making(request("x", medicationCodeableConcept={"text": "Vitamin"})), tmp_path)
    assert label.endswith("Vitamin – ☐ Pagi ☐ Siang ☐ Sore ☐ Malam")


def test_instructions_too_long_for_a_label_send_to_the_pharmacist(tmp_path: Path) -> None:
    def told(words: str) -> dict[str, Any]:
        return request("x", medicationCodeableConcept={"text": "Obat"}, dosageInstruction=[{"text": words}])

    fits = "Larutkan isi satu bungkus di dalam segelas air matang, aduk, lalu minum perlahan sampai habis setiap hari"
    (label,) = labels(making(told(fits)), tmp_path)
    assert fits in label
    assert "apoteker" not in label
    (label,) = labels(making(told(f"{fits}, dan {fits}")), tmp_path)
    assert "… (tanyakan apoteker)" in label


def test_copies_come_one_after_the_other(tmp_path: Path) -> None:
    names = ["Puyer" in label for label in labels(making(POWDERS, CREAM, copies="2"), tmp_path)]
    assert names == [True, True, False, False]


def test_the_labels_of_the_demo_say_what_was_written(tmp_path: Path) -> None:
    focus = "Encounter/kunjungan-000006-002"
    found = charts.making(charts.chart(6, focus))
    told = labels(found, tmp_path)
    own = [one for one in found.chart.of("MedicationRequest") if one["encounter"]["reference"] == focus]
    assert len(told) == len(own) > 1
    for label, one in zip(told, own, strict=True):
        assert one["medicationReference"]["display"] in label
        assert one["dosageInstruction"][0]["patientInstruction"] in label


def test_nothing_prescribed_or_too_many_copies_is_refused() -> None:
    with pytest.raises(NotFound):
        sheet(without(making(CREAM), "MedicationRequest"))
    with pytest.raises(InvalidParameter):
        sheet(asked(making(CREAM), copies="11"))
    assert KIND.options == ("copies",)
