"""The clinic's pure modules, in the browser that runs them: days, measurements, ages, z-scores."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from playwright.async_api import Page

from clinic.routes import mark
from tests.clinic.resources import observation

AT = "2026-11-25T01:00:00Z"
VISIT = {
    "id": "e",
    "status": "arrived",
    "subject": {"reference": "Patient/p"},
    "period": {"start": "2026-11-25T00:10:00Z"},
}
BOOKED = {
    "id": "a",
    "status": "booked",
    "start": "2026-11-25T02:00:00Z",
    "participant": [{"actor": {"reference": "Patient/p"}}],
    "identifier": [{"system": "urn:rsud-fhir:booking:number", "value": "A-7"}],
}
TICKET = {"status": "requested", "focus": {"reference": "Encounter/e"}, "authoredOn": "2026-11-25T00:20:00Z"}


async def run(page: Page, module: str, script: str, given: object = None) -> Any:
    """What a script gives that finds the module as `it` and what was given as `given`."""
    address = f"/clinic/static/{mark()}/{module}"
    return await page.evaluate(f"async (given) => {{ const it = await import('{address}'); return {script}; }}", given)


async def the_day(page: Page, **given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = {"appointments": [], "encounters": [], "tasks": [], **given}
    script = f"it.day(given).map((row) => ({{ ...row, waited: it.waited(row, new Date('{AT}')) }}))"
    return list(await run(page, "day.js", script, rows))


@pytest.mark.parametrize(
    ("given", "state", "number", "waited"),
    [
        ({"appointments": [BOOKED]}, "booked", "A-7", None),
        ({"appointments": [BOOKED | {"status": "arrived"}]}, "arrived", "A-7", None),
        ({"encounters": [VISIT]}, "arrived", "", 50),
        ({"encounters": [VISIT], "tasks": [TICKET]}, "waiting", "", 40),
        ({"encounters": [VISIT], "tasks": [TICKET | {"status": "received"}]}, "called", "", 40),
        (
            {"encounters": [VISIT], "tasks": [TICKET | {"businessStatus": {"coding": [{"code": "absent"}]}}]},
            "away",
            "",
            40,
        ),
        (
            {
                "encounters": [VISIT],
                "tasks": [TICKET | {"status": "in-progress", "executionPeriod": {"start": "2026-11-25T00:45:00Z"}}],
            },
            "serving",
            "",
            25,
        ),
        ({"encounters": [VISIT | {"status": "finished"}]}, "done", "", None),
    ],
)
async def test_how_a_patient_stands(
    doctor: Page, given: dict[str, Any], state: str, number: str, waited: int | None
) -> None:
    (row,) = await the_day(doctor, **given)
    assert (row["patient"], row["state"], row["number"], row["waited"]) == ("Patient/p", state, number, waited)


async def test_a_booking_and_its_visit_are_one_row_and_what_is_void_none(doctor: Page) -> None:
    visit = VISIT | {"appointment": [{"reference": "Appointment/a"}]}
    rows = await the_day(doctor, appointments=[BOOKED, BOOKED | {"id": "b", "status": "cancelled"}], encounters=[visit])
    assert [(row["key"], row["number"]) for row in rows] == [("Encounter/e", "A-7")]
    assert await the_day(doctor, encounters=[VISIT | {"status": "entered-in-error"}]) == []
    assert await the_day(doctor, tasks=[TICKET]) == [], "of a visit that is not open to this doctor"


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("2026-11-20", "5 hari"),
        ("2026-09-25", "2 bln"),
        ("2026-09-26", "60 hari"),
        ("2024-11-26", "23 bln"),
        ("2024-11-25", "2 th"),
        ("1951-11-26", "74 th"),
        ("1980", "± 46 th"),
        ("", ""),
    ],
)
async def test_ages(doctor: Page, born: str, age: str) -> None:
    assert await run(doctor, "describe.js", f"it.ageOf(given, new Date('{AT}'))", born) == age


@pytest.mark.parametrize(
    ("more", "flag", "text"),
    [
        ({}, "", "4.00"),
        ({"referenceRange": [{"low": {"value": "4.50"}}]}, "L", "4.00"),
        ({"referenceRange": [{"high": {"value": "3.99"}}]}, "H", "4.00"),
        ({"referenceRange": [{"low": {"value": "4.00"}, "high": {"value": "4.00"}}]}, "", "4.00"),
        ({"interpretation": [{"coding": [{"code": "N"}]}], "referenceRange": [{"low": {"value": "4.50"}}]}, "", "4.00"),
        ({"interpretation": [{"coding": [{"code": "HH"}]}]}, "HH", "4.00"),
        ({"valueQuantity": {"value": "4.00", "comparator": "<"}}, "", "<4.00"),
    ],
)
async def test_results_are_judged_as_they_were_sent(doctor: Page, more: dict[str, Any], flag: str, text: str) -> None:
    at = datetime.fromisoformat(AT)
    row = observation("1", "p", ("2160-0", "laboratory"), {"value": "4.00", "unit": "mg/dL"}, at=at) | more
    (series,) = await run(doctor, "measurements.js", "it.series([given])", row)
    assert series["name"] == "Kreatinin"
    assert (series["values"][0]["flag"], series["values"][0]["text"].replace(",", ".")) == (flag, text)


async def test_what_was_entered_in_error_is_no_result(doctor: Page) -> None:
    assert await run(doctor, "measurements.js", "it.series([{ status: 'entered-in-error', valueInteger: 1 }])") == []


@pytest.mark.parametrize(
    ("kind", "curve"),
    [("weight", [6.9, 7.7, 9.6, 12.0, 13.3]), ("height", [68.6, 71.0, 75.7, 80.5, 82.9])],
)
async def test_curves_are_those_of_the_tables_of_the_who(doctor: Page, kind: str, curve: list[float]) -> None:
    """Boys of 12 months, as published."""
    rows = await run(doctor, "growth/standards.js", f"it.{kind}.male")
    script = "[-3, -2, 0, 2, 3].map((z) => it.valueAt(it.parameters(given, 12), z))"
    found = await run(doctor, "growth/zscores.js", script, rows)
    assert [round(one, 1) for one in found] == curve
    back = await run(doctor, "growth/zscores.js", f"it.zscore(it.parameters(given, 12), {json.dumps(found[1])})", rows)
    assert round(back, 6) == -2
    assert await run(doctor, "growth/zscores.js", "it.parameters(given, 60.1)", rows) is None


@pytest.mark.parametrize(
    ("kind", "z", "words"),
    [
        ("weight", -3.01, "Berat badan sangat kurang"),
        ("weight", -3, "Berat badan kurang"),
        ("weight", -2, "Berat badan normal"),
        ("weight", 1.01, "Risiko berat badan lebih"),
        ("height", -2.01, "Pendek"),
        ("height", 3, "Tinggi badan normal"),
    ],
)
async def test_words_for_a_z_score(doctor: Page, kind: str, z: float, words: str) -> None:
    assert await run(doctor, "growth/zscores.js", f"it.judged('{kind}', given)", z) == words
