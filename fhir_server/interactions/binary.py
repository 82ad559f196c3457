"""A Binary whose content is still being sent. https://hl7.org/fhir/R4/binary.html#rest"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fhir_server.changes import Arriving, Change
from fhir_server.interactions.written import response
from fhir_server.messages import FhirRequest, FhirResponse, Upload
from fhir_server.record import Record


async def write(
    request: FhirRequest, record: Record, upload: Upload, change: Callable[[FhirRequest], Change]
) -> FhirResponse:
    """`change`: what a request with the whole resource as its body would do. Who may not do it sends in vain."""
    named = {"resourceType": "Binary", **({"id": request.path[1]} if len(request.path) > 1 else {})}
    intended = change(replace(request, body=named))
    arriving = Arriving(upload.pieces, lambda: change(replace(request, body=upload.resource())))
    (committed,) = await record.commit([replace(intended, arriving=arriving)])
    return response(request, committed)
