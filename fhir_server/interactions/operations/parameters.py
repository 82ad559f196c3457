"""The parameters that an operation was sent. https://hl7.org/fhir/R4/operations.html#request"""

from __future__ import annotations

from typing import Any

from fhir_server.errors import BadRequest
from fhir_server.messages import FhirRequest
from resources.issues import Text


def parameters(request: FhirRequest) -> dict[str, Any]:
    """Name -> value, of a Parameters resource (the value as in JSON) or, for GET, of the query (a string); of a name
    that repeats the last. Raises BadRequest."""
    if request.method in ("GET", "HEAD") or request.body is None:
        return dict(request.query)
    body = request.body
    rows = body.get("parameter", []) if isinstance(body, dict) and body.get("resourceType") == "Parameters" else None
    if not isinstance(rows, list):
        raise BadRequest(Text("Send a Parameters resource.", "Kirim sumber daya Parameters."))
    found: dict[str, Any] = {}
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("name"), str):
            found[row["name"]] = next((value for name, value in row.items() if name.startswith("value")), None)
    return found
