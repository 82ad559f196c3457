"""The resume medis: what belongs into which section, and what of it the clinician has written."""

from __future__ import annotations

from typing import Any

import pytest

from exports import composition, narrative, sections
from exports.chart import Chart
from fhir_server.messages import Resource
from resources.registry import validate
from tests.exports import charts

VISIT = "Encounter/kunjungan-000001-001"
STAY = "Encounter/kunjungan-000040-002"


def _titles(found: Resource) -> list[str]:
    return [section["title"] for section in found["section"]]


def _entries(found: Resource) -> list[str]:
    parts = [part for section in found["section"] for part in (section, *section.get("section", ()))]
    return [entry["reference"] for part in parts for entry in part.get("entry", ())]


@pytest.mark.parametrize(("number", "focus"), list(charts.focuses("Encounter", range(1, 8))))
def test_what_is_composed_is_valid_and_has_the_things_of_this_visit_once(number: int, focus: str) -> None:
    chart = charts.chart(number, focus)
    found = sections.composed(chart)
    assert [issue for issue in validate(found) if issue.severity in ("error", "fatal")] == []
    assert found["status"] == "preliminary"
    assert len(found["section"]) == 13
    entries = _entries(found)
    admission = [f"Condition/{one['id']}" for one in composition.first(chart)]
    assert len(set(entries)) == len(entries) - len(admission)
    lasting = ("AllergyIntolerance/", "FamilyMemberHistory/", "Appointment/")
    others = [name for name in entries if not name.startswith(lasting)]
    assert {chart.resources[name]["encounter"]["reference"] for name in others} <= {focus}
    diagnosed = [row["condition"]["reference"] for row in chart.about.get("diagnosis", ())]
    assert set(diagnosed) <= set(entries)


def test_empty_sections_say_that_they_are_to_be_filled_in() -> None:
    found = sections.composed(charts.chart(1, VISIT))
    diet = next(section for section in found["section"] if section["title"] == "Diet")
    assert narrative.words(diet["text"]) == sections.NOT_YET
    assert sections.told(found, "42344-2", charts.chart(1, VISIT)) == ("", [])


def test_a_visit_without_doctor_or_dates_can_be_composed() -> None:
    chart = charts.chart(1, VISIT)
    stripped = {name: value for name, value in chart.about.items() if name not in ("participant", "period")}
    found = sections.composed(Chart(VISIT, {**chart.resources, VISIT: stripped}))
    assert [issue for issue in validate(found) if issue.severity in ("error", "fatal")] == []
    assert found["author"] == [{"reference": "Organization/org-rsud"}]


def test_the_composition_counts_before_the_record() -> None:
    chart = charts.chart(40, STAY)
    written = composition.of_encounter(chart)
    assert written is not None
    assert sections.told(written, "10184-0", chart) == ("Membaik", [])
    without = {**written, "section": []}
    complaints = sections.told(without, "10154-3", chart)[1]
    assert [one["code"]["text"] for one in complaints] == ["Demam tinggi mendadak empat hari"]


def _other(status: str, date: str, id: str) -> dict[str, Resource]:
    written = composition.of_encounter(charts.chart(40, STAY))
    assert written is not None
    return {f"Composition/{id}": {**written, "id": id, "status": status, "date": date}}


@pytest.mark.parametrize(
    ("others", "chosen"),
    [
        ((("preliminary", "2099-01-01", "x"),), "resume-000040-001"),
        ((("amended", "2099-01-01", "x"),), "x"),
        ((("entered-in-error", "2099-01-01", "x"),), "resume-000040-001"),
        ((("final", "2000-01-01", "x"),), "resume-000040-001"),
    ],
)
def test_of_several_the_newest_that_is_not_a_draft(others: Any, chosen: str) -> None:
    chart = charts.chart(40, STAY)
    more = {name: one for row in others for name, one in _other(*row).items()}
    found = composition.of_encounter(Chart(STAY, {**chart.resources, **more}))
    assert found is not None
    assert found["id"] == chosen


def test_the_main_diagnosis_comes_first() -> None:
    chart = charts.chart(2, "Encounter/kunjungan-000002-009")
    known = composition.of_category("Condition", "encounter-diagnosis")(composition.of_visit(chart))
    ranked = composition.diagnoses(chart, known[::-1])
    assert [(one.use, one.rank) for one in ranked] == [("DD", 1), ("DD", 2)]
    assert [one["id"] for one in composition.first(chart)] == [ranked[0].condition["id"]]


@pytest.mark.parametrize(
    ("made", "day", "is_control"),
    [
        ("2025-09-25T10:00:00+08:00", "2025-10-01T09:00:00+08:00", True),
        ("2025-09-27T10:00:00+08:00", "2025-10-01T09:00:00+08:00", True),
        ("2025-09-01T10:00:00+08:00", "2025-10-01T09:00:00+08:00", False),
        ("2025-10-20T10:00:00+08:00", "2025-11-01T09:00:00+08:00", False),
        ("2025-09-25T10:00:00+08:00", "2025-09-26T09:00:00+08:00", False),
    ],
)
def test_a_control_was_made_in_the_visit_for_a_day_after_it(made: str, day: str, is_control: bool) -> None:
    booked = {"resourceType": "Appointment", "id": "k", "status": "booked", "created": made, "start": day}
    record = {name: one for name, one in charts.record(40).items() if not name.startswith("Appointment/")}
    chart = Chart(STAY, {**record, "Appointment/k": booked})
    assert composition.controls(chart) == ([booked] if is_control else [])


@pytest.mark.parametrize(
    ("div", "words"),
    [
        ("Sesak berkurang.", "Sesak berkurang."),
        ('<div xmlns="http://www.w3.org/1999/xhtml"><p>Satu</p><p>dua</p></div>', "Satu\ndua"),
        ("<div>rusak", ""),
        ('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]><div>a&x;b</div>', "a&x;b"),
    ],
)
def test_narratives(div: str, words: str) -> None:
    assert narrative.words({"div": div}) == words
