"""What a client is told after a write. https://hl7.org/fhir/R4/http.html#ops"""

from __future__ import annotations

from fhir_server.decide import Committed
from fhir_server.errors import ALL_OK, outcome
from fhir_server.messages import FhirRequest, FhirResponse, Resource
from resources.registry import validate

STATUS = {"created": 201, "updated": 200, "unchanged": 200, "deleted": 204, "absent": 204}


def response(request: FhirRequest, committed: Committed) -> FhirResponse:
    """Status, version and location; the body as Prefer: return asks, the whole resource by default."""
    location = None
    if committed.resource is not None:
        location = f"{committed.type}/{committed.id}/_history/{committed.version}"
    body = None if STATUS[committed.outcome] == 204 else _body(request, committed)
    return FhirResponse(
        STATUS[committed.outcome], body, version=committed.version, updated=committed.updated, location=location
    )


def _body(request: FhirRequest, committed: Committed) -> Resource | None:
    preference = request.preference("return")
    if preference == "minimal":
        return None
    if preference == "OperationOutcome" and committed.resource is not None:
        return outcome(validate(committed.resource) or [ALL_OK], request.language)
    return committed.resource
