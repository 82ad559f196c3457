"""Named queries: what a name in `_query` stands for. https://hl7.org/fhir/R4/search.html#query

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
