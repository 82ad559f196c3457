"""Persetujuan tindakan: what is explained, who decides, what is decided, who signs."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.documents.persetujuan_tindakan import KIND, sheet
from exports.making import Making
from exports.sheet import Signatures, Table, Together
from fhir_server.errors import InvalidParameter, NotFound
from fhir_server.messages import Resource
from tests.exports import charts
from tests.exports.documents.pages import changed, printed, without

REQUEST = "ServiceRequest/operasi-000011-001"
EXPLAINED = (
    "Diagnosis",
    "Tindakan kedokteran",
    "Indikasi tindakan",
    "Tata cara tindakan",
    "Tujuan tindakan",
    "Risiko dan komplikasi",
    "Prognosis",
    "Alternatif tindakan dan risikonya",
    "Perkiraan biaya",
)


def making(**options: str) -> Making:
    return charts.making(charts.chart(11, REQUEST), **options)


def explained(of: Making) -> dict[str, str]:
    (table,) = (one for one in sheet(of).blocks if isinstance(one, Table))
    return {row.cells[1]: row.cells[2].strip() for row in table.rows}


def test_it_is_in_the_order_of_the_form(tmp_path: Path) -> None:
    page = printed(KIND, making(decision="setuju"), tmp_path)
    assert page.inorder(
        "PERSETUJUAN TINDAKAN KEDOKTERAN",
        "Nama : Hairil Keruing",
        "Dokter pelaksana tindakan : dr. Zaini Ulin, Sp.B",
        "Hernia inguinalis (K40.9)",
        "Herniotomi (53.00)",
        "Dokter yang menjelaskan",
        "dr. Zaini Ulin, Sp.B",
        "SIP 99/008/SIP/100099999",
        "Pernyataan",
        "Nama : Hairil Keruing",
        "Hubungan dengan pasien : Diri sendiri",
        "☑ SETUJU ☐ MENOLAK",
        "dilakukannya tindakan Herniotomi (53.00) terhadap pasien Hairil Keruing.",
        "Yang menyatakan",
        "Saksi 1 (keluarga)",
        "Saksi 2 (rumah sakit)",
    )


def test_all_that_the_law_names_is_explained() -> None:
    assert tuple(explained(making())) == EXPLAINED


def test_doctor_patient_and_two_witnesses_sign() -> None:
    blocks = [part for one in sheet(making()).blocks if isinstance(one, Together) for part in one.blocks]
    roles = [who.above[-1] for one in blocks if isinstance(one, Signatures) for who in one.who]
    assert roles[2:] == ["Dokter", "Yang menyatakan", "Saksi 1 (keluarga)", "Saksi 2 (rumah sakit)"]


@pytest.mark.parametrize(
    ("decision", "title", "shown"),
    [
        ("setuju", "PERSETUJUAN TINDAKAN KEDOKTERAN", "☑ SETUJU ☐ MENOLAK"),
        ("menolak", "PENOLAKAN TINDAKAN KEDOKTERAN", "☐ SETUJU ☑ MENOLAK"),
        ("", "PERSETUJUAN / PENOLAKAN TINDAKAN KEDOKTERAN", "☐ SETUJU ☐ MENOLAK"),
    ],
)
def test_it_is_agreed_to_or_refused_or_left_to_a_pen(decision: str, title: str, shown: str, tmp_path: Path) -> None:
    page = printed(KIND, making(**({"decision": decision} if decision else {})), tmp_path)
    assert title in page.lines
    assert shown in page.lines
    assert ("akibat yang mungkin timbul" in page.text) == (decision != "setuju")
    assert ("dapat ditarik kembali" in page.text) == (decision != "menolak")


@pytest.mark.parametrize("sent", [{"decision": "ya"}, {"by": "siapa"}])
def test_what_cannot_be_is_refused_by_name(sent: dict[str, str]) -> None:
    with pytest.raises(InvalidParameter) as refused:
        sheet(making(**sent))
    assert refused.value.issues[0].expression == next(iter(sent))


@pytest.mark.parametrize(
    "content",
    [
        {"category": [{"coding": [{"code": "108252007"}]}]},
        {"category": [{"coding": [{"code": "3457005"}]}]},
        {"status": "revoked"},
        {"status": "entered-in-error"},
    ],
)
def test_another_request_needs_no_such_form(content: Resource) -> None:
    with pytest.raises(NotFound):
        sheet(changed(making(), REQUEST, **content))


def test_the_diagnosis_is_the_reason_or_that_of_the_visit_or_left_to_a_pen() -> None:
    assert explained(making())["Diagnosis"] == "Hernia inguinalis (K40.9)"
    visit = changed(making(), REQUEST, reasonCode=None)
    assert explained(visit)["Diagnosis"].endswith(")")
    hidden = without(visit, "Condition", "Encounter")
    assert explained(hidden)["Diagnosis"] == ""


def test_the_indication_is_what_was_noted() -> None:
    assert (
        explained(changed(making(), REQUEST, note=[{"text": "Nyeri berulang"}]))["Indikasi tindakan"]
        == "Nyeri berulang"
    )
