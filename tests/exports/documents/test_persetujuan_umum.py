"""Persetujuan umum: who declares what about whom; choices as the patient's consents have them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from exports.documents.persetujuan_umum import CLAUSES, KIND, PURPOSES, THROUGH_SATUSEHAT, sheet
from exports.making import Making
from exports.sheet import Table, Together
from resources import privacy
from tests.exports import charts
from tests.exports.documents.pages import changed, printed

BABY, GROWN = "Patient/pasien-000005", "Patient/pasien-000006"
PAYER, OTHERS, FAMILY, STUDENTS = (words for _, words in PURPOSES)


def making(patient: str = GROWN) -> Making:
    return charts.making(charts.chart(int(patient[-6:]), patient))


def choices(of: Making) -> dict[str, str]:
    """What is asked -> j where yes is ticked, n where no is, nothing where neither is."""
    (end,) = (one for one in sheet(of).blocks if isinstance(one, Together))
    (table,) = (one for one in end.blocks if isinstance(one, Table))
    shown = {row.cells[0]: row.cells[1] for row in table.rows}
    return {words: "j" if cell.startswith("☑") else "n" if "☑" in cell else "" for words, cell in shown.items()}


def consent(id: str, provision: dict[str, Any], **content: Any) -> dict[str, Any]:
    return {
        "resourceType": "Consent",
        "id": id,
        "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "patient": {"reference": GROWN},
        "dateTime": "2026-01-01",
        "provision": provision,
        **content,
    }


def rule(type: str, *purposes: str, **content: Any) -> dict[str, Any]:
    coded = {"purpose": [{"code": one} for one in purposes]} if purposes else {}
    return {"type": type, **coded, **content}


def with_consents(*found: dict[str, Any]) -> Making:
    of = making()
    for one in found:
        of = changed(of, f"Consent/{one['id']}", **one)
    return of


def test_a_grown_patient_declares_once(tmp_path: Path) -> None:
    page = printed(KIND, making(), tmp_path)
    assert page.inorder(
        "PERSETUJUAN UMUM",
        "Yang bertanda tangan di bawah ini, pasien:",
        "Nama : Jamilah Bengkirai",
        "No. BPJS Kesehatan : 0009900000006",
        "No. telepon : +6284000000006",
        *(title for title, _ in CLAUSES),
        "Pelepasan informasi rekam medis",
        "Muara Badak, 24 November 2026",
        "Pembuat pernyataan",
    )
    assert page.text.count("Nama : ") == 1


def test_for_a_child_both_are_told(tmp_path: Path) -> None:
    assert printed(KIND, making(BABY), tmp_path).inorder(
        "Yang bertanda tangan di bawah ini:",
        "Nama : Sabran Enggang",
        "Hubungan dengan pasien : Ayah",
        "selaku penanggung jawab dari pasien:",
        "Nama : Aqila Tanjung",
        "Pembuat pernyataan",
        "Sabran Enggang",
    )


def test_it_has_two_pages_at_most(tmp_path: Path) -> None:
    for patient in (BABY, GROWN):
        assert printed(KIND, making(patient), tmp_path).text.count("Halaman") == 2


def test_without_a_consent_a_pen_ticks_the_boxes() -> None:
    assert set(choices(making()).values()) == {""}
    assert len(choices(making())) == len(PURPOSES) + 1


@pytest.mark.parametrize(
    ("consents", "ticked"),
    [
        ([consent("a", rule("permit"))], {PAYER: "j", OTHERS: "j", FAMILY: "j", STUDENTS: "j"}),
        ([consent("a", rule("deny", "TRAIN"))], {STUDENTS: "n"}),
        (
            [consent("a", rule("permit", provision=[rule("deny", "TRAIN"), rule("deny", "FAMRQT")]))],
            {PAYER: "j", OTHERS: "j", FAMILY: "n", STUDENTS: "n"},
        ),
        ([consent("a", rule("deny", actor=[{"reference": {"reference": "Practitioner/1"}}]))], {}),
        ([consent("a", rule("deny", "TREAT", **{"class": [{"code": "Observation"}]}))], {}),
        (
            [consent("a", rule("permit", "TRAIN"), dateTime="2026-02-01"), consent("b", rule("deny", "TRAIN"))],
            {STUDENTS: "j"},
        ),
        (
            [consent("a", rule("deny", "TRAIN"), dateTime="2026-02-01"), consent("b", rule("permit", "TREAT"))],
            {STUDENTS: "n", OTHERS: "j"},
        ),
        ([consent("a", rule("permit"), status="inactive")], {}),
        ([consent("a", rule("permit"), patient={"reference": BABY})], {}),
        ([consent("a", rule("permit"), scope={"coding": [{"code": "research"}]})], {}),
        ([consent("a", {})], {}),
    ],
)
def test_choices_are_those_of_the_consents(consents: list[dict[str, Any]], ticked: dict[str, str]) -> None:
    assert {words: mark for words, mark in choices(with_consents(*consents)).items() if mark} == ticked


@pytest.mark.parametrize(("type", "mark"), [("permit", "j"), ("deny", "n")])
def test_satusehat_has_a_consent_of_its_own(type: str, mark: str) -> None:
    policy = [{"uri": "https://satusehat.kemkes.go.id/platform"}]
    found = choices(with_consents(consent("a", rule(type), policy=policy)))
    assert {words: answer for words, answer in found.items() if answer} == {THROUGH_SATUSEHAT: mark}


@pytest.mark.parametrize("allowed", [True, False])
def test_what_was_decided_at_the_patients_pages_answers_no_other_question(allowed: bool) -> None:
    at, performer = datetime(2026, 11, 1, tzinfo=UTC), {"reference": GROWN}
    decided = [
        {**privacy.consent(one, GROWN[8:], allowed=allowed, at=at, performer=performer), "id": one}
        for one in privacy.CHOICES
    ]
    found = choices(with_consents(*decided))
    assert {words: answer for words, answer in found.items() if answer} == {THROUGH_SATUSEHAT: "j" if allowed else "n"}
