"""FHIR patch: JSON Patch and FHIRPath Patch, conditional too. https://hl7.org/fhir/R4/http.html#patch"""

from __future__ import annotations

import fhir_server.changes as changes
from fhir_server.changes import Change
from fhir_server.errors import BadRequest
from fhir_server.interactions.fhirpath_patch import fhirpath_patch
from fhir_server.interactions.patch_documents import json_patch
from fhir_server.interactions.preconditions import if_match
from fhir_server.interactions.written import response
from fhir_server.messages import FhirRequest, FhirResponse
from fhir_server.record import Record
from resources.issues import Text


async def patch(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
    return response(request, (await record.commit([change(request, type, id)]))[0])


async def conditional_patch(request: FhirRequest, record: Record, *, type: str) -> FhirResponse:
    return response(request, (await record.commit([change(request, type, None)]))[0])


def change(request: FhirRequest, type: str, id: str | None) -> Change:
    return Change(
        "patch",
        type,
        id,
        patch=document(request.body),
        criteria=request.query if id is None else None,
        if_match=if_match(request.headers),
    )


def document(body: object) -> changes.Patch:
    """A list is a JSON Patch, a Parameters resource a FHIRPath Patch."""
    if isinstance(body, list):
        return json_patch(body)
    if isinstance(body, dict) and body.get("resourceType") == "Parameters":
        return fhirpath_patch(body)
    raise BadRequest(
        Text(
            "A patch is a JSON Patch (a list of operations) or a Parameters resource (FHIRPath Patch).",
            "Patch harus berupa JSON Patch (daftar operasi) atau sumber daya Parameters (FHIRPath Patch).",
        )
    )
