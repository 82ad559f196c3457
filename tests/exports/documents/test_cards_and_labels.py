"""The card, the labels and the wristband of a patient: two identities, and a code that a scanner reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.documents import gelang_pasien, kartu_berobat, label_pasien, slips
from exports.making import Making
from exports.sheet import Code
from fhir_server.errors import InvalidParameter, NotFound
from fhir_server.messages import Resource
from resources.systems import MRN_PREFIX
from tests.exports import charts
from tests.exports.documents.pages import Page, asked, changed, printed, without

PATIENT = "Patient/pasien-000007"
ALLERGY = "AllergyIntolerance/alergi-000007-001"
KINDS = (kartu_berobat.KIND, label_pasien.KIND, gelang_pasien.KIND)
ALLERGIC, PLAIN = "ALERGI", "Alergi: ……"


def making(**options: str) -> Making:
    return charts.making(charts.chart(7, PATIENT), **options)


@pytest.mark.parametrize("number", [7, 12, 23])
def test_the_card_has_a_front_and_a_back(number: int, tmp_path: Path) -> None:
    focus = f"Patient/pasien-{number:06d}"
    page = printed(kartu_berobat.KIND, charts.making(charts.chart(number, focus)), tmp_path)
    patient = charts.record(number)[focus]
    year, month, day = patient["birthDate"].split("-")
    assert page.inorder(
        "RSUD TANAH BENUA",
        "KARTU IDENTITAS BEROBAT",
        f"00-00-{number:02d}",
        patient["name"][0]["text"],
        f"Lahir {int(day)} ",
        f" {year} · ",
        {"male": "Laki-laki", "female": "Perempuan"}[patient["gender"]],
        "Kartu ini harap dibawa setiap kali berobat",
        "RSUD TANAH BENUA",
        "Jl. Enggang Raya No. 1",
        "Telepon (0541) 000000",
    )
    assert int(month) in range(1, 13)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
@pytest.mark.parametrize("options", [{}, {"size": "50x20"}, {"size": "bayi"}])
def test_a_scanner_reads_the_record_number(kind: object, options: dict[str, str], tmp_path: Path) -> None:
    document = next(one for one in KINDS if one is kind)
    if options and options["size"] not in {"label-pasien": ("50x20",), "gelang-pasien": ("bayi",)}.get(
        document.code, ()
    ):
        options = {}
    content = charts.drawn(document.sheet(making(**options)))
    assert charts.codes_of(content, tmp_path, 203) == ["000007"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_without_a_record_number_there_is_none(kind: object) -> None:
    document = next(one for one in KINDS if one is kind)
    with pytest.raises(NotFound):
        document.sheet(changed(making(), PATIENT, identifier=[]))


@pytest.mark.parametrize("number", ["RM 7/2026 khusus yang panjang sekali", "Ж-7", "7\n8", ""])
def test_what_no_scanner_reads_gets_no_bars(number: str) -> None:
    assert slips.bars(number, 9) == ()


def test_a_square_has_room_for_so_much() -> None:
    assert slips.square("x" * 121, 9) == ()
    assert slips.square("", 9) == ()


def test_a_code_holds_what_it_says() -> None:
    assert slips.bars("A-7", 9) == (Code("code128", "A-7", 9),)
    assert slips.square("陈", 9) == (Code("qr", "陈", 9),)


def test_another_shape_of_number_is_left_as_it_is(tmp_path: Path) -> None:
    identifier = [{"system": f"{MRN_PREFIX}100099999", "value": "1234567"}]
    page = printed(kartu_berobat.KIND, changed(making(), PATIENT, identifier=identifier), tmp_path)
    assert "1234567" in page.text


@pytest.mark.parametrize(
    ("options", "name"), [({"size": "a4"}, "size"), ({"copies": "31"}, "copies"), ({"copies": "0"}, "copies")]
)
def test_labels_are_asked_for_plainly(options: dict[str, str], name: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        label_pasien.sheet(making(**options))
    assert refused.value.issues[0].expression == name


def band(making: Making, folder: Path) -> Page:
    return printed(gelang_pasien.KIND, making, folder)


def test_the_band_says_what_the_patient_must_not_get(tmp_path: Path) -> None:
    page = band(making(), tmp_path)
    assert ALLERGIC in page.text
    assert "Ibuprofen" in page.text
    assert PLAIN not in page.text


@pytest.mark.parametrize(
    "content",
    [
        {"clinicalStatus": {"coding": [{"code": "resolved"}]}},
        {"clinicalStatus": {"coding": [{"code": "inactive"}]}},
        {"verificationStatus": {"coding": [{"code": "refuted"}]}},
        {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}},
        {"code": {"coding": [{"code": "716186003", "display": "No known allergy"}]}},
        {"patient": {"reference": "Patient/pasien-000009"}},
    ],
    ids=["resolved", "inactive", "refuted", "error", "none-known", "another's"],
)
def test_what_is_no_allergy_of_this_patient_leaves_room_to_write(content: Resource, tmp_path: Path) -> None:
    page = band(changed(making(), ALLERGY, **content), tmp_path)
    assert ALLERGIC not in page.text
    assert PLAIN in page.text


def test_a_band_never_says_that_there_are_none(tmp_path: Path) -> None:
    page = band(without(making(), "AllergyIntolerance"), tmp_path)
    assert PLAIN in page.text
    assert "tidak" not in page.text.casefold()


def test_of_many_allergies_the_dangerous_come_first_and_the_rest_is_counted(tmp_path: Path) -> None:
    known = making().chart.resources[ALLERGY]
    names = ("Lateks", "Udang", "Kontras iodium", "Kacang tanah", "Penisilin")
    found = making()
    for place, name in enumerate(names):
        more = {**known, "id": f"x{place}", "code": {"text": name}, "criticality": "high" if place == 4 else "low"}
        found = changed(found, f"AllergyIntolerance/x{place}", **more)
    text = band(found, tmp_path).text
    assert ALLERGIC in text
    assert "Penisilin, " in text.partition(ALLERGIC)[2]
    assert "dan 2 lainnya, lihat rekam medis" in text


@pytest.mark.parametrize(("born", "size"), [("2026-06-01", 19), ("2025-11-24", 25), ("1973-10-08", 25), (None, 25)])
def test_an_infant_gets_the_narrow_band(born: str | None, size: int) -> None:
    sheet = gelang_pasien.sheet(changed(making(), PATIENT, birthDate=born))
    assert sheet.paper == {19: "infant-wristband", 25: "wristband"}[size]
    assert gelang_pasien.sheet(asked(changed(making(), PATIENT, birthDate=born), size="dewasa")).paper == "wristband"
