"""Who opened a record: each access once, the newest first, within the period, and emergencies stand out."""

from __future__ import annotations

from collections import Counter as Counts
from datetime import date
from pathlib import Path
from random import Random

import pytest
from msgspec import structs

from exports.documents.riwayat_akses import KIND, settled, sheet
from exports.making import Making
from exports.sheet import Row, Sheet, Table
from fhir_server.audit.events import Event
from fhir_server.errors import InvalidParameter
from tests.exports import charts, opened
from tests.exports.documents.pages import Page, changed, printed
from tests.exports.opened import DESK, OWN, PATIENT, at, looked


def making(*events: Event, **options: str) -> Making:
    return charts.making(opened.chart(events), **options)


def rows(of: Sheet) -> list[Row]:
    return [row for block in of.blocks if isinstance(block, Table) for row in block.rows]


def page(folder: Path, *events: Event, **options: str) -> Page:
    return printed(KIND, making(*events, **options), folder)


def test_days_and_acts_stand_in_order_the_newest_first(tmp_path: Path) -> None:
    found = page(
        tmp_path,
        looked(at(20, 1)),
        looked(at(20, 3), "Condition", **DESK),
        looked(at(20, 2), **OWN),
        looked(at(23, 16, 30), "Encounter"),
    )
    assert found.inorder(
        "RIWAYAT AKSES REKAM MEDIS",
        "Periode : 24 November 2025 sampai 24 November 2026",
        "Jumlah akses : 4 kali, oleh 3 orang atau sistem",
        "Dalam keadaan darurat : Tidak ada",
        "Waktu Siapa Yang dilakukan Tujuan",
        "Selasa, 24 November 2026",
        "00.30 dr. Kristina Bekantan, Sp.M melihat data kunjungan Perawatan pasien",
        "Jumat, 20 November 2026",
        "11.00 loket.contoh (Pendaftaran) melihat diagnosis Administrasi rumah",
        "10.00 Anda sendiri melihat hasil pemeriksaan Permintaan pasien",
        "09.00 dr. Kristina Bekantan, Sp.M melihat hasil pemeriksaan Perawatan pasien",
        "tanyakan kepada bagian rekam medis",
    )


def test_the_same_act_on_one_day_is_one_row_with_its_count() -> None:
    events = [looked(at(20, 1)), looked(at(20, 1, 5)), looked(at(20, 7)), looked(at(21, 1)), looked(at(20, 2), **DESK)]
    told = [row.cells for row in rows(sheet(making(*events)))]
    assert told == [
        ("Sabtu, 21 November 2026",),
        ("09.00", "dr. Kristina Bekantan, Sp.M (Dokter)", "melihat hasil pemeriksaan", "Perawatan pasien"),
        ("Jumat, 20 November 2026",),
        (
            "09.00–15.00",
            "dr. Kristina Bekantan, Sp.M (Dokter)",
            "melihat hasil pemeriksaan (3 kali)",
            "Perawatan pasien",
        ),
        ("10.00", "loket.contoh (Pendaftaran)", "melihat hasil pemeriksaan", "Administrasi rumah sakit"),
    ]


def test_what_was_done_in_an_emergency_is_marked_and_apart(tmp_path: Path) -> None:
    usual, urgent = looked(at(20, 1)), structs.replace(looked(at(20, 2)), opened=(PATIENT,))
    marks = Counts(row.mark for row in rows(sheet(making(usual, urgent))))
    assert marks == {"group": 1, "": 1, "critical": 1}
    found = page(tmp_path, usual, urgent)
    assert found.row("Dalam keadaan darurat") == "1 kali"
    assert "KEADAAN DARURAT" in found.text


def test_the_period_is_that_of_the_hospitals_days() -> None:
    events = [looked(at(day, hour)) for day, hour in ((9, 15), (9, 16), (11, 15), (11, 16))]
    told = sheet(making(*events, **{"from": "2026-11-10", "to": "2026-11-11"}))
    assert [row.cells[0] for row in rows(told)] == [
        "Rabu, 11 November 2026",
        "23.00",
        "Selasa, 10 November 2026",
        "00.00",
    ]


def test_without_any_access_it_says_so(tmp_path: Path) -> None:
    found = page(tmp_path)
    assert "Tidak ada akses yang tercatat pada periode ini." in found.text
    assert found.row("Jumlah akses") == "0 kali, oleh 0 orang atau sistem"


def test_what_concerns_another_patient_is_not_told(tmp_path: Path) -> None:
    found = making(looked(at(20)))
    (own,) = found.chart.of("AuditEvent")
    patient = {"what": {"reference": "Patient/pasien-000002"}}
    other = changed(found, "AuditEvent/lain", **{**own, "id": "lain", "entity": [*own["entity"][:1], patient]})
    assert printed(KIND, other, tmp_path).row("Jumlah akses").startswith("1 kali")


TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("asked", "since", "until"),
    [
        ({}, "2025-11-24", "2026-11-24"),
        ({"from": "2020-01-31"}, "2020-01-31", "2026-11-24"),
        ({"to": "2026-01-31"}, "2025-01-31", "2026-01-31"),
        ({"from": "2026-11-24", "to": "2026-11-24"}, "2026-11-24", "2026-11-24"),
    ],
)
def test_a_period_is_twelve_months_unless_asked_otherwise(asked: dict[str, str], since: str, until: str) -> None:
    assert settled(asked, TODAY) == {"from": since, "to": until}


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"to": "2026-11-25"}, "to"),
        ({"to": "besok"}, "to"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "from"),
        ({"from": "1999-12-31"}, "from"),
        ({"from": "2026-02-30"}, "from"),
    ],
)
def test_a_period_that_is_none_is_refused(asked: dict[str, str], name: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        settled(asked, TODAY)
    assert refused.value.issues[0].expression == name


def test_of_many_accesses_none_is_lost_and_none_told_twice() -> None:
    dice = Random(7)
    events = [
        looked(
            at(dice.randint(1, 23), dice.randint(0, 23), dice.randint(0, 59)), dice.choice(("Observation", "Condition"))
        )
        for _ in range(2_000)
    ]
    told = rows(sheet(making(*events)))
    counted = sum(int(row.cells[2].partition("(")[2].partition(" kali")[0] or 1) for row in told if row.mark != "group")
    assert counted == 2_000
    keys = [row.cells for row in told if row.mark == "group"]
    assert len(set(keys)) == len(keys)
