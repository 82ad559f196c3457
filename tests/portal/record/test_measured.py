"""Values as the pages tell them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from exports.chart import Chart
from fhir_server.messages import Resource
from portal.record import measured, trends
from resources.systems import LOINC
from tests.portal.record.charts import observation

PATIENT = {"resourceType": "Patient", "id": "1", "gender": "female", "birthDate": "1980-01-01"}


def values(*observations: Resource) -> list[measured.Measured]:
    own = [{**one, "subject": {"reference": "Patient/1"}} for one in observations]
    chart = Chart("Patient/1", {"Patient/1": PATIENT, **{f"Observation/{one['id']}": one for one in own}})
    return measured.values(own, chart, "id")


def ranged(value: Any, low: str | None, high: str | None) -> Resource:
    bounds = {side: {"value": Decimal(one)} for side, one in (("low", low), ("high", high)) if one}
    return observation("1", "2160-0", Decimal(value), referenceRange=[bounds])


@pytest.mark.parametrize(
    ("value", "low", "high", "flag", "fits"),
    [
        ("1.0", "0.6", "1.1", "", "0,6 – 1,1"),
        ("0.5", "0.6", "1.1", "di bawah nilai rujukan", "0,6 – 1,1"),
        ("1.2", None, "1.1", "di atas nilai rujukan", "≤ 1,1"),
        ("1.2", None, None, "", ""),
    ],
)
def test_what_is_out_is_said_in_words(value: str, low: str | None, high: str | None, flag: str, fits: str) -> None:
    (one,) = values(ranged(value, low, high))
    assert (one.told("id"), one.fits, one.number) == (flag, fits, Decimal(value))
    assert (one.name, one.value, one.unit) == ("Kreatinin", value.replace(".", ","), "mg/dL")


def pressure(id: str, high: int, low: int, day: int) -> list[Resource]:
    return [observation(f"h{id}", "8480-6", high, day), observation(f"l{id}", "8462-4", low, day)]


def test_both_pressures_of_one_moment_are_one_value() -> None:
    found = measured.pressures(values(*pressure("2", 130, 85, 2), *pressure("1", 120, 80, 1)), "id")
    assert [(one.name, one.value, one.code) for one in found] == [
        ("Tekanan darah", "130/85", "85354-9"),
        ("Tekanan darah", "120/80", "85354-9"),
    ]


def test_a_pressure_in_components_is_one_too_and_half_of_one_stays_itself() -> None:
    parts = [
        {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": {"value": value, "unit": "mmHg"}}
        for code, value in (("8480-6", 120), ("8462-4", 80))
    ]
    whole = {**observation("1", "85354-9", 0), "component": parts}
    del whole["valueQuantity"]
    (one,) = measured.pressures(values(whole), "id")
    assert one.value == "120/80"
    (half,) = measured.pressures(values(observation("1", "8480-6", 120)), "id")
    assert (half.name, half.value) == ("Tekanan sistolik", "120")


@pytest.mark.parametrize(
    ("code", "codes"),
    [
        ("8462-4", {"85354-9", "8480-6", "8462-4"}),
        ("59408-5", {"2708-6", "59408-5"}),
        ("4544-3", {"4544-3", "20570-8"}),
        ("no-such", {"no-such"}),
    ],
)
def test_what_has_one_name_is_one_test(code: str, codes: set[str]) -> None:
    assert set(measured.same_as(code)) == codes


def test_the_newest_of_each_in_its_group() -> None:
    found = values(observation("3", "2160-0", 3, 3), observation("2", "718-7", 2, 2), observation("1", "2160-0", 1, 1))
    groups = measured.grouped(measured.newest(found), "id")
    assert [(name, [one.id for one in ones]) for name, ones in groups] == [
        ("Hematologi", ["2"]),
        ("Kimia Klinik", ["3"]),
    ]


def test_vital_signs_that_were_taken_together_are_one_set() -> None:
    found = values(
        observation("1", "8867-4", 80, effectiveDateTime="2026-03-01T08:00:00+08:00"),
        observation("2", "8310-5", 37, effectiveDateTime="2026-03-01T08:05:00+08:00"),
        observation("3", "8867-4", 70, effectiveDateTime="2026-03-01T12:00:00+08:00"),
    )
    assert [[one.id for one in ones] for _, ones in measured.sets(found)] == [["3"], ["2", "1"]]


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        (["5"], "Terbaru 5 mg/dL pada 1 Maret 2026."),
        (["5", "5"], "Sama dengan pengukuran sebelumnya."),
        (["5", "4.5", "9"], "Terendah 4,5, tertinggi 9. Naik dari 4,5 pada pengukuran sebelumnya."),
        (["4", "4.5"], "Turun dari 4,5 pada pengukuran sebelumnya."),
    ],
)
def test_a_sentence_says_what_the_plot_shows(numbers: list[str], told: str) -> None:
    """`numbers`: the newest first."""
    found = values(*(observation(str(place), "2160-0", Decimal(one), 1) for place, one in enumerate(numbers)))
    assert trends.sentences(found, "id")[0].endswith(told)
    assert bool(trends.picture(found, "p", "t", "id")) is (len(numbers) > 1)


def test_values_in_another_unit_are_not_compared() -> None:
    other = observation("2", "2160-0", 100, valueQuantity={"value": 100, "unit": "umol/L"})
    found = values(observation("1", "2160-0", 1), other)
    assert "100" not in trends.sentences(found, "id")[0]
    assert trends.picture(found, "p", "t", "id") == ""


def test_a_pressure_has_two_lines_and_a_sentence_for_each() -> None:
    found = values(*pressure("2", 130, 85, 2), *pressure("1", 120, 80, 1))
    high, low = trends.sentences(found, "id")
    assert high.startswith("Tekanan sistolik: Terbaru 130 mg/dL pada 2 Maret 2026.")
    assert low.startswith("Tekanan diastolik: Terbaru 85")
    assert 'class="line second"' in trends.picture(found, "p", "t", "id")
