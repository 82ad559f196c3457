"""The hospital's own rules for Slot. https://hl7.org/fhir/R4/slot.html"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from resources.issues import Issue
from resources.moves import Moves, ends_after_start, move_issue, table

MOVES: Moves = table(
    free="busy busy-unavailable busy-tentative entered-in-error",
    busy="free busy-unavailable busy-tentative entered-in-error",
    busy_tentative="free busy busy-unavailable entered-in-error",
    busy_unavailable="free busy busy-tentative entered-in-error",
    entered_in_error="",
)


def slot_move(before: Any, after: Any) -> Issue | None:
    return move_issue(before, after, MOVES)


def slot_rules(resource: Any) -> Iterator[Issue]:
    return ends_after_start(resource)
