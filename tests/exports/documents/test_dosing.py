"""Dosages in the pharmacist's words and in the patient's. https://hl7.org/fhir/R4/dosage.html"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.documents import dosing

DAILY = {"period": 1, "periodUnit": "d"}


def dosage(frequency: int = 3, code: str = "TAB", value: Any = 1, **content: Any) -> dict[str, Any]:
    repeat = {"frequency": frequency, **DAILY, **content.pop("repeat", {})}
    return {"timing": {"repeat": repeat}, "doseAndRate": [{"doseQuantity": {"value": value, "code": code}}], **content}


def range_of(low: int, high: int) -> dict[str, Any]:
    ends = {name: {"value": value, "code": "TAB"} for name, value in (("low", low), ("high", high))}
    return {**dosage(), "doseAndRate": [{"doseRange": ends}]}


@pytest.mark.parametrize(
    ("given", "signa", "plain"),
    [
        (dosage(), "3 dd tab 1", "3 kali sehari 1 tablet"),
        (dosage(2, "CAP", repeat={"when": ["AC"]}), "2 dd caps 1 a.c.", "2 kali sehari 1 kapsul, sebelum makan"),
        (dosage(1, "TAB", 0.5, repeat={"when": ["HS"]}), "1 dd tab 0,5 h.s.", "1 kali sehari 0,5 tablet"),
        (dosage(3, "mL", 5), "3 dd 5 mL", "3 kali sehari 5 mL"),
        (dosage(2, "OTDROP", 5, asNeededBoolean=True), "2 dd gtt 5 p.r.n.", "2 kali sehari 5 tetes, bila perlu"),
        (dosage(1, repeat={"period": 8, "periodUnit": "h"}), "1 x tiap 8 jam tab 1", "1 kali tiap 8 jam 1 tablet"),
        (dosage(3, repeat={"frequencyMax": 4}), "3–4 dd tab 1", "3 kali sehari 1 tablet"),
        (range_of(1, 2), "3 dd tab 1–2", "3 kali sehari 1–2 tablet"),
        (
            dosage(additionalInstruction=[{"coding": [{"display": "Dihabiskan"}]}]),
            "3 dd tab 1",
            "3 kali sehari 1 tablet, Dihabiskan",
        ),
        (dosage(text="3 x 1 sesudah makan"), "3 dd tab 1 p.c.", "3 x 1 sesudah makan"),
        ({"text": " bila\nperlu "}, "", "bila perlu"),
        ({"text": "dokter", "patientInstruction": "pasien"}, "", "pasien"),
        ({"text": "3 x 1", "additionalInstruction": [{"text": "Hindari susu"}]}, "", "3 x 1, Hindari susu"),
        (
            {"text": "3 x 1, hindari susu", "additionalInstruction": [{"text": "Hindari susu"}]},
            "",
            "3 x 1, hindari susu",
        ),
        ({}, "", "–"),
    ],
)
def test_what_is_coded_is_told_in_both_languages(given: dict[str, Any], signa: str, plain: str) -> None:
    assert (dosing.signa(given), dosing.plain(given)) == (signa, plain)


@pytest.mark.parametrize("code", ["SYRUP", "SUSP", "SOL", "INJ", "IVSOL", "CRM", "OINT", "419672006"])
def test_a_dose_of_what_comes_in_bottles_and_tubes_is_never_a_bottle(code: str) -> None:
    assert dosing.signa(dosage(3, code)) == ""
    assert dosing.plain(dosage(3, code)) == "–"


@pytest.mark.parametrize(
    ("words", "meal"),
    [
        ("3 x 1 sesudah makan", "p.c."),
        ("3 x 1 setelah makan", "p.c."),
        ("1 jam sebelum makan", "a.c."),
        ("1 x 1 sebelum sarapan", "a.c."),
        ("saat perut kosong", "a.c."),
        ("diminum bersama makan", "d.c."),
        ("sebelum dan sesudah makan", ""),
        ("sebelum makan atau sesudah makan", ""),
        ("malam hari", ""),
    ],
)
def test_meals_are_read_from_plain_words(words: str, meal: str) -> None:
    assert dosing.meal({"text": words}) == meal


@pytest.mark.parametrize(
    ("given", "daytimes"),
    [
        (dosage(1), ()),
        (dosage(2), ("Pagi", "Malam")),
        (dosage(3), ("Pagi", "Siang", "Malam")),
        (dosage(4), ("Pagi", "Siang", "Sore", "Malam")),
        (dosage(6), ()),
        (dosage(3, asNeededBoolean=True), ()),
        (dosage(3, text="3 x 1 bila demam"), ()),
        (dosage(4, text="1 sachet setiap buang air besar cair"), ()),
        (dosage(2, repeat={"period": 2}), ()),
        (dosage(1, text="1 x 1 pagi hari"), ("Pagi",)),
        (dosage(1, text="1 x 1 sebelum sarapan"), ("Pagi",)),
        (dosage(2, text="pagi dan sore"), ("Pagi", "Sore")),
        (dosage(1, repeat={"when": ["NIGHT"]}), ("Malam",)),
        (dosage(2, repeat={"timeOfDay": ["06:00:00", "14:00:00"]}), ("Pagi", "Siang")),
        (dosage(2, repeat={"timeOfDay": ["17:30:00", "02:00:00"]}), ("Sore", "Malam")),
    ],
)
def test_times_of_the_day_are_ticked_only_where_they_are_meant(
    given: dict[str, Any], daytimes: tuple[str, ...]
) -> None:
    assert dosing.daytimes(given) == daytimes


@given(text=st.text(max_size=60).filter(lambda text: bool(text.strip())), code=st.sampled_from(("TAB", "SYRUP", "")))
def test_what_was_written_is_always_told_whole(text: str, code: str) -> None:
    assert dosing.plain(dosage(3, code, text=text)) == " ".join(text.split())
