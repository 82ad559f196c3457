"""The times of a visit."""

from __future__ import annotations

from typing import Any

from resources.encounter import encounter_rules
from resources.systems import local

ENCOUNTER: dict[str, Any] = {
    "resourceType": "Encounter",
    "identifier": [{"system": local("encounter", "1"), "value": "1"}],
}


def status(name: str) -> dict[str, Any]:
    return {"resourceType": "Encounter", "status": name}


def test_doubts_about_a_finished_visit() -> None:
    finished = {**ENCOUNTER, "status": "finished"}
    assert [issue.expression for issue in encounter_rules(finished)] == ["Encounter.period.end"]
    assert list(encounter_rules({**finished, "period": {"end": "2026"}})) == []
    assert list(encounter_rules(status("finished"))) == []


def test_a_history_that_goes_back() -> None:
    starts = ["2026-11-24T02:00:00Z", "2026-11-24T09:00:00+08:00"]
    history = [{"status": "arrived", "period": {"start": start}} for start in starts]
    (issue,) = encounter_rules({**ENCOUNTER, "statusHistory": history})
    assert (issue.severity, issue.expression) == ("warning", "Encounter.statusHistory[1].period.start")
    assert list(encounter_rules({**ENCOUNTER, "statusHistory": history[::-1]})) == []
