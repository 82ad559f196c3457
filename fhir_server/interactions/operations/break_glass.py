"""$break-glass: opens one patient's record in an emergency, for an hour and with a reason. An operation of our own.

The patient sees in the access log who did it and why. Roles that may do it: break_glass in the policy.
"""

from __future__ import annotations

from fhir_server.errors import Forbidden
from fhir_server.interactions.operations.parameters import parameters
from fhir_server.messages import FhirRequest, FhirResponse
from fhir_server.record import Record
from fhir_server.store.documents import instant
from resources.issues import Text

SHORTEST_REASON, LONGEST_REASON = 10, 500


async def break_glass(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
    """Parameters: `reason`, a string of 10 to 500 characters; or `stop`, a boolean. Raises Forbidden, NotFound,
    Conflict where the record is open anyway or another one is open."""
    role = record.caller.role
    levels = {scope.level for scope in record.caller.scopes}
    if role is None or not role.break_glass or "user" not in levels:
        raise Forbidden(
            Text("Your role may not open records in an emergency.", "Peran Anda tidak boleh membuka akses darurat.")
        )
    sent = parameters(request)
    if sent.get("stop") is True:
        await record.stop_emergency(id)
        return FhirResponse(204)
    until = await record.start_emergency(id, _reason(sent.get("reason")))
    return FhirResponse(
        200,
        {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "patient", "valueReference": {"reference": f"Patient/{id}"}},
                {"name": "until", "valueInstant": instant(until)},
            ],
        },
    )


def _reason(value: object) -> str:
    reason = value.strip() if isinstance(value, str) else ""
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Forbidden(
            Text(
                f"An emergency needs a reason of {SHORTEST_REASON} to {LONGEST_REASON} characters.",
                f"Akses darurat memerlukan alasan, {SHORTEST_REASON} sampai {LONGEST_REASON} karakter.",
            ),
            expression="Parameters.parameter",
        )
    return reason
