"""How a visit proceeds."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from resources.definitions.structure import required_codes
from resources.encounter import MOVES, encounter_move, encounter_rules
from resources.systems import local

ENCOUNTER: dict[str, Any] = {
    "resourceType": "Encounter",
    "identifier": [{"system": local("encounter", "1"), "value": "1"}],
}


def status(name: str) -> dict[str, Any]:
    return {"resourceType": "Encounter", "status": name}


@pytest.mark.parametrize(
    "path",
    [
        "planned arrived in-progress finished",
        "arrived triaged in-progress finished",
        "in-progress onleave in-progress finished",
        "arrived cancelled entered-in-error",
        "unknown finished",
    ],
)
def test_ways_through_a_visit(path: str) -> None:
    steps = path.split()
    assert [encounter_move(status(a), status(b)) for a, b in pairwise(steps)] == [None] * (len(steps) - 1)


@pytest.mark.parametrize(
    ("old", "new"), [("finished", "in-progress"), ("in-progress", "arrived"), ("cancelled", "finished")]
)
def test_ways_that_are_none(old: str, new: str) -> None:
    issue = encounter_move(status(old), status(new))
    assert issue is not None
    assert (issue.severity, issue.code, issue.expression) == ("error", "business-rule", "Encounter.status")


def test_the_table_speaks_of_real_statuses() -> None:
    codes = {
        code for codes in required_codes("http://hl7.org/fhir/ValueSet/encounter-status").values() for code in codes
    }
    assert set(MOVES) | set().union(*MOVES.values()) == codes - {"unknown"}


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
