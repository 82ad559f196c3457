"""FHIR delete and conditional delete. https://hl7.org/fhir/R4/http.html#delete"""

from __future__ import annotations

from fhir_server.changes import Change
from fhir_server.interactions.preconditions import if_match
from fhir_server.interactions.written import response
from fhir_server.messages import FhirRequest, FhirResponse
from fhir_server.record import Record


async def delete(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
    return response(request, (await record.commit([change(request, type, id)]))[0])


async def conditional_delete(request: FhirRequest, record: Record, *, type: str) -> FhirResponse:
    """One match is deleted, none is fine, several are refused."""
    return response(request, (await record.commit([change(request, type, None)]))[0])


def change(request: FhirRequest, type: str, id: str | None) -> Change:
    return Change(
        "delete", type, id, criteria=request.query if id is None else None, if_match=if_match(request.headers)
    )
