"""The summary of a stay: the fields of the form in their order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from exports.documents import ringkasan_pulang
from exports.making import Making
from fhir_server.errors import NotFound
from tests.exports import charts
from tests.exports.documents.pages import changed, printed, without

KIND = ringkasan_pulang.KIND
STAY = "Encounter/kunjungan-000040-002"


def making(number: int = 40, focus: str = STAY) -> Making:
    return charts.making(charts.chart(number, focus))


def test_the_form_in_its_order(tmp_path: Path) -> None:
    page = printed(KIND, making(), tmp_path)
    assert page.inorder(
        *("RINGKASAN PULANG RAWAT INAP", "Masuk : 23 September 2025, 21.40 WITA"),
        *("Keluar : 27 September 2025, 11.59 WITA", "Lama rawat : 4 hari", "Kelas : Kelas 3", "Kamar : Tempat Tidur 4"),
        *("Cara bayar : JKN", "Saat Masuk", "Cara masuk : Dari Instalasi Gawat Darurat"),
        *("Diagnosa awal masuk : Demam berdarah dengue (A91)", "Keluhan utama : Demam tinggi mendadak empat hari"),
        *("Pemeriksaan Fisik", "Masuk, 23 September", "121/72 mmHg", "Terakhir, 27 September", "121/80 mmHg"),
        *("Perjalanan Penyakit", "tidak ada perdarahan lanjut", "Hasil Laboratorium Terpenting", "NS1 dengue"),
        *("Trombosit 112 L 75 L 115 L 115 L 150 – 440", "Obat Selama di Rumah Sakit", "Ringer Lactate"),
        *("Diagnosa", "Utama Demam berdarah dengue A91", "Alergi / reaksi obat : –", "Diet : –"),
        *("Hasil yang belum selesai : –", "Cara keluar : Atas izin dokter", "Keadaan waktu keluar : Membaik"),
        *(
            "Anjuran : Kontrol 3 hari, minum banyak",
            "Dokter Penanggung Jawab",
            "dr. Hairil Bengkirai",
            "Lembar 1: pasien",
        ),
    )


def test_medicines_for_home_are_told_apart(tmp_path: Path) -> None:
    ((number, focus), *_) = charts.focuses("MedicationRequest", range(1, 60), where=_is_for_home)
    visit = charts.record(number)[focus]["encounter"]["reference"]
    name = charts.record(number)[focus]["medicationReference"]["display"]
    page = printed(KIND, making(number, visit), tmp_path)
    assert page.inorder("Obat Selama di Rumah Sakit", "Keadaan Pulang", "Obat Pulang", name)


def _is_for_home(one: dict[str, Any]) -> bool:
    return bool(one["category"][0]["coding"][0]["code"] == "discharge")


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2025-09-23T21:40:00+08:00", "2025-09-27T11:59:00+08:00", "4 hari"),
        ("2025-09-23T23:59:00+08:00", "2025-09-24T00:01:00+08:00", "1 hari"),
        ("2025-09-23T08:00:00+08:00", "2025-09-23T20:00:00+08:00", "1 hari"),
        ("2025-09-23T18:00:00+00:00", "2025-09-25T18:00:00+00:00", "2 hari"),
        ("2025-09-23T08:00:00+08:00", None, "–"),
        (None, None, "–"),
    ],
)
def test_how_long(start: str | None, end: str | None, days: str, tmp_path: Path) -> None:
    period = {side: value for side, value in (("start", start), ("end", end)) if value}
    page = printed(KIND, changed(making(), STAY, period=period or None), tmp_path)
    assert f"Lama rawat : {days}" in page.text


def test_what_is_still_to_come(tmp_path: Path) -> None:
    category = [{"coding": [{"system": "http://snomed.info/sct", "code": "108252007"}]}]
    open_request = {
        "resourceType": "ServiceRequest",
        "id": "kultur",
        "status": "active",
        "category": category,
        "code": {"text": "Kultur darah"},
        "encounter": {"reference": STAY},
    }
    unfinished = {
        "resourceType": "DiagnosticReport",
        "id": "feses",
        "status": "preliminary",
        "code": {"text": "Feses lengkap"},
        "encounter": {"reference": STAY},
    }
    of = changed(changed(making(), "ServiceRequest/kultur", **open_request), "DiagnosticReport/feses", **unfinished)
    assert printed(KIND, of, tmp_path).row("Hasil yang belum selesai") == "Feses lengkap; Kultur darah"
    answered = changed(of, "DiagnosticReport/feses", basedOn=[{"reference": "ServiceRequest/kultur"}])
    assert printed(KIND, answered, tmp_path).row("Hasil yang belum selesai") == "Feses lengkap"


def test_without_a_composition_the_record_tells(tmp_path: Path) -> None:
    page = printed(KIND, without(making(), "Composition"), tmp_path)
    assert page.inorder("Demam tinggi mendadak empat hari", "121/72 mmHg", "NS1 dengue", "Utama Demam berdarah dengue")
    assert page.row("Keadaan waktu keluar") == "–"


def test_a_section_that_the_form_does_not_know_is_not_lost(tmp_path: Path) -> None:
    of = making()
    name = next(name for name in of.chart.resources if name.startswith("Composition/") and "000040" in name)
    div = '<div xmlns="http://www.w3.org/1999/xhtml">Butuh kursi roda</div>'
    other = {"title": "Alat Bantu", "code": {"text": "x"}, "text": {"status": "additional", "div": div}}
    of = changed(of, name, section=[*of.chart.resources[name]["section"], other])
    assert printed(KIND, of, tmp_path).inorder("Alat Bantu", "Butuh kursi roda")


def test_who_died_is_said_once(tmp_path: Path) -> None:
    page = printed(KIND, making(37, "Encounter/kunjungan-000037-001"), tmp_path)
    assert (page.row("Cara keluar"), page.row("Keadaan waktu keluar"), page.row("Anjuran")) == (
        "Meninggal",
        "Meninggal",
        "–",
    )


def test_a_visit_to_a_clinic_is_another_document() -> None:
    with pytest.raises(NotFound):
        KIND.sheet(charts.making(charts.chart(1, "Encounter/kunjungan-000001-001")))
