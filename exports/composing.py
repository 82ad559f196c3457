"""Encounter/[id]/$compose: draws up the resume medis of a visit of what the record has, for the clinician to complete
and sign with a PUT.

It holds what the caller may see, and is written with the caller's own rights.
https://hl7.org/fhir/R4/composition.html
"""

from __future__ import annotations

from exports import composition, sections
from exports.documents import visits
from exports.gathering import gathered
from fhir_server.changes import Change
from fhir_server.errors import Conflict
from fhir_server.interactions.dispatch import Route, operation
from fhir_server.interactions.written import response
from fhir_server.messages import FhirRequest, FhirResponse, Parameters
from fhir_server.record import Record
from resources.issues import Text
from resources.systems import LOINC

KINDS = ",".join(f"{LOINC}|{code}" for code, _ in (composition.OUTPATIENT, composition.INPATIENT))


async def compose(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
    """Answers 201 with the Composition. Raises NotFound, Gone, Forbidden, Invalid, and Conflict where the visit has one
    already."""
    chart = await gathered(record, type, id, visits.OF_ENCOUNTER, also=visits.ALSO)
    if there := composition.of_encounter(chart):
        raise _there(there["id"])
    draft = Change.create(sections.composed(chart), if_none_exist=_one_of(chart.focus))
    (committed,) = await record.commit([draft])
    if committed.outcome != "created":
        raise _there(committed.id)
    return response(request, committed)


def _one_of(visit: str) -> Parameters:
    """Who composes at the same moment finds the one that was first."""
    return (("encounter", visit), ("type", KINDS), ("status:not", "entered-in-error"))


def _there(id: str) -> Conflict:
    return Conflict(
        Text(
            f"The visit has its resume medis already: Composition/{id}. Complete it with a PUT.",
            f"Kunjungan ini sudah punya resume medis: Composition/{id}. Lengkapi dengan PUT.",
        )
    )


COMPOSE = Route("POST", "{type}/{id}/$compose", compose, "$compose", operation("$compose", "Encounter"))
