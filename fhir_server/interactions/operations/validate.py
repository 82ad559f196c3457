"""$validate: what is wrong with a resource, without storing it. https://hl7.org/fhir/R4/resource-operation-validate.html"""

from __future__ import annotations

from fhir_server.errors import ALL_OK, BadRequest, outcome
from fhir_server.messages import FhirRequest, FhirResponse, Resource
from fhir_server.record import Record
from fhir_server.validation import expect_type
from resources.issues import Issue, Text
from resources.registry import validate
from resources.validation.profiles import validate_profile

MODES = ("create", "update", "delete", "profile")


async def validate_type(request: FhirRequest, record: Record, *, type: str) -> FhirResponse:
    return await _validate(request, record, type, None)


async def validate_instance(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
    return await _validate(request, record, type, id)


async def _validate(request: FhirRequest, record: Record, type: str, id: str | None) -> FhirResponse:
    parameters = _parameters(request)
    mode, profile = parameters.get("mode"), parameters.get("profile")
    if mode is not None and mode not in MODES:
        raise BadRequest(
            Text(f"mode is one of {', '.join(MODES)}.", f"mode harus salah satu dari {', '.join(MODES)}."), code="value"
        )
    resource = parameters.get("resource")
    if resource is None and id is not None:
        resource = (await record.read(type, id))["resource"]
    if mode == "delete":
        return FhirResponse(200, outcome([ALL_OK], request.language))
    found = expect_type(resource, type)
    issues = validate(found) + _mode_issues(found, mode, id)
    if isinstance(profile, str):
        issues += validate_profile(found, profile)
    return FhirResponse(200, outcome(issues or [ALL_OK], request.language))


def _mode_issues(resource: Resource, mode: object, id: str | None) -> list[Issue]:
    if mode == "update" and id is not None and resource.get("id") != id:
        text = Text(f"An update needs the id {id}.", f"Pembaruan harus memuat id {id}.")
        return [Issue("error", "required", text, f"{resource['resourceType']}.id")]
    return []


def _parameters(request: FhirRequest) -> dict[str, object]:
    """resource, mode and profile, from the query, a Parameters resource, or a body that is the resource itself."""
    found: dict[str, object] = {name: value for name, value in request.query if name in ("mode", "profile")}
    body = request.body
    if not isinstance(body, dict) or body.get("resourceType") != "Parameters" or request.path[0] == "Parameters":
        return {**found, "resource": body}
    parts = body.get("parameter", [])
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, dict) and isinstance(part.get("name"), str):
            values = [value for name, value in part.items() if name == "resource" or name.startswith("value")]
            found[part["name"]] = values[0] if values else None
    return found
