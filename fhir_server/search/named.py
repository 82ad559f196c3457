"""What names stand for: in `_query`, and of the current lists in `_list`. https://hl7.org/fhir/R4/search.html#query

A new one is a row here; it is refused where a type does not have it, and can be joined with any other parameter.
"""

from __future__ import annotations

from collections.abc import Mapping

from resources.systems import NIK

Row = tuple[tuple[str, str | None, str], ...]

NAMED: Mapping[str, Mapping[str, Row]] = {
    "Patient": {"rsud-without-nik": (("identifier", "not", f"{NIK}|"),)},
    "Encounter": {"rsud-open": (("status", None, "planned,arrived,triaged,in-progress,onleave"),)},
}
"""Type -> name -> criteria as (parameter, modifier, value)."""

_CONFIRMED = ("verification-status", "not", "refuted,entered-in-error")
_ALLERGIES: Row = (("clinical-status", None, "active"), _CONFIRMED)

CURRENT: Mapping[str, Mapping[str, Row]] = {
    "AllergyIntolerance": {
        "$current-allergies": _ALLERGIES,
        "$current-drug-allergies": (*_ALLERGIES, ("category", None, "medication")),
    },
    "Condition": {
        "$current-problems": (
            ("category", None, "problem-list-item"),
            ("clinical-status", None, "active,recurrence,relapse"),
            _CONFIRMED,
        )
    },
    "MedicationRequest": {"$current-medications": (("status", None, "active"),)},
    "MedicationStatement": {"$current-medications": (("status", None, "active,intended"),)},
}
"""The same for lists that are not stored: what they hold is what these criteria find.

https://hl7.org/fhir/R4/lifecycle.html#current
"""
