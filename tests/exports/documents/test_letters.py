"""What all letters share: who they are about, what a visit found, who signs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from exports.catalogue import KINDS
from exports.chart import Chart
from exports.documents import letters
from exports.making import Making, signature
from fhir_server.errors import NotFound
from fhir_server.messages import Resource
from tests.exports import charts
from tests.exports.documents.pages import ISSUED, changed, printed
from tests.exports.samples import SAMPLES

LETTERS = (
    "surat-sakit",
    "surat-sehat",
    "surat-rujukan",
    "surat-kontrol",
    "persetujuan-umum",
    "persetujuan-tindakan",
)
PATIENT = "Patient/pasien-000006"
DOCTOR = "Practitioner/nakes-002"
VISIT = "Encounter/kunjungan-000006-001"


def making() -> Making:
    return charts.making(charts.chart(6, VISIT))


@pytest.mark.parametrize("code", LETTERS)
def test_every_letter_is_sound_and_of_one_patient_alone(code: str, tmp_path: Path) -> None:
    sample = SAMPLES[code]()
    strangers = {name: one for number in (7, 19) for name, one in charts.record(number).items()}
    crowded = replace(sample, chart=replace(sample.chart, resources={**strangers, **sample.chart.resources}))
    content = charts.drawn(KINDS[code].sheet(crowded))
    assert content == charts.drawn(KINDS[code].sheet(sample))
    assert {row[-5] for row in charts.fonts_of(content, tmp_path)} == {"yes"}
    assert "No syntax or stream encoding errors" in charts.checked(content, tmp_path)
    text = charts.text_of(content, tmp_path)
    assert re.findall(r"\d{16}", text) == []
    for number in (7, 19):
        assert charts.record(number)[f"Patient/pasien-{number:06d}"]["name"][0]["text"] not in text


@pytest.mark.parametrize("code", LETTERS)
def test_every_letter_has_its_number_only_once_it_is_issued(code: str) -> None:
    draft, issued = (KINDS[code].sheet(replace(SAMPLES[code](), issued=one)) for one in (None, ISSUED))
    assert (draft.number, issued.number) == ("", "Nomor : 12/SKS/YANMED/XI/2026")
    assert issued.watermark == ""
    assert bool(draft.watermark) == KINDS[code].signed
    assert KINDS[code].number is not None


def test_the_identity_is_in_the_order_of_the_form() -> None:
    assert letters.identity(making(), ("Pekerjaan", "Petani")) == (
        ("Nama", "Jamilah Bengkirai"),
        ("No. RM", "00-00-06"),
        ("Tempat, tanggal lahir", "Kutai Kartanegara, 27 April 1967 (59 tahun)"),
        ("Jenis kelamin", "Perempuan"),
        ("Pekerjaan", "Petani"),
        ("Alamat", "Jl. Enggang No. 10, RT 019/RW 007, Kec. Muara Badak, Kutai Kartanegara, Kalimantan Timur 75382"),
    )


@pytest.mark.parametrize(
    ("content", "label", "value"),
    [
        ({"birthDate": None}, "Tempat, tanggal lahir", "Kutai Kartanegara, –"),
        ({"birthDate": "1967"}, "Tempat, tanggal lahir", "Kutai Kartanegara, 1967"),
        ({"birthDate": None, "extension": None}, "Tempat, tanggal lahir", "–"),
        ({"extension": None}, "Tempat, tanggal lahir", "27 April 1967 (59 tahun)"),
        ({"name": [{"text": "Slamet"}]}, "Nama", "Slamet"),
        ({"name": [{"family": "Riam", "given": ["Tri", "Astuti"]}]}, "Nama", "Tri Astuti Riam"),
        ({"name": None}, "Nama", "–"),
        ({"identifier": None}, "No. RM", "–"),
        ({"gender": None}, "Jenis kelamin", "–"),
        ({"address": None}, "Alamat", "–"),
        ({"address": [{"text": "Kampung Baru"}]}, "Alamat", "Kampung Baru"),
    ],
)
def test_what_is_not_known_of_a_patient_is_a_dash(content: Resource, label: str, value: str) -> None:
    assert dict(letters.identity(changed(making(), PATIENT, **content)))[label] == value


@pytest.mark.parametrize("code", LETTERS)
def test_long_names_and_addresses_are_on_it_whole(code: str, tmp_path: Path) -> None:
    name, street = "Raden " + "Mangkubumi Suryaningrat " * 2 + "Putra", "Jalan " + "Gunung Sari Permai " * 12
    sample = SAMPLES[code]()
    patient = sample.chart.patient_name
    long = changed(sample, patient, name=[{"text": name}], address=[{"line": [street.strip()], "use": "home"}])
    page = printed(KINDS[code], long, tmp_path)
    assert name in page.text
    assert street.strip() in page.text.replace("- ", "")


@pytest.mark.parametrize("status", ["planned", "cancelled", "entered-in-error"])
def test_a_visit_that_was_not_held_gives_no_letter(status: str) -> None:
    with pytest.raises(NotFound):
        letters.held({"status": status})


@pytest.mark.parametrize("status", ["arrived", "in-progress", "finished", "onleave"])
def test_a_visit_that_was_held_does(status: str) -> None:
    letters.held({"status": status})


def condition(id: str, code: str, **content: object) -> Resource:
    return {
        "resourceType": "Condition",
        "id": id,
        "category": [{"coding": [{"code": "encounter-diagnosis"}]}],
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": code}], "text": f"Penyakit {code}"},
        "subject": {"reference": "Patient/a"},
        "encounter": {"reference": "Encounter/1"},
        **content,
    }


def visit(*rows: tuple[str, str, int], **others: Resource) -> Chart:
    """`rows`: Condition, use, rank."""
    named = [
        {"condition": {"reference": f"Condition/{id}"}, "use": {"coding": [{"code": use}]}, "rank": rank}
        for id, use, rank in rows
    ]
    encounter = {"resourceType": "Encounter", "id": "1", "subject": {"reference": "Patient/a"}, "diagnosis": named}
    conditions = [condition("x", "A01"), condition("y", "B02"), condition("z", "C03")]
    found = {f"{one['resourceType']}/{one['id']}": one for one in (encounter, *conditions, *others.values())}
    return Chart("Encounter/1", found)


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ((), "x y z"),
        ((("z", "DD", 1), ("y", "DD", 2), ("x", "AD", 1)), "z y"),
        ((("x", "AD", 1), ("y", "AD", 2), ("z", "AD", 3)), "x y z"),
        ((("y", "DD", 1),), "y x z"),
    ],
)
def test_the_main_diagnosis_comes_first(rows: tuple[tuple[str, str, int], ...], codes: str) -> None:
    assert [one["id"] for one in letters.diagnoses(visit(*rows))] == codes.split()


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
def test_what_was_ruled_out_is_no_diagnosis(status: str) -> None:
    chart = visit(w=condition("y", "B02", verificationStatus={"coding": [{"code": status}]}))
    assert [one["id"] for one in letters.diagnoses(chart)] == ["x", "z"]


def test_other_visits_and_other_people_are_left_out() -> None:
    other = condition("o", "D04", encounter={"reference": "Encounter/2"})
    stranger = condition("s", "E05", subject={"reference": "Patient/b"})
    chart = letters.of_visit(visit(o=other, s=stranger), "Encounter/1")
    assert [one["id"] for one in letters.diagnoses(chart)] == ["x", "y", "z"]


def test_a_visit_that_cannot_be_read_has_no_diagnoses() -> None:
    read = {name: one for name, one in visit().resources.items() if name.startswith("Condition/")}
    chart = Chart("ServiceRequest/r", {"ServiceRequest/r": {"subject": {"reference": "Patient/a"}}, **read})
    assert letters.diagnoses(letters.of_visit(chart, "Encounter/1")) == []


def test_the_newest_measurement_counts_also_where_it_is_a_component() -> None:
    def one(value: str, *components: Resource, code: str = "8867-4") -> Resource:
        coded = {"coding": [{"system": "http://loinc.org", "code": code}]}
        return {"code": coded, **({"valueString": value} if value else {}), "component": list(components)}

    found = letters.newest([one("70"), one("", one("80"), code="85353-1"), one("", code="8867-4")], "8867-4")
    assert found is not None
    assert found["valueString"] == "80"
    assert letters.newest([one("70")], "8302-2") is None


def test_the_card_is_that_of_the_patient_own_active_coverage() -> None:
    system = "http://sys-ids.kemkes.go.id/insurance-subscriber/bpjs"

    def coverage(id: str, status: str, whose: str) -> Resource:
        return {
            "resourceType": "Coverage",
            "id": id,
            "status": status,
            "beneficiary": {"reference": whose},
            "identifier": [{"system": system, "value": f"nomor-{id}"}],
        }

    rows = [
        coverage("a", "cancelled", PATIENT),
        coverage("b", "active", "Patient/lain"),
        coverage("c", "active", PATIENT),
    ]
    chart = Chart(PATIENT, {PATIENT: {"identifier": [{"system": system, "value": "lama"}]}})
    assert letters.card_number(chart) == "lama"
    with_rows = replace(chart, resources={**chart.resources, **{f"Coverage/{one['id']}": one for one in rows}})
    assert letters.card_number(with_rows) == "nomor-c"


def test_who_signs_is_followed_through_the_role_and_named_where_it_is_not_read() -> None:
    role = {"resourceType": "PractitionerRole", "id": "p", "practitioner": {"reference": DOCTOR}}
    chart = making().chart
    chart = replace(chart, resources={**chart.resources, "PractitionerRole/p": role})
    doctor = chart.resources[DOCTOR]
    assert letters.person(chart, {"reference": "Organization/org-rsud"}, {"reference": "PractitionerRole/p"}) == doctor
    assert letters.person(chart, {"reference": "Practitioner/tidak-ada", "display": "dr. Anu"}) == {"name": "dr. Anu"}
    assert letters.person(chart, {"reference": "Organization/x", "display": "RS"}, None) is None


def test_the_permit_is_that_of_the_place_of_work() -> None:
    found = making()
    signed = signature(found, found.chart.resources[DOCTOR], "Dokter")
    assert (signed.name, signed.below) == ("dr. Hairil Bengkirai, Sp.PD", ("SIP 99/002/SIP/100099999",))
    own = changed(found, DOCTOR, identifier=[{"system": "https://fhir.kemkes.go.id/id/sip-number", "value": "77"}])
    assert signature(own, own.chart.resources[DOCTOR], "Dokter").below == ("SIP 77",)
    unknown = signature(found, None, "Dokter")
    assert (unknown.name, unknown.below) == ("", ())


def test_what_an_electronic_signature_covers_has_no_room_for_a_pen() -> None:
    found = making()
    assert letters.to_fill(found) == letters.to_fill(replace(found, issued=ISSUED)) == ""
    assert letters.to_fill(replace(found, issued=replace(ISSUED, signed=True))) == "–"
