"""FHIR update, update as create and conditional update. https://hl7.org/fhir/R4/http.html#update"""

from __future__ import annotations

from functools import partial

from fhir_server.changes import Change
from fhir_server.errors import BadRequest
from fhir_server.interactions import binary
from fhir_server.interactions.preconditions import if_match, if_none_match_any
from fhir_server.interactions.written import response
from fhir_server.messages import FhirRequest, FhirResponse, Upload
from fhir_server.record import Record
from fhir_server.validation import expect_type
from resources.issues import Text


async def update(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
    if isinstance(request.body, Upload):
        return await binary.write(request, record, request.body, partial(change, type=type, id=id))
    return response(request, (await record.commit([change(request, type, id)]))[0])


async def conditional_update(request: FhirRequest, record: Record, *, type: str) -> FhirResponse:
    return response(request, (await record.commit([change(request, type, None)]))[0])


def change(request: FhirRequest, type: str, id: str | None) -> Change:
    """`id` None: the query decides which resource. Raises BadRequest where body and address differ."""
    resource = expect_type(request.body, type)
    if id is not None and resource.get("id") != id:
        raise BadRequest(
            Text(
                f"The resource must have the id of the address: {id}.",
                f"Sumber daya harus memuat id yang sama dengan alamatnya: {id}.",
            ),
            expression=f"{type}.id",
        )
    own_id = resource.get("id") if id is None else id
    return Change(
        "update",
        type,
        own_id if isinstance(own_id, str) else None,
        resource,
        criteria=request.query if id is None else None,
        if_match=if_match(request.headers),
        if_none_match=if_none_match_any(request.headers),
    )
