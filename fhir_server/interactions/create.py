"""FHIR create and conditional create. https://hl7.org/fhir/R4/http.html#create"""

from __future__ import annotations

from functools import partial

from fhir_server.changes import Change
from fhir_server.interactions import binary
from fhir_server.interactions.preconditions import if_none_exist
from fhir_server.interactions.written import response
from fhir_server.messages import FhirRequest, FhirResponse, Upload
from fhir_server.record import Record
from fhir_server.validation import expect_type


async def create(request: FhirRequest, record: Record, *, type: str) -> FhirResponse:
    if isinstance(request.body, Upload):
        return await binary.write(request, record, request.body, partial(change, type=type))
    return response(request, (await record.commit([change(request, type)]))[0])


def change(request: FhirRequest, type: str) -> Change:
    """The server chooses the id: one that the client sent is ignored."""
    resource = expect_type(request.body, type)
    sent = {name: value for name, value in resource.items() if name != "id"}
    return Change.create(sent, if_none_exist=if_none_exist(request.headers))
