"""The patient summary, in two languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from exports import wording
from exports.chart import Chart
from exports.documents import ringkasan_pasien
from exports.making import Language, Making
from fhir_server.messages import Resource
from tests.exports import charts
from tests.exports.documents.pages import changed, printed, without

KIND = ringkasan_pasien.KIND
PATIENT = "Patient/pasien-000018"


def making(number: int = 18, language: Language = "id") -> Making:
    return replace(charts.making(charts.chart(number, f"Patient/pasien-{number:06d}")), language=language)


def test_in_bahasa_indonesia(tmp_path: Path) -> None:
    assert printed(KIND, making(), tmp_path).inorder(
        *("RINGKASAN PASIEN", "Nama : Suparman Kantan", "Alergi dan Intoleransi", "Azitromisin Gatal seluruh badan"),
        *("Masalah Kesehatan Aktif", "Penyakit ginjal kronik stadium 3 N18.3", "Obat yang Sedang Dipakai"),
        *("Furosemide 40 mg Tablet", "1 tablet 1 kali sehari, pagi hari", "Tanda Vital Terakhir, 23 November 2026"),
        *("150/84 mmHg", "36,6 °C", "76 x/menit", "Hasil Laboratorium Terakhir", "Kreatinin 2,79 H 0,60 – 1,20"),
        *("Perjalanan Nilai", "Tekanan darah mmHg", "Berat badan kg", "Imunisasi", "Tidak ada yang tercatat."),
        *("Tindakan", "Fisioterapi 93.39", "Kunjungan", "23 November 2026 Rawat jalan", "dan 3 kunjungan sebelumnya"),
    )


def test_in_english(tmp_path: Path) -> None:
    page = printed(KIND, making(language="en"), tmp_path)
    assert page.inorder(
        *("PATIENT SUMMARY", "Name : Suparman Kantan", "Sex : Male", "Allergies and intolerances", "Azithromycin"),
        *("Active problems", "Chronic kidney disease, stage 3 N18.3 21 May 2024", "Current medicines"),
        *("1 tablet, once a day", "Vital signs, 23 November 2026", "150/84 mmHg", "36.6 °C", "Last laboratory results"),
        *("Creatinine 2.79 H 0.60 – 1.20", "Blood pressure mmHg", "Immunizations", "Nothing is recorded.", "Visits"),
        *("Outpatient", "and 3 earlier visits"),
    )
    assert "Page 1 of" in page.text
    for word in ("Tanggal", "Nadi", "Rawat", "Kunjungan", "2,79", "Keadaan data"):
        assert word not in page.text


def test_of_200_visits_the_newest_are_told_and_the_rest_is_counted(tmp_path: Path) -> None:
    found = making()
    kept = {name: one for name, one in found.chart.resources.items() if not name.startswith("Encounter/")}
    visit = next(one for one in found.chart.of("Encounter") if one["status"] == "finished")
    days = [(date(2026, 11, 23) - timedelta(days=number)).isoformat() for number in range(200)]
    many = {f"Encounter/{day}": {**visit, "id": day, "period": {"start": f"{day}T08:00:00+08:00"}} for day in days}
    page = printed(KIND, replace(found, chart=replace(found.chart, resources={**kept, **many})), tmp_path)
    told = [wording.long_date(date.fromisoformat(day)) for day in days[: ringkasan_pasien.MOST_VISITS]]
    assert page.inorder("Kunjungan", *told, f"dan {200 - len(told)} kunjungan sebelumnya")
    assert "Halaman 4" not in page.text


@pytest.mark.parametrize("number", [2, 5, 35, 59])
def test_all_active_problems_and_medicines_once(number: int, tmp_path: Path) -> None:
    page = printed(KIND, making(number), tmp_path)
    record = list(charts.record(number).values())
    active = {one["medicationReference"]["display"] for one in record if _is_taken(one)}
    lasting = {
        one["code"]["coding"][0]["code"]
        for one in record
        if one["resourceType"] == "Condition"
        and one["category"][0]["coding"][0]["code"] != "chief-complaint"
        and one["clinicalStatus"]["coding"][0]["code"] == "active"
    }
    problems, medicines, vital = (
        page.text.index(title)
        for title in ("Masalah Kesehatan Aktif", "Obat yang Sedang Dipakai", "Tanda Vital Terakhir")
    )
    for code in lasting:
        assert page.text[problems:medicines].split().count(code) == 1
    for name in active:
        assert name.split(" ")[0] in page.text[medicines:vital]


def _is_taken(one: Resource) -> bool:
    return (one["resourceType"], one.get("status")) == ("MedicationRequest", "active")


@pytest.mark.parametrize(
    ("type", "content", "shown"),
    [
        ("AllergyIntolerance", {"clinicalStatus": {"coding": [{"code": "resolved"}]}}, False),
        ("AllergyIntolerance", {"verificationStatus": {"coding": [{"code": "refuted"}]}}, False),
        ("AllergyIntolerance", {"patient": {"reference": "Patient/lain"}}, False),
        ("AllergyIntolerance", {"criticality": "high"}, True),
    ],
)
def test_which_allergies_count(type: str, content: Resource, shown: bool, tmp_path: Path) -> None:
    of = making()
    name = next(name for name in of.chart.resources if name.startswith(f"{type}/"))
    page = printed(KIND, changed(of, name, **content), tmp_path)
    assert ("Azitromisin" in page.text) is shown
    assert ("tinggi" in page.text) is ("criticality" in content)


def test_vaccines_in_the_order_in_which_they_were_given(tmp_path: Path) -> None:
    page = printed(KIND, making(5), tmp_path)
    record = charts.record(5).values()
    given = sorted((one for one in record if one["resourceType"] == "Immunization"), key=_given)
    chart = making(5).chart
    days = [wording.long_date(day) for one in given if (day := chart.day(_given(one)))]
    text = page.text[page.text.index("Imunisasi Vaksin") :]
    places = [text.index(day) for day in days]
    assert places == sorted(places)
    assert len(given) > 5


def _given(one: Resource) -> str:
    return str(one["occurrenceDateTime"])


def test_results_are_asked_for_of_two_years_before_the_newest_visit() -> None:
    chart = making().chart
    starts = (one.get("period", {}).get("start") for one in chart.of("Encounter"))
    newest = max(day for start in starts if (day := chart.day(start)))
    asked = dict(ringkasan_pasien.recent(chart))
    assert asked["date"] == f"ge{newest - timedelta(days=731)}"
    assert asked["patient"] == PATIENT
    never = Chart(PATIENT, {PATIENT: chart.patient})
    assert "date" not in dict(ringkasan_pasien.recent(never))


def test_a_patient_without_anything_has_a_summary_that_says_so(tmp_path: Path) -> None:
    of = making()
    empty = replace(of, chart=Chart(PATIENT, {PATIENT: of.chart.patient}))
    page = printed(KIND, empty, tmp_path)
    assert page.text.count("Tidak ada yang tercatat.") == 7
    assert "Perjalanan Nilai" not in page.text


def test_what_the_caller_may_not_see_is_not_there(tmp_path: Path) -> None:
    page = printed(KIND, without(making(), "Observation", "MedicationRequest"), tmp_path)
    assert "Furosemide" not in page.text
    assert "mmHg" not in page.text


def test_it_is_valid_without_a_signature() -> None:
    assert KIND.sheet(making()).watermark == ""
    assert KIND.languages == ("id", "en")
