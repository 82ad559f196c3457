"""Tickets and bookings on a roll: the number from afar, the code, and nothing that a lost slip may tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from exports.documents import tiket_antrean, tiket_booking
from exports.making import Making
from exports.sheet import Line
from fhir_server.errors import InvalidParameter, NotFound
from resources.systems import BOOKING
from tests.exports import charts
from tests.exports.documents.pages import Page, changed, printed, without
from tests.exports.reception import APPOINTMENT, CODE, TASK, checked_in


def ticket(folder: Path, paper: str = "80", **values: Any) -> Page:
    return printed(tiket_antrean.KIND, charts.making(checked_in(1, TASK, **values), paper=paper), folder)


@pytest.mark.parametrize("paper", ["80", "58"])
def test_a_ticket_tells_its_number_where_to_go_and_what_to_do(paper: str, tmp_path: Path) -> None:
    assert ticket(tmp_path, paper).inorder(
        "RSUD TANAH BENUA",
        "NOMOR ANTREAN ANDA",
        "A-12",
        "Tujuan : Ruang Poli Penyakit",
        "Dokter : dr. Lejau Meranti,",
        "Tanggal : 24 November 2026,",
        "08.05",
        "Perkiraan : sekitar 08.45 WITA",
        "Pasien : S***** E******",
        f"Kode booking {CODE}",
        "Mohon menunggu sampai",
    )


@pytest.mark.parametrize("paper", ["80", "58"])
def test_the_number_is_read_from_afar_and_the_code_by_a_scanner(paper: str, tmp_path: Path) -> None:
    sheet = tiket_antrean.sheet(charts.making(checked_in(1, TASK), paper=paper))
    (number,) = (one for one in sheet.blocks if isinstance(one, Line) and one.text == "A-12")
    assert number.points >= 60
    assert charts.codes_of(charts.drawn(sheet), tmp_path, 203) == [CODE]


def test_a_lost_slip_names_nobody(tmp_path: Path) -> None:
    text = ticket(tmp_path).text
    patient = charts.record(1)["Patient/pasien-000001"]
    hidden = [
        patient["name"][0]["text"],
        *patient["name"][0]["given"],
        *(row["value"] for row in patient["identifier"]),
    ]
    assert [word for word in [*hidden, "00-00-01", "1992"] if word in text] == []


def test_a_ticket_of_the_pharmacy_does_not_promise_the_time_of_the_clinic(tmp_path: Path) -> None:
    page = ticket(tmp_path, kind="farmasi", point="Location/farmasi", letter="F")
    assert page.row("Tujuan") == "Depo Farmasi Rawat Jalan"
    assert "F-12" in page.text
    assert not page.has("Perkiraan")


def test_priority_is_told_without_its_reason(tmp_path: Path) -> None:
    assert ticket(tmp_path, priority="pregnant").row("Keterangan") == "Prioritas"
    assert not ticket(tmp_path).has("Keterangan")


def test_what_may_not_be_read_is_left_out(tmp_path: Path) -> None:
    bare = without(charts.making(checked_in(1, TASK)), "Patient", "Location", "Practitioner", "Appointment")
    page = printed(tiket_antrean.KIND, bare, tmp_path)
    assert page.row("Tujuan") == "Poliklinik"
    assert [label for label in ("Dokter", "Pasien", "Perkiraan") if page.has(label)] == []
    assert "Kode booking" not in page.text


@pytest.mark.parametrize("content", [{"status": "cancelled"}, {"extension": []}])
def test_what_is_no_ticket_that_holds_is_not_printed(content: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        tiket_antrean.sheet(changed(charts.making(checked_in(1, TASK)), TASK, **content))


def booking(**options: str) -> Making:
    return charts.making(checked_in(1, APPOINTMENT), **options)


def test_a_booking_tells_when_and_with_which_code(tmp_path: Path) -> None:
    page = printed(tiket_booking.KIND, booking(), tmp_path)
    assert page.inorder(
        "NOMOR ANTREAN ANDA",
        "A-12",
        "Poli : Poli Penyakit Dalam",
        "Dokter : dr. Lejau Meranti, Sp.PD",
        "Tanggal : Selasa, 24 November 2026",
        "Perkiraan : sekitar 08.45 WITA",
        "Pasien : S***** E******",
        f"Kode booking {CODE}",
        "Tunjukkan kode ini",
    )
    assert charts.codes_of(charts.drawn(tiket_booking.sheet(booking())), tmp_path, 203) == [CODE]


def test_a_booking_that_is_not_confirmed_has_no_number_yet(tmp_path: Path) -> None:
    made = booking()
    (told,) = made.chart.about["extension"]
    rows = [row for row in told["extension"] if row["url"] != "number"]
    page = printed(tiket_booking.KIND, changed(made, APPOINTMENT, extension=[{**told, "extension": rows}]), tmp_path)
    assert told["url"] == BOOKING
    assert "NOMOR ANTREAN" not in page.text
    assert f"Kode booking {CODE}" in page.text


@pytest.mark.parametrize("content", [{"status": "cancelled"}, {"status": "noshow"}, {"identifier": []}])
def test_what_is_no_booking_that_holds_is_not_printed(content: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        tiket_booking.sheet(changed(booking(), APPOINTMENT, **content))


def test_a_roll_that_is_not_there_is_refused() -> None:
    for kind, making in (
        (tiket_antrean, charts.making(checked_in(1, TASK), paper="a4")),
        (tiket_booking, booking(paper="a4")),
    ):
        with pytest.raises(InvalidParameter):
            kind.KIND.sheet(making)
