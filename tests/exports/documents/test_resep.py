"""The prescription and its copy: R/ and S of each item, who wrote it and for whom, what must not be given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from exports.documents.resep import KIND, sheet
from exports.making import Making
from fhir_server.errors import InvalidParameter, NotFound
from fhir_server.messages import Resource
from tests.exports import charts, prescriptions
from tests.exports.documents.pages import asked, changed, printed, without
from tests.exports.prescriptions import CREAM, POWDERS, SYRUP

PATIENT = "Patient/pasien-000007"


def making(*requests: Resource, **options: str) -> Making:
    return charts.making(prescriptions.chart(*(requests or (POWDERS, SYRUP, CREAM))), **options)


def test_each_item_is_told_as_pharmacies_know_it_and_in_plain_words(tmp_path: Path) -> None:
    page = printed(KIND, making(paper="a4"), tmp_path)
    assert page.inorder(
        "RESEP",
        "Pro : Ahmad Gazali Kelubut",
        "No. RM : 00-00-07",
        "Tanggal : 14 Februari 2024",
        "Umur : 50 tahun",
        "Dokter : dr. Lejau Meranti, Sp.PD",
        "Alamat : ",
        "ALERGI: Ibuprofen",
        "R/ Puyer batuk pilek",
        "Paracetamol 150 mg",
        "Chlorphenamine Maleate 1 mg",
        "Ambroxol HCl 7,5 mg",
        "m.f. pulv. d.t.d. No. XV (lima belas)",
        "S 3 dd pulv 1 p.c.",
        "(3 kali sehari 1 bungkus, sesudah makan)",
        "Iter 2 x",
        "R/ Amoxicillin sirup kering 125 mg/5 mL No. I (satu)",
        "S 1 sendok takar (5 mL) 3 kali sehari, sesudah makan, dihabiskan",
        "R/ Hydrocortisone 2,5% Krim No. I (satu)",
        "S 2 x sehari, oleskan tipis",
        "Muara Badak, 24 November 2026",
        "Dokter",
        "dr. Lejau Meranti, Sp.PD",
        "SIP 99/003/SIP/100099999",
        "TELAAH RESEP",
        "Identitas, umur, BB pasien",
        "Apoteker, paraf",
    )


@pytest.mark.parametrize("number", [6, 15, 20])
def test_a_visit_of_the_demo_has_its_own_prescriptions_and_no_others(number: int, tmp_path: Path) -> None:
    focus = f"Encounter/kunjungan-{number:06d}-002"
    making = charts.making(charts.chart(number, focus))
    text = printed(KIND, making, tmp_path).text
    requests = making.chart.of("MedicationRequest")
    own = [one for one in requests if one["encounter"]["reference"] == focus]
    names = [one["medicationReference"]["display"] for one in own]
    others = {one["medicationReference"]["display"] for one in requests if one not in own} - {*names}
    assert names
    assert all(text.count(f"{name} No. ") == 1 for name in names)
    assert [name for name in others if name in text] == []
    for one in own:
        assert f"({one['dosageInstruction'][0]['patientInstruction']})" in text


def test_the_signature_is_never_alone_on_a_page(tmp_path: Path) -> None:
    for count in range(1, 9):
        items = [{**CREAM, "id": f"krim-{number}"} for number in range(count)]
        content = charts.drawn(sheet(making(*items)))
        pages = charts.text_of(content, tmp_path).rstrip("\f").split("\f")
        (signed,) = (page for page in pages if "SIP 99/003" in page)
        assert "R/" in signed


def test_each_doctor_signs_for_the_own_items(tmp_path: Path) -> None:
    other = {**CREAM, "requester": {"reference": "Practitioner/nakes-013"}}
    page = printed(KIND, making(SYRUP, other, paper="a4"), tmp_path)
    assert page.inorder("R/ Amoxicillin", "SIP 99/003", "R/ Hydrocortisone", "SIP 99/013")


@pytest.mark.parametrize(
    ("measured", "told"), [("2024-02-14", "12 kg"), ("2023-02-01", "12 kg (01/02/2023)"), ("2024-03-01", "")]
)
def test_a_weight_is_the_last_one_until_then(measured: str, told: str, tmp_path: Path) -> None:
    bare = without(making(paper="a4"), "Observation")
    observed: dict[str, Any] = {
        "resourceType": "Observation",
        "id": "bb",
        "status": "final",
        "subject": {"reference": PATIENT},
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "effectiveDateTime": f"{measured}T01:00:00+00:00",
        "valueQuantity": {"value": 12, "unit": "kg", "code": "kg"},
    }
    page = printed(KIND, changed(bare, "Observation/bb", **observed), tmp_path)
    assert (told in page.row("Berat badan")) if told else ("12" not in page.row("Berat badan"))


def test_what_is_not_known_is_left_to_the_pen_or_out(tmp_path: Path) -> None:
    bare = changed(
        without(making(paper="a4"), "AllergyIntolerance", "Observation", "Practitioner", "PractitionerRole"),
        PATIENT,
        birthDate=None,
        address=None,
        name=[{"text": "Ahmad"}],
    )
    page = printed(KIND, bare, tmp_path)
    assert "ALERGI" not in page.text
    assert page.has("Alergi")
    assert page.row("Umur").startswith("–")
    assert page.row("Alamat") == "–"
    assert "R/ Puyer batuk pilek" in page.text


def _dispensed(id: str, value: float, status: str = "completed") -> dict[str, Any]:
    return {
        "resourceType": "MedicationDispense",
        "id": f"serah-{id}",
        "status": status,
        "authorizingPrescription": [{"reference": f"MedicationRequest/{id}"}],
        "quantity": {"value": value},
        "performer": [{"actor": {"reference": "Practitioner/nakes-034"}}],
    }


def test_a_copy_says_what_was_handed_out_and_who_did(tmp_path: Path) -> None:
    found = without(making(copy="yes", paper="a4"), "MedicationDispense")
    for given in (_dispensed("racikan", 10), _dispensed("sirup", 1), _dispensed("krim", 1, "in-progress")):
        found = changed(found, f"MedicationDispense/{given['id']}", **given)
    page = printed(KIND, found, tmp_path)
    assert page.inorder(
        "SALINAN RESEP",
        "R/ Puyer batuk pilek det 10",
        "R/ Amoxicillin sirup kering 125 mg/5 mL No. I (satu) det",
        "R/ Hydrocortisone 2,5% Krim No. I (satu) nedet",
        "p.c.c. Apoteker",
        "apt. ",
    )
    assert "TELAAH" not in page.text
    assert "Coret" not in page.text


def test_a_copy_of_what_nothing_is_known_of_is_filled_in_by_hand(tmp_path: Path) -> None:
    page = printed(KIND, without(making(CREAM, copy="yes"), "MedicationDispense"), tmp_path)
    assert "det / nedet *)" in page.text
    assert "*) Coret yang tidak perlu." in page.text


def test_a_draft_is_marked_until_it_is_issued(tmp_path: Path) -> None:
    assert sheet(making()).watermark == "DRAF"


def test_a_visit_without_prescriptions_has_none() -> None:
    with pytest.raises(NotFound):
        sheet(without(making(), "MedicationRequest"))


@pytest.mark.parametrize("options", [{"paper": "80"}, {"copy": "maybe"}])
def test_what_is_not_understood_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(InvalidParameter):
        sheet(asked(making(), **options))


def test_another_patients_allergy_is_not_on_it(tmp_path: Path) -> None:
    found = making()
    other = {**found.chart.resources["AllergyIntolerance/alergi-000007-001"], "id": "x", "code": {"text": "Lateks"}}
    mixed = changed(found, "AllergyIntolerance/x", **{**other, "patient": {"reference": "Patient/pasien-000009"}})
    assert "Lateks" not in printed(KIND, mixed, tmp_path).text
