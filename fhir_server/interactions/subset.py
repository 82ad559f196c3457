"""_summary and _elements on whatever is answered. https://hl7.org/fhir/R4/search.html#summary"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from fhir_server.errors import InvalidParameter
from fhir_server.messages import FhirRequest, FhirResponse, Resource
from resources.formats.summary import MODES, Mode, only_elements, summarise
from resources.issues import Text

WHOLE = ("OperationOutcome", "CapabilityStatement", "Parameters")


def subset(request: FhirRequest, response: FhirResponse) -> FhirResponse:
    """The response with its resource, or the entries of its Bundle, cut to what was asked for."""
    asked = {name: value for name, value in request.query if name in ("_summary", "_elements")}
    resource = response.resource
    if not asked or resource is None or resource["resourceType"] in WHOLE or request.method not in ("GET", "POST"):
        return response
    mode = asked.get("_summary", "false")
    if mode not in MODES:
        raise InvalidParameter(
            Text(f"_summary is one of {', '.join(MODES)}.", f"_summary harus salah satu dari {', '.join(MODES)}."),
            expression="http._summary",
        )
    names = tuple(name.strip() for name in asked.get("_elements", "").split(",") if name.strip())
    return replace(response, resource=_cut_all(resource, cast(Mode, mode), names))


def _cut_all(resource: Resource, mode: Mode, names: tuple[str, ...]) -> Resource:
    if resource["resourceType"] != "Bundle" or resource.get("type") not in ("searchset", "history"):
        return _cut(resource, mode, names)
    entries = [_cut_entry(entry, mode, names) for entry in resource.get("entry", ())]
    return {**resource, "entry": entries} if entries else resource


def _cut_entry(entry: Resource, mode: Mode, names: tuple[str, ...]) -> Resource:
    resource = entry.get("resource")
    if resource is None or resource["resourceType"] in WHOLE:
        return entry
    return {**entry, "resource": _cut(resource, mode, names)}


def _cut(resource: Resource, mode: Mode, names: tuple[str, ...]) -> Resource:
    if mode not in ("false", "count"):
        resource = summarise(resource, mode)
    return only_elements(resource, names) if names else resource
