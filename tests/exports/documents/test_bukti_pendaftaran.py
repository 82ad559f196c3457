"""Proof of registration: who is registered where, under which number; on A5 and on rolls."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.documents.bukti_pendaftaran import KIND, sheet
from exports.making import Making
from fhir_server.errors import InvalidParameter, NotFound
from tests.exports import charts
from tests.exports.documents.pages import changed, printed, without
from tests.exports.reception import APPOINTMENT, CODE, ENCOUNTER, TASK, checked_in


def making(**options: str) -> Making:
    return charts.making(checked_in(1, ENCOUNTER), **options)


@pytest.mark.parametrize(("paper", "title"), [("a5", "BUKTI PENDAFTARAN"), ("80", "BUKTI REGISTER PASIEN")])
def test_the_fields_are_those_of_the_form(paper: str, title: str, tmp_path: Path) -> None:
    page = printed(KIND, making(paper=paper), tmp_path)
    assert page.inorder(
        "RSUD TANAH BENUA",
        title,
        "Umum (mandiri)",
        "No. Antrean",
        "A-12",
        "Tanggal : 24 November 2026, 08.05 WITA",
        f"No. rawat : {CODE}",
        "Nama : Sabran Enggang",
        "No. RM : 00-00-01",
        "Jenis kelamin : Laki-laki",
        "Umur : 34 tahun",
        "Poliklinik : Poli Penyakit Dalam",
        "Dokter : dr. Lejau Meranti, Sp.PD",
        "Terima Kasih Atas Kepercayaan Anda",
        "Semoga Lekas Sembuh",
    )


@pytest.mark.parametrize("paper", ["a5", "80", "58"])
def test_a_scanner_reads_the_code_of_the_booking(paper: str, tmp_path: Path) -> None:
    assert CODE in charts.codes_of(charts.drawn(sheet(making(paper=paper))), tmp_path, 203)


def test_the_number_is_that_of_the_clinic(tmp_path: Path) -> None:
    found = making(paper="80")
    desk = checked_in(1, TASK, id="t-7", kind="loket", letter="L").resources["Task/t-7"]
    both = changed(found, "Task/t-7", **desk)
    assert "A-12" in printed(KIND, both, tmp_path).text
    only_desk = changed(without(both, "Task"), "Task/t-7", **desk)
    assert "L-12" in printed(KIND, only_desk, tmp_path).text
    assert "A-12" in printed(KIND, without(found, "Task"), tmp_path).text
    assert "No. Antrean" not in printed(KIND, without(found, "Task", "Appointment"), tmp_path).text


def test_the_ticket_of_another_visit_is_not_its_number(tmp_path: Path) -> None:
    other = changed(without(making(paper="80"), "Appointment"), TASK, encounter={"reference": "Encounter/e13"})
    assert "A-12" not in printed(KIND, other, tmp_path).text


def test_who_pays_is_told_by_the_booking(tmp_path: Path) -> None:
    found = making(paper="80")
    (told,) = found.chart.resources[APPOINTMENT]["extension"]
    rows = [row if row["url"] != "payer" else {"url": "payer", "valueString": "jkn"} for row in told["extension"]]
    insured = changed(found, APPOINTMENT, extension=[{**told, "extension": rows}])
    assert "JKN (BPJS Kesehatan)" in printed(KIND, insured, tmp_path).text


def test_a_visit_that_was_cancelled_has_none() -> None:
    with pytest.raises(NotFound):
        sheet(changed(making(), ENCOUNTER, status="cancelled"))


def test_a_paper_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidParameter):
        sheet(making(paper="f4"))
