"""Moments and status moves of visits and bookings. https://hl7.org/fhir/R4/workflow-ad-hoc.html"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from resources.issues import Issue
from resources.validation import texts

Moves: TypeAlias = Mapping[str, frozenset[str]]
"""Status -> the statuses that may follow it. Staying is always allowed."""


def table(**moves: str) -> Moves:
    """table(in_progress="finished cancelled"): underscores stand for hyphens."""
    return {status.replace("_", "-"): frozenset(next.split()) for status, next in moves.items()}


def move_issue(before: Any, after: Any, moves: Moves) -> Issue | None:
    """Why a resource must not go from one status to another; None where it may, or where a status is not known."""
    old, new = before.get("status"), after.get("status")
    if old == new or not isinstance(new, str) or not isinstance(old, str) or old not in moves or new in moves[old]:
        return None
    allowed = ", ".join(sorted(moves[old])) or "-"
    problem = texts.business_rule(
        f"Status cannot go from '{old}' to '{new}': allowed are {allowed}",
        f"Status tidak dapat berubah dari '{old}' ke '{new}': yang boleh {allowed}",
    )
    return Issue("error", *problem, f"{after.get('resourceType')}.status")


def moment(text: Any) -> datetime | None:
    """A date and time with its zone; None for anything else."""
    if not isinstance(text, str) or "T" not in text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def ends_after_start(resource: Any) -> Iterator[Issue]:
    """start < end of an Appointment or a Slot."""
    start, end = moment(resource.get("start")), moment(resource.get("end"))
    if start and end and end <= start:
        problem = texts.business_rule("end must be after start", "end harus setelah start")
        yield Issue("error", *problem, f"{resource['resourceType']}.end")
