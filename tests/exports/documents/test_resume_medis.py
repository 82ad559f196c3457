"""The resume medis of an outpatient: what the visit's resources say, in the order of the form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from exports import wording
from exports.documents import resume_medis
from exports.making import Making
from fhir_server.errors import NotFound
from fhir_server.messages import Resource
from tests.exports import charts
from tests.exports.documents.pages import changed, printed, without

KIND = resume_medis.KIND
VISIT = "Encounter/kunjungan-000001-002"


def making(number: int = 1, focus: str = VISIT) -> Making:
    return charts.making(charts.chart(number, focus))


def _of(making: Making, type: str) -> list[Resource]:
    record = making.chart.resources.values()
    own = [one for one in record if one.get("encounter", {}).get("reference") == making.chart.focus]
    return [one for one in own if one["resourceType"] == type]


def test_the_form_in_its_order(tmp_path: Path) -> None:
    page = printed(KIND, making(), tmp_path)
    assert page.inorder(
        *("RESUME MEDIS RAWAT JALAN", "No. RM : 00-00-01", "Anamnesis", "Keluhan Utama", "Nyeri ulu hati dan mual"),
        *("Pemeriksaan Fisik", "Tanda Vital", "106/79 mmHg", "Pemeriksaan Penunjang", "Darah lengkap"),
        *("Hemoglobin", "13,8", "12,0 – 16,0", "g/dL", "Trombosit", "10³/µL", "Diagnosis", "Utama Dispepsia K30"),
        *("Farmasi", "Omeprazole 20 mg Kapsul, 10 kapsul: 1 kapsul 2 kali sehari", "Kondisi pulang : Hidup"),
        *("Cara keluar : Atas izin dokter", "Dokter Penanggung Jawab Pelayanan", "dr. Lejau Meranti, Sp.PD", "SIP "),
    )
    assert "JKN (BPJS Kesehatan)" in page.text
    assert "10 Agustus 1992 (33 tahun)" in page.text
    for raw in ("mm[Hg]", "Cel", "10*3", " CAP", "Mass/volume", "belum diisi"):
        assert raw.casefold() not in page.text.casefold()


@pytest.mark.parametrize(("number", "focus"), list(charts.focuses("Encounter", range(6, 8)))[:8])
def test_all_that_the_visit_found_is_on_it(number: int, focus: str, tmp_path: Path) -> None:
    found = making(number, focus)
    if found.chart.about["class"]["code"] == "IMP":
        return
    page = printed(KIND, found, tmp_path)
    for one in _of(found, "Observation"):
        value = one.get("valueQuantity", {}).get("value")
        assert value is None or wording.decimal(value) in page.text
    for one in (*_of(found, "Condition"), *_of(found, "Procedure")):
        assert str(one["code"]["text"]) in page.text
    for one in _of(found, "MedicationRequest"):
        assert one["medicationReference"]["display"].split(" ")[0] in page.text
    assert wording.long_date(found.chart.day(found.chart.about["period"]["start"]) or date.min) in page.text


def test_the_age_is_that_of_the_visit(tmp_path: Path) -> None:
    visits = [focus for number, focus in charts.focuses("Encounter", range(4, 5))]
    page = printed(KIND, making(4, visits[0]), tmp_path)
    assert "bulan)" in page.row("Tanggal lahir")


def test_the_main_diagnosis_is_told_apart(tmp_path: Path) -> None:
    of = making()
    second = {**_of(of, "Condition")[-1], "id": "lain", "code": {"text": "Gastritis", "coding": []}}
    rows = of.chart.about["diagnosis"]
    more = {"condition": {"reference": "Condition/lain"}, "use": rows[-1]["use"], "rank": 2}
    of = changed(changed(of, "Condition/lain", **second), VISIT, diagnosis=[more, *rows])
    assert printed(KIND, of, tmp_path).inorder("Utama Dispepsia K30", "Sekunder Gastritis")


def test_who_died_did_not_leave_alive(tmp_path: Path) -> None:
    system = "http://terminology.kemkes.go.id/CodeSystem/discharge-disposition"
    left = {"dischargeDisposition": {"coding": [{"system": system, "code": "exp-lt48h"}]}}
    page = printed(KIND, changed(making(), VISIT, hospitalization=left), tmp_path)
    assert page.row("Kondisi pulang") == "Meninggal"
    assert page.row("Cara keluar") == "Meninggal kurang dari 48 jam"


def test_a_visit_that_goes_on_has_no_ending(tmp_path: Path) -> None:
    page = printed(KIND, changed(making(), VISIT, hospitalization=None), tmp_path)
    assert "Kondisi Pulang" not in page.text


def test_a_control_that_was_booked(tmp_path: Path) -> None:
    day = making().chart.about["period"]["start"]
    booked = {
        "resourceType": "Appointment",
        "id": "kontrol",
        "status": "booked",
        "created": day,
        "start": "2026-12-01T09:00:00+08:00",
        "serviceType": [{"text": "Poli Penyakit Dalam"}],
    }
    page = printed(KIND, changed(making(), "Appointment/kontrol", **booked), tmp_path)
    assert "Kontrol Poli Penyakit Dalam, 1 Desember 2026, 09.00 WITA" in page.text


def test_what_the_clinician_has_written_goes_before_what_the_record_has(tmp_path: Path) -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml">Makan teratur</div>'
    coding = [{"system": "http://loinc.org", "code": "42344-2"}]
    written = {
        "resourceType": "Composition",
        "id": "tulisan",
        "status": "final",
        "type": {"coding": [{"system": "http://loinc.org", "code": "88645-7"}]},
        "encounter": {"reference": VISIT},
        "date": "2025-10-20",
        "section": [{"title": "Diet", "code": {"coding": coding}, "text": {"status": "additional", "div": div}}],
    }
    page = printed(KIND, changed(making(), "Composition/tulisan", **written), tmp_path)
    assert page.inorder("Diet", "Makan teratur")
    assert "Dispepsia" not in page.text


def test_the_emergency_department_has_its_own_title(tmp_path: Path) -> None:
    ((number, focus), *_) = charts.focuses("Encounter", range(1, 60), where=lambda one: one["class"]["code"] == "EMER")
    assert "RESUME MEDIS GAWAT DARURAT" in printed(KIND, making(number, focus), tmp_path).text


def test_a_booking_says_who_pays(tmp_path: Path) -> None:
    booked = {
        "resourceType": "Appointment",
        "id": "asal",
        "status": "fulfilled",
        "extension": [{"url": "urn:rsud-fhir:booking", "extension": [{"url": "payer", "valueString": "umum"}]}],
    }
    of = changed(
        changed(making(), "Appointment/asal", **booked), VISIT, appointment=[{"reference": "Appointment/asal"}]
    )
    assert printed(KIND, of, tmp_path).text.count("Umum (mandiri)") == 1
    assert "JKN" not in printed(KIND, without(making(), "Coverage"), tmp_path).text


def test_a_stay_is_another_document() -> None:
    with pytest.raises(NotFound):
        KIND.sheet(making(40, "Encounter/kunjungan-000040-002"))


def test_a_draft_is_marked(tmp_path: Path) -> None:
    assert KIND.sheet(making()).watermark == "DRAF"
    assert replace(making(), language="id").issued is None
