"""Slots."""

from __future__ import annotations

from resources.registry import validate

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
