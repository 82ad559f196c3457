"""Surat rujukan: who is asked, what is known of the patient, why; and the form for the answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.documents.surat_rujukan import KIND, sheet
from exports.making import Making
from exports.sheet import Fields, Paragraph
from fhir_server.errors import NotFound
from fhir_server.messages import Resource
from tests.exports import charts
from tests.exports.documents.pages import changed, printed, without

REQUEST = "ServiceRequest/rujukan-000018-001"
REFERRALS = [(number, f"ServiceRequest/rujukan-{number:06d}-001") for number in (18, 96, 119)]


def making() -> Making:
    return charts.making(charts.chart(18, REQUEST))


def rows(of: Making) -> dict[str, str]:
    return {label: value for block in sheet(of).blocks if isinstance(block, Fields) for label, value in block.rows}


def addressee(of: Making) -> list[str]:
    return next(one.text for one in sheet(of).blocks if isinstance(one, Paragraph)).split("\n")


@pytest.mark.parametrize(("number", "focus"), REFERRALS)
def test_what_the_visit_has_found_is_on_it_in_the_order_of_the_form(number: int, focus: str, tmp_path: Path) -> None:
    chart = charts.chart(number, focus)
    page = printed(KIND, charts.making(chart), tmp_path)
    request = chart.about
    visit = request["encounter"]["reference"]
    (condition,) = chart.all(request["reasonReference"])
    doctor = chart.get(request["requester"])
    assert doctor is not None
    assert page.inorder(
        "SURAT RUJUKAN",
        f"Kepada Yth. Rekan Sejawat Dokter Spesialis {request['performerType']['text']} di RSUD Seribu Rawa (contoh)",
        f"Nama : {chart.patient['name'][0]['text']}",
        "a. Anamnesis :",
        "b. Pemeriksaan fisik : Tekanan darah",
        "d. Diagnosa :",
        condition["code"]["text"],
        "e. Terapi dan tindakan :",
        f"f. Alasan dirujuk : {request['code']['text']}",
        "Dokter yang merujuk",
        doctor["name"][0]["text"],
        "Surat Rujukan Balik",
        f"Kepada Yth. : {doctor['name'][0]['text']}, RSUD TANAH BENUA",
        "☐ Kontrol kembali ke perujuk",
        "Dokter yang menerima rujukan",
    )
    for one in (*chart.of("MedicationRequest"), *chart.of("Procedure")):
        named = one["medicationReference"]["display"] if "medicationReference" in one else one["code"]["text"]
        if one["encounter"]["reference"] == visit:
            assert named in page.text


def test_other_visits_are_left_out() -> None:
    found = rows(making())
    chart = making().chart
    visit = chart.about["encounter"]["reference"]
    others = [one for one in chart.of("DiagnosticReport") if one["encounter"]["reference"] != visit]
    days = {found["c. Penunjang"].partition(", ")[2].partition(":")[0]}
    assert others
    assert days == {"23 November 2026"}


def test_complaints_allergies_and_results_are_told() -> None:
    visit = making().chart.about["encounter"]
    patient = {"reference": "Patient/pasien-000018"}
    complaint = {
        "resourceType": "Condition",
        "id": "k",
        "category": [{"coding": [{"code": "chief-complaint"}]}],
        "code": {"text": "Bengkak kedua kaki"},
        "subject": patient,
        "encounter": visit,
    }
    allergy = {"resourceType": "AllergyIntolerance", "id": "a", "code": {"text": "Udang"}, "patient": patient}
    of = changed(changed(making(), "Condition/k", **complaint), "AllergyIntolerance/a", **allergy)
    found = rows(of)
    assert found["a. Anamnesis"] == "Bengkak kedua kaki\nAlergi: Udang"
    assert "Fungsi ginjal, 23 November 2026: Kreatinin 2,79 mg/dL (H); Ureum 66,7 mg/dL (H)" in found["c. Penunjang"]


PLACE = {"reference": "Organization/org-rs-rujukan"}


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ({"performer": None}, ["Kepada Yth.", "Rekan Sejawat Dokter Spesialis Saraf"]),
        ({"performer": None, "performerType": None}, ["Kepada Yth.", "Rekan Sejawat Dokter"]),
        (
            {"performer": [{"reference": "Practitioner/jauh", "display": "dr. Anu, Sp.S"}, PLACE]},
            ["Kepada Yth.", "dr. Anu, Sp.S", "di RSUD Seribu Rawa (contoh)"],
        ),
        (
            {"performer": [{"reference": "Organization/jauh", "display": "RSUD Jauh"}]},
            ["Kepada Yth.", "Rekan Sejawat Dokter Spesialis Saraf", "di RSUD Jauh"],
        ),
    ],
)
def test_it_goes_to_whoever_is_asked(content: Resource, lines: list[str]) -> None:
    assert addressee(changed(making(), REQUEST, **{"performerType": {"text": "Saraf"}, **content})) == lines


@pytest.mark.parametrize(
    "content",
    [
        {"category": None},
        {"category": [{"coding": [{"code": "108252007"}]}]},
        {"code": {"coding": [{"system": "http://snomed.info/sct", "code": "185389009"}], "text": "Kontrol"}},
    ],
)
def test_another_request_is_no_referral(content: Resource) -> None:
    with pytest.raises(NotFound):
        sheet(changed(making(), REQUEST, **content))


def test_where_the_visit_cannot_be_read_there_is_room_for_a_pen() -> None:
    hidden = without(making(), "Encounter", "Condition", "Observation", "DiagnosticReport", "MedicationRequest")
    found = rows(hidden)
    assert [found[label] for label in found if label[:2] in ("a.", "b.", "c.", "d.", "e.")] == [""] * 5
    assert found["f. Alasan dirujuk"] == "Evaluasi penurunan fungsi ginjal"


def test_who_asks_for_a_hospital_is_signed_for_by_the_doctor_of_the_visit(tmp_path: Path) -> None:
    page = printed(KIND, changed(making(), REQUEST, requester={"reference": "Organization/org-rsud"}), tmp_path)
    assert page.inorder("Dokter yang merujuk", "dr. Lejau Meranti, Sp.PD", "SIP 99/003")
