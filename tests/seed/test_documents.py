"""Discharge summaries, care plans and episodes."""

from datetime import date
from typing import Any

import pytest

from seed.documents import every, indonesian
from tests.seed.reading import at, of, references

Resource = dict[str, Any]
Records = dict[int, list[Resource]]


def test_every_stay_ends_with_a_summary_of_its_own_things(records: Records) -> None:
    for record in records.values():
        stays = {f"Encounter/{visit['id']}" for visit in of(record, "Encounter") if visit["class"]["code"] == "IMP"}
        summaries = of(record, "Composition")
        assert {item["encounter"]["reference"] for item in summaries} == stays
        own = {f"{item['resourceType']}/{item['id']}": item for item in record}
        for summary in summaries:
            titles = [section["title"] for section in summary["section"]]
            assert "Diagnosis" in titles
            for text in references(summary["section"]):
                assert own[text]["encounter"] == summary["encounter"]


def test_episodes_hold_their_visits(records: Records) -> None:
    episodes = 0
    for record in records.values():
        for episode in of(record, "EpisodeOfCare"):
            key = f"EpisodeOfCare/{episode['id']}"
            visits = [visit for visit in of(record, "Encounter") if visit.get("episodeOfCare") == [{"reference": key}]]
            assert visits
            assert min(at(visit["period"]["start"]).date() for visit in visits) >= at(episode["period"]["start"]).date()
            assert (episode["status"] == "finished") == ("end" in episode["period"])
            episodes += 1
    assert episodes > 15


def test_plans_address_problems(records: Records) -> None:
    for record in records.values():
        own = {f"Condition/{item['id']}": item for item in of(record, "Condition")}
        for plan in of(record, "CarePlan"):
            for problem in plan["addresses"]:
                assert own[problem["reference"]]["category"][0]["coding"][0]["code"] == "problem-list-item"


@pytest.mark.parametrize(
    ("day", "text"), [(date(2026, 1, 1), "1 Januari 2026"), (date(2025, 8, 17), "17 Agustus 2025")]
)
def test_indonesian_dates(day: date, text: str) -> None:
    assert indonesian(day) == text


def test_every() -> None:
    assert every(date(2026, 1, 31), 30, 3) == [date(2026, 1, 31), date(2026, 3, 2), date(2026, 4, 1)]
