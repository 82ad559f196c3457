"""Surat keterangan sehat: what was measured at the visit, the result, the purpose; lines for what is not known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.documents.surat_sehat import KIND, sheet
from exports.making import Making
from exports.sheet import Big, Fields, Paragraph
from exports.wording import decimal
from fhir_server.errors import InvalidParameter, NotFound
from fhir_server.messages import Resource
from tests.exports import charts
from tests.exports.documents.pages import ISSUED, asked, changed, printed

VISIT = "Encounter/kunjungan-000006-001"
EARLIER = {"reference": "Encounter/kunjungan-000006-002"}


def making(**options: str) -> Making:
    return charts.making(charts.chart(6, VISIT), **options)


def rows(of: Making) -> dict[str, str]:
    return {label: value for block in sheet(of).blocks if isinstance(block, Fields) for label, value in block.rows}


def measured(id: str, loinc: str, visit: Resource | None = None, **value: object) -> Resource:
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "subject": {"reference": "Patient/pasien-000006"},
        "encounter": visit or {"reference": VISIT},
        "effectiveDateTime": "2025-02-04T02:00:00+00:00",
        **value,
    }


def with_all(of: Making, *observations: Resource) -> Making:
    for one in observations:
        of = changed(of, f"Observation/{one['id']}", **one)
    return of


def test_it_has_what_was_measured_in_the_order_of_the_form(tmp_path: Path) -> None:
    group = measured("g", "883-9", EARLIER, valueCodeableConcept={"coding": [{"display": "O"}]})
    rhesus = measured("r", "10331-7", EARLIER, valueCodeableConcept={"text": "positif"})
    colours = measured("b", "x", code={"text": "Tes buta warna (Ishihara)"}, valueString="Normal")
    of = with_all(making(purpose="Melamar pekerjaan", result="sehat"), group, rhesus, colours)
    assert printed(KIND, of, tmp_path).inorder(
        "SURAT KETERANGAN SEHAT",
        "Nama : Jamilah Bengkirai",
        "pemeriksaan kesehatan pada tanggal 4 Februari 2025, dengan hasil:",
        "Berat badan : 64,6 kg",
        "Tinggi badan : 160 cm",
        "Tekanan darah : 159/92 mmHg",
        "Nadi : 86 x/menit",
        "Golongan darah : O, rhesus positif",
        "Buta warna : Normal",
        "dan dinyatakan dalam keadaan SEHAT untuk keperluan : Melamar pekerjaan",
        "dr. Hairil Bengkirai, Sp.PD",
    )


@given(
    weight=st.decimals("0.5", "300", places=2, allow_nan=False),
    upper=st.integers(40, 300),
    lower=st.integers(20, 200),
)
def test_values_are_those_of_the_record(weight: Decimal, upper: int, lower: int) -> None:
    pressure = measured("p", "85354-9", effectiveDateTime="2025-02-04T05:00:00+00:00")
    pressure["component"] = [
        {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "valueQuantity": {"value": value}}
        for code, value in (("8480-6", upper), ("8462-4", lower))
    ]
    heavy = measured("w", "29463-7", valueQuantity={"value": weight, "unit": "kg"})
    found = rows(with_all(making(), {**heavy, "effectiveDateTime": pressure["effectiveDateTime"]}, pressure))
    assert found["Berat badan"] == f"{decimal(weight)} kg"
    assert found["Tekanan darah"] == f"{upper}/{lower} mmHg"


def test_another_visit_and_another_patient_are_left_out_but_for_the_blood_group() -> None:
    later = measured("w", "29463-7", EARLIER, valueQuantity={"value": 99, "unit": "kg"})
    stranger = measured("s", "883-9", valueString="AB", subject={"reference": "Patient/pasien-000007"})
    wrong = measured("x", "8302-2", valueQuantity={"value": 12, "unit": "cm"}, status="entered-in-error")
    found = rows(with_all(making(), later, stranger, wrong))
    assert (found["Berat badan"], found["Tinggi badan"], found["Golongan darah"]) == ("64,6 kg", "160 cm", "")


def test_the_newest_blood_group_counts() -> None:
    old = measured("a", "883-9", EARLIER, valueString="A", effectiveDateTime="2020-01-01T00:00:00+00:00")
    new = measured("b", "883-9", EARLIER, valueString="B", effectiveDateTime="2024-01-01T00:00:00+00:00")
    assert rows(with_all(making(), new, old))["Golongan darah"] == "B"


@pytest.mark.parametrize(
    ("result", "shown", "strikes"),
    [(None, "SEHAT / TIDAK SEHAT *)", True), ("sehat", "SEHAT", False), ("tidak-sehat", "TIDAK SEHAT", False)],
)
def test_the_result_is_told_or_left_to_a_pen(result: str | None, shown: str, strikes: bool) -> None:
    blocks = sheet(making(**({"result": result} if result else {}))).blocks
    assert [one.text for one in blocks if isinstance(one, Big)] == [shown]
    assert any(isinstance(one, Paragraph) and one.text == "*) Coret yang tidak perlu." for one in blocks) is strikes


def test_what_is_not_known_is_a_line_for_a_pen_but_never_under_an_electronic_signature() -> None:
    found = rows(making())
    assert (found["untuk keperluan"], found["Golongan darah"], found["Buta warna"]) == ("", "", "")
    electronic = replace(making(result="sehat"), issued=replace(ISSUED, signed=True))
    assert "" not in rows(electronic).values()
    with pytest.raises(InvalidParameter) as refused:
        sheet(asked(electronic, purpose="Sekolah"))
    assert refused.value.issues[0].expression == "result"


@pytest.mark.parametrize("sent", [{"result": "sakit"}, {"purpose": "x" * 201}, {"paper": "f4"}])
def test_what_cannot_be_is_refused_by_name(sent: dict[str, str]) -> None:
    with pytest.raises(InvalidParameter) as refused:
        sheet(making(**sent))
    assert refused.value.issues[0].expression == next(iter(sent))


def test_a_visit_that_was_not_held_is_refused() -> None:
    with pytest.raises(NotFound):
        sheet(changed(making(), VISIT, status="planned"))
