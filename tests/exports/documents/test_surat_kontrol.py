"""Surat rencana kontrol: who is to come again, when, to whom, and after which visit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from exports.documents.surat_kontrol import KIND, last_visit, sheet
from exports.making import Making
from exports.sheet import Beside, Code, Fields
from fhir_server.errors import InvalidParameter, NotFound
from fhir_server.messages import Resource
from tests.exports import charts
from tests.exports.documents.pages import ISSUED, changed, printed, without

APPOINTMENT = "Appointment/janji-000006-010"
SEP = "http://sys-ids.kemkes.go.id/sep/100099999"


def making(**options: str) -> Making:
    return charts.making(charts.chart(6, APPOINTMENT), **options)


def rows(of: Making) -> dict[str, str]:
    return {label: value for block in sheet(of).blocks if isinstance(block, Fields) for label, value in block.rows}


def test_it_has_what_bpjs_asks_for_in_its_order(tmp_path: Path) -> None:
    of = changed(making(), last_visit(making().chart), identifier=[{"system": SEP, "value": "1799R0011126V000123"}])
    assert printed(KIND, of, tmp_path).inorder(
        "SURAT RENCANA KONTROL Nomor : 12/SKS/YANMED/XI/2026",
        "Tanggal surat : 24 November 2026",
        "No. SEP : 1799R0011126V000123",
        "No. kartu BPJS : 0009900000006",
        "No. rujukan : 1799U0011126K000006",
        "Nama : Jamilah Bengkirai",
        "No. RM : 00-00-06",
        "Tempat, tanggal lahir : Kutai Kartanegara, 27 April 1967 (59 tahun)",
        "Jenis kelamin : Perempuan",
        "Diagnosa : Diabetes melitus tipe 2 (E11.9)",
        "Hipertensi (I10)",
        "Rencana kontrol : Kamis, 26 November 2026, 08.00 WITA",
        "Dokter : dr. Hairil Bengkirai, Sp.PD",
        "Poliklinik : Poli Penyakit Dalam",
        "Kode booking 20261126EZBMYV",
        "dr. Hairil Bengkirai, Sp.PD",
        "SIP 99/002/SIP/100099999",
    )


def test_a_scanner_reads_the_booking(tmp_path: Path) -> None:
    assert "20261126EZBMYV" in charts.codes_of(charts.drawn(sheet(making())), tmp_path)


def test_without_a_booking_code_there_is_none() -> None:
    blocks = sheet(changed(making(), APPOINTMENT, identifier=None)).blocks
    assert not any(isinstance(one, Beside | Code) for one in blocks)


@pytest.mark.parametrize("status", ["fulfilled", "cancelled", "noshow", "entered-in-error", "checked-in", "arrived"])
def test_only_what_is_planned_is_announced(status: str) -> None:
    with pytest.raises(NotFound):
        sheet(changed(making(), APPOINTMENT, status=status))


def test_who_pays_alone_has_no_insurance_on_it() -> None:
    chart = making().chart
    uninsured = changed(without(making(), "Coverage"), chart.patient_name, identifier=None)
    assert not {"No. SEP", "No. kartu BPJS", "No. rujukan"} & rows(uninsured).keys()


def test_the_sep_is_as_asked_for_or_left_to_a_pen() -> None:
    assert rows(making())["No. SEP"] == ""
    assert rows(replace(making(), issued=replace(ISSUED, signed=True)))["No. SEP"] == "–"
    assert rows(making(sep="1799R0011126V000999"))["No. SEP"] == "1799R0011126V000999"
    with pytest.raises(InvalidParameter):
        sheet(making(sep="x" * 201))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"reasonCode": [{"text": "Pascaoperasi"}]}, "Pascaoperasi"),
        ({"reasonReference": [{"reference": "Condition/lain"}]}, "Demam (R50.9)"),
        ({}, "Diabetes melitus tipe 2 (E11.9)\nHipertensi (I10)"),
    ],
)
def test_the_diagnosis_is_the_reason_or_that_of_the_last_visit(content: Resource, told: str) -> None:
    code = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "R50.9"}], "text": "Demam"}
    of = changed(making(), "Condition/lain", resourceType="Condition", id="lain", code=code)
    assert rows(changed(of, APPOINTMENT, **content))["Diagnosa"] == told


def visit(id: str, start: str, clinic: str, **content: object) -> Resource:
    return {
        "resourceType": "Encounter",
        "id": id,
        "status": "finished",
        "subject": {"reference": "Patient/pasien-000006"},
        "serviceType": {"coding": [{"code": clinic}]},
        "period": {"start": start},
        **content,
    }


@pytest.mark.parametrize(
    ("visits", "found"),
    [
        ([], ""),
        ([visit("a", "2026-10-01T01:00:00Z", "INT"), visit("b", "2026-11-01T01:00:00Z", "INT")], "b"),
        ([visit("a", "2026-10-01T01:00:00Z", "INT"), visit("b", "2026-11-01T01:00:00Z", "MAT")], "a"),
        ([visit("a", "2026-10-01T01:00:00Z", "GIG"), visit("b", "2026-11-01T01:00:00Z", "MAT")], "b"),
        ([visit("a", "2025-11-01T01:00:00Z", "INT")], ""),
        ([visit("a", "2026-12-01T01:00:00Z", "INT")], ""),
        ([visit("a", "2026-10-01T01:00:00Z", "INT", status="cancelled")], ""),
        ([visit("a", "2026-10-01T01:00:00Z", "INT", subject={"reference": "Patient/pasien-000007"})], ""),
    ],
)
def test_the_visit_before_is_the_last_of_the_clinic_within_a_year(visits: list[Resource], found: str) -> None:
    chart = without(making(), "Encounter").chart
    known = {**chart.resources, **{f"Encounter/{one['id']}": one for one in visits}}
    assert last_visit(replace(chart, resources=known)) == (f"Encounter/{found}" if found else "")


def test_what_may_not_be_seen_is_left_to_a_pen() -> None:
    found = rows(without(making(), "Encounter", "Condition", "Practitioner", "PractitionerRole"))
    assert (found["Diagnosa"], found["Dokter"]) == ("", "dr. Hairil Bengkirai, Sp.PD")
