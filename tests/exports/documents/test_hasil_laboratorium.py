"""Laboratory results: grouped, flagged against what is normal for this patient, with what was measured before."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports import wording
from exports.chart import Chart
from exports.documents import hasil_laboratorium
from exports.making import Making
from exports.sheet import Beside, Plot, Row, Sheet, Table, Together
from fhir_server.errors import NotFound
from fhir_server.messages import Resource
from tests.exports import charts
from tests.exports.documents.pages import changed, printed, without

KIND = hasil_laboratorium.KIND
REPORT = "DiagnosticReport/laporan-000001-001"
LAST = "DiagnosticReport/laporan-000018-023"


def making(number: int = 1, focus: str = REPORT) -> Making:
    return charts.making(charts.chart(number, focus))


def _results(making: Making) -> list[str]:
    return [row["reference"] for row in making.chart.about["result"]]


def _rows(sheet: Sheet) -> list[Row]:
    return [row for block in sheet.blocks if isinstance(block, Table) for row in block.rows]


def _plots(sheet: Sheet) -> list[Plot]:
    inner = [part for block in sheet.blocks for part in (block.blocks if isinstance(block, Together) else (block,))]
    pairs = [part for part in inner if isinstance(part, Beside)]
    return [one for pair in pairs for one in (*pair.left, *pair.right) if isinstance(one, Plot)]


def test_the_form_in_its_order(tmp_path: Path) -> None:
    page = printed(KIND, making(), tmp_path)
    assert page.inorder(
        *("HASIL LABORATORIUM", "No. laboratorium : LAB-000001-001", "Nama : Sabran Enggang", "No. RM : 00-00-01"),
        *("No Pemeriksaan Hasil Nilai rujukan Satuan Keterangan", "Hematologi"),
        *("1. Hemoglobin 13,8 12,0 – 16,0 g/dL", "2. Hematokrit 43,4 36,0 – 47,0 %"),
        *("3. Leukosit 8,71 4,00 – 10,50 10³/µL", "4. Trombosit 249 150 – 440 10³/µL"),
        *("Penanggung Jawab Laboratorium", "dr. Rusdi Mandau, Sp.PK", "SIP "),
    )
    for beside in ("Poli Penyakit Dalam", "dr. Lejau Meranti, Sp.PD", "Darah", "20 Oktober 2025, 11.12 WITA"):
        assert page.text.count(beside) == 1
    assert "KRITIS" not in page.text
    assert "SEMENTARA" not in page.text


def test_each_result_has_its_flag_and_its_range() -> None:
    for number, focus in list(charts.focuses("DiagnosticReport", range(2, 21), where=_is_laboratory))[::9]:
        of = making(number, focus)
        rows = [row for row in _rows(KIND.sheet(of)) if row.mark != "group"]
        observations = [of.chart.resources[name] for name in _results(of)]
        assert len(rows) == len(observations)
        for one in (one for one in observations if "valueQuantity" in one):
            flag = one["interpretation"][0]["coding"][0]["code"].replace("N", "")
            told = [row for row in rows if row.cells[2] == wording.decimal(one["valueQuantity"]["value"])]
            assert flag in [row.cells[3] for row in told]


def _is_laboratory(one: Resource) -> bool:
    return bool(one["category"][0]["coding"][0]["code"] != "RAD")


def _ranges() -> list[dict[str, Any]]:
    def bounds(low: str, high: str, **more: Any) -> dict[str, Any]:
        return {"low": {"value": Decimal(low)}, "high": {"value": Decimal(high)}, **more}

    women = [{"coding": [{"code": "248152002"}]}]
    return [bounds("13", "17"), bounds("12", "13.5", appliesTo=women), bounds("7", "20", type={"text": "kritis"})]


@pytest.mark.parametrize(
    ("value", "gender", "cells", "remark"),
    [
        ("13.8", "male", ("13,8", "", "13 – 17"), ""),
        ("13.8", "female", ("13,8", "H", "12 – 13,5"), ""),
        ("12.5", "male", ("12,5", "L", "13 – 17"), ""),
        ("6.9", "male", ("6,9", "L kritis", "13 – 17"), "KRITIS"),
        ("20.5", "female", ("20,5", "H kritis", "12 – 13,5"), "KRITIS"),
    ],
)
def test_flags_are_computed_for_this_patient(value: str, gender: str, cells: tuple[str, ...], remark: str) -> None:
    of = making()
    hemoglobin = _results(of)[0]
    quantity = {"value": Decimal(value), "unit": "g/dL"}
    of = changed(of, hemoglobin, valueQuantity=quantity, interpretation=None, referenceRange=_ranges())
    of = changed(of, of.chart.patient_name, gender=gender)
    row = next(row for row in _rows(KIND.sheet(of)) if row.cells[1:2] == ("Hemoglobin",))
    assert row.cells[2:5] == cells
    assert row.cells[6] == remark
    assert (row.mark == "critical") == bool(remark)


def test_critical_values_stand_above_all_others_in_words(tmp_path: Path) -> None:
    of = making()
    sent = [{"coding": [{"code": "LL"}]}]
    of = changed(of, _results(of)[3], interpretation=sent)
    assert printed(KIND, of, tmp_path).inorder("NILAI KRITIS: Trombosit 249 10³/µL", "Hematologi", "L kritis", "KRITIS")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("preliminary", "HASIL SEMENTARA"),
        ("partial", "HASIL SEMENTARA"),
        ("corrected", "HASIL PERBAIKAN"),
        ("appended", "HASIL TAMBAHAN"),
    ],
)
def test_a_report_that_is_not_simply_final_says_so(status: str, words: str, tmp_path: Path) -> None:
    assert words in printed(KIND, changed(making(), REPORT, status=status), tmp_path).text


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error"])
def test_a_withdrawn_report_is_not_printed(status: str) -> None:
    with pytest.raises(NotFound):
        KIND.sheet(changed(making(), REPORT, status=status))


def test_radiology_is_no_laboratory() -> None:
    ((number, focus), *_) = charts.focuses(
        "DiagnosticReport", range(1, 60), where=lambda one: one["category"][0]["coding"][0]["code"] == "RAD"
    )
    with pytest.raises(NotFound):
        KIND.sheet(making(number, focus))


def test_what_was_entered_in_error_is_left_out() -> None:
    of = making()
    of = changed(of, _results(of)[1], status="entered-in-error")
    assert "Hematokrit" not in [row.cells[1] for row in _rows(KIND.sheet(of)) if row.mark != "group"]


def test_panels_are_told_by_their_members_and_groups_apart() -> None:
    of = making()
    first, *others = _results(of)
    glucose = {"coding": [{"system": "http://loinc.org", "code": "2345-7"}]}
    panel = {
        "resourceType": "Observation",
        "id": "panel",
        "status": "final",
        "code": {"text": "Panel"},
        "hasMember": [{"reference": name} for name in (first, *others)],
    }
    of = changed(changed(of, "Observation/panel", **panel), others[0], code=glucose)
    of = changed(of, REPORT, result=[{"reference": "Observation/panel"}, {"reference": first}])
    told = [row.cells[0] if row.mark == "group" else row.cells[1] for row in _rows(KIND.sheet(of))]
    assert told == ["Hematologi", "Hemoglobin", "Leukosit", "Trombosit", "Kimia Klinik", "Glukosa darah sewaktu"]


def test_earlier_values_make_a_curve_of_this_patient_alone(tmp_path: Path) -> None:
    of = making(18, LAST)
    (plot,) = _plots(KIND.sheet(of))
    mine = [
        (one["effectiveDateTime"], float(one["valueQuantity"]["value"]))
        for one in charts.record(18).values()
        if one["resourceType"] == "Observation" and one["code"]["coding"][0]["code"] == "718-7"
    ]
    here = max(of.chart.resources[name]["effectiveDateTime"] for name in _results(of))
    since = str(int(here[:4]) - 2) + here[4:]
    wanted = [value for at, value in sorted(mine) if since <= at <= here]
    assert [value for _, value in plot.series[0].points] == wanted
    assert len(wanted) > 2
    stranger = {**of.chart.resources[_results(of)[0]], "id": "x", "subject": {"reference": "Patient/lain"}}
    other = changed(of, "Observation/x", **{**stranger, "effectiveDateTime": "2026-01-01T00:00:00Z"})
    assert _plots(KIND.sheet(other)) == [plot]


def test_without_earlier_values_there_is_no_curve() -> None:
    of = making()
    chart = charts.of_encounter(1, of.chart.about["encounter"]["reference"])
    assert _plots(KIND.sheet(replace(of, chart=replace(of.chart, resources=dict(chart.resources))))) == []


def test_what_is_asked_for_the_curves() -> None:
    asked = dict(hasil_laboratorium.earlier(making().chart))
    assert asked["patient"] == "Patient/pasien-000001"
    assert asked["code"].split(",")[-1] == "http://loinc.org|718-7"
    dates = [value for name, value in hasil_laboratorium.earlier(making().chart) if name == "date"]
    assert dates == ["ge2023-10-20", "le2025-10-20"]
    bare = Chart(REPORT, {REPORT: making().chart.about})
    assert hasil_laboratorium.earlier(bare) == ()


def test_results_that_may_not_be_read_are_said_to_be_missing(tmp_path: Path) -> None:
    assert "Tidak ada hasil" in printed(KIND, without(making(), "Observation"), tmp_path).text


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(values=st.lists(st.decimals(0, 10**6, places=3), min_size=4, max_size=4, unique=True))
def test_values_on_paper_are_those_of_the_record(values: list[Decimal], tmp_path: Path) -> None:
    of = making()
    for name, value in zip(_results(of), values, strict=True):
        of = changed(of, name, valueQuantity={"value": value, "code": "g/dL"})
    of = replace(of, chart=replace(of.chart, resources=_without_others(of)))
    assert printed(KIND, of, tmp_path).inorder(*(wording.decimal(value) for value in values))


def _without_others(of: Making) -> dict[str, Resource]:
    """Without what makes curves, which have values too."""
    mine = {*_results(of)}
    return {name: one for name, one in of.chart.resources.items() if name in mine or not name.startswith("Obs")}
