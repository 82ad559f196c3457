"""Moments of visits and bookings. https://hl7.org/fhir/R4/datatypes.html#dateTime"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from resources.issues import Issue
from resources.validation import texts


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
