"""The hospital's own rules for Encounter: the times of a visit. https://hl7.org/fhir/R4/encounter.html"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from resources.identifiers import identifiers
from resources.issues import Issue
from resources.moments import moment
from resources.systems import ENCOUNTER_PREFIX
from resources.validation import texts


def encounter_rules(resource: Any) -> Iterator[Issue]:
    """Only for visits with a registration number of an Indonesian facility."""
    if not any(identifier.system.startswith(ENCOUNTER_PREFIX) for identifier in identifiers(resource)):
        return
    period = resource.get("period")
    if resource.get("status") == "finished" and not (isinstance(period, dict) and "end" in period):
        problem = texts.business_rule("A finished visit needs period.end", "Kunjungan yang selesai perlu period.end")
        yield Issue("warning", *problem, "Encounter.period.end")
    previous = None
    for index, start in enumerate(_starts(resource.get("statusHistory"))):
        if start and previous and start < previous:
            problem = texts.business_rule("statusHistory goes back in time", "statusHistory mundur dalam waktu")
            yield Issue("warning", *problem, f"Encounter.statusHistory[{index}].period.start")
        previous = start or previous


def _starts(history: Any) -> Iterator[Any]:
    for row in history if isinstance(history, list) else ():
        period = row.get("period") if isinstance(row, dict) else None
        yield moment(period.get("start")) if isinstance(period, dict) else None
