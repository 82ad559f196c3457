"""Vital signs, results and curves as blocks of a document."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from exports import results
from exports.chart import Chart
from exports.sheet import Fields, Row, Table
from fhir_server.messages import Resource
from resources.systems import LOINC

PATIENT = {"resourceType": "Patient", "id": "a", "gender": "female", "birthDate": "1990-05-05"}
CHART = Chart("Patient/a", {"Patient/a": PATIENT})
MORNING, NOON = "2026-11-24T08:00:00+08:00", "2026-11-24T12:00:00+08:00"
CODES = {"systolic": "8480-6", "diastolic": "8462-4", "pulse": "8867-4", "weight": "29463-7", "platelets": "777-3"}
UNITS = {"systolic": "mm[Hg]", "diastolic": "mm[Hg]", "pulse": "/min", "weight": "kg", "platelets": "10*3/uL"}


def one(what: str, value: str, at: str | None = MORNING, **more: Any) -> Resource:
    quantity = {"value": Decimal(value), "code": UNITS[what]}
    when = {"effectiveDateTime": at} if at else {}
    code = {"coding": [{"system": LOINC, "code": CODES[what]}]}
    return {"resourceType": "Observation", "id": f"{what}{at}", "code": code, **when, "valueQuantity": quantity, **more}


def test_measured_once_it_is_told_in_fields() -> None:
    signs = [one("pulse", "76"), one("diastolic", "74"), one("systolic", "123"), one("weight", "63.5")]
    assert results.vital_signs(signs, CHART) == [
        Fields((("Tekanan darah", "123/74 mmHg"), ("Nadi", "76 x/menit"), ("Berat badan", "63,5 kg")), 2)
    ]


@pytest.mark.parametrize("at", [None, "2026", "2026-11-24", MORNING])
def test_nothing_is_lost_for_want_of_a_time(at: str | None) -> None:
    assert results.vital_signs([one("pulse", "76", at)], CHART) == [Fields((("Nadi", "76 x/menit"),), 2)]


def test_a_panel_is_told_as_its_parts() -> None:
    parts = [one("systolic", "140"), one("diastolic", "90")]
    panel = {"resourceType": "Observation", "id": "p", "effectiveDateTime": MORNING, "component": parts}
    assert results.vital_signs([panel], CHART, "en") == [Fields((("Blood pressure", "140/90 mmHg"),), 2)]


def test_one_pressure_alone_is_told_alone() -> None:
    assert results.vital_signs([one("systolic", "140")], CHART) == [Fields((("Tekanan sistolik", "140 mmHg"),), 2)]


def test_measured_again_it_is_a_line_for_each_time() -> None:
    signs = [one("pulse", "80", NOON), one("pulse", "76"), one("weight", "63", NOON)]
    (table,) = results.vital_signs(signs, CHART)
    assert isinstance(table, Table)
    assert [column.title for column in table.columns] == ["Waktu", "Nadi", "Berat badan"]
    assert [row.cells for row in table.rows] == [
        ("24 November 2026, 08.00 WITA", "76 x/menit", ""),
        ("24 November 2026, 12.00 WITA", "80 x/menit", "63 kg"),
    ]


def test_more_signs_than_a_table_is_wide_go_on_in_another() -> None:
    sets = [(str(place), {f"tanda {number}": "1" for number in range(8)}) for place in range(2)]
    tables = list(results.signs_table(sets))
    assert [len(table.columns) for table in tables] == [7, 3]


def test_a_stay_is_told_by_first_lowest_highest_and_last() -> None:
    bounds = {"referenceRange": [{"low": {"value": 150, "code": "10*3/uL"}}]}
    days = (("22", "112"), ("23", "75"), ("24", "140"), ("25", "180"), ("26", "160"))
    found = [one("platelets", value, f"2026-11-{day}T08:00:00+08:00", **bounds) for day, value in days]
    table = results.course(found[::-1], CHART)
    assert table.rows == (Row(("Trombosit", "112 L", "75 L", "180", "160", "≥ 150", "10³/µL"), "abnormal"),)


def test_two_values_are_first_and_last_one_is_a_row_like_any_other() -> None:
    first, last = one("platelets", "112"), one("platelets", "140", NOON)
    table = results.course([first, last, one("weight", "60")], CHART)
    assert table.rows[0].cells[:5] == ("Trombosit", "112", "", "", "140")
    assert table.rows[1].cells[:5] == ("Berat badan", "", "", "", "60")
    assert results.course([first], CHART).columns == results.table([first], CHART).columns


def test_values_in_another_unit_are_no_part_of_a_curve() -> None:
    pounds = one("weight", "140", "2026-01-01T08:00:00+08:00", valueQuantity={"value": 140, "code": "[lb_av]"})
    kilograms = [one("weight", "63", MORNING), one("weight", "64", NOON)]
    plot = results.curve("Berat", [("", [pounds, *kilograms])], CHART)
    assert plot is not None
    assert plot.unit == "kg"
    days, values = zip(*plot.series[0].points, strict=True)
    assert values == (63.0, 64.0)
    assert list(days) == pytest.approx([0, 4 / 24])
    assert plot.dates == ("24 November 2026", "24 November 2026")


def test_once_measured_is_no_curve() -> None:
    assert results.curve("Berat", [("", [one("weight", "63")])], CHART) is None
    assert results.curve("Berat", [("", [])], CHART) is None


def test_critical_is_a_word_not_only_a_colour() -> None:
    told = results.row(one("weight", "63", interpretation=[{"coding": [{"code": "LL"}]}]), CHART)
    assert (told.cells[2], told.mark) == ("L kritis", "critical")


def test_when_a_specimen_was_taken_counts_not_when_it_was_told() -> None:
    later = one("weight", "63", "2026-11-24", issued="2026-11-25T08:00:00+08:00")
    assert results.moment(later, CHART) == datetime(2026, 11, 24, tzinfo=CHART.zone)
