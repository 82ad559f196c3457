"""Slots."""

from __future__ import annotations

from resources.definitions.structure import required_codes
from resources.registry import validate
from resources.slot import MOVES, slot_move

SLOT = {
    "resourceType": "Slot",
    "schedule": {"reference": "Schedule/1"},
    "status": "free",
    "start": "2026-11-24T08:00:00+08:00",
    "end": "2026-11-24T08:15:00+08:00",
}


def test_the_end_is_after_the_start() -> None:
    assert [issue for issue in validate(SLOT) if issue.severity == "error"] == []
    turned = {**SLOT, "start": SLOT["end"], "end": SLOT["start"]}
    assert [issue.expression for issue in validate(turned) if issue.severity == "error"] == ["Slot.end"]


def test_moves() -> None:
    assert slot_move({"status": "free"}, {"status": "busy"}) is None
    assert slot_move({"status": "entered-in-error"}, {"status": "free"}) is not None


def test_the_table_speaks_of_real_statuses() -> None:
    value_set = required_codes("http://hl7.org/fhir/ValueSet/slotstatus")
    assert set(MOVES) == {code for codes in value_set.values() for code in codes}
