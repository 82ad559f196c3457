"""Which function answers which address."""

from __future__ import annotations

import pytest

from fhir_server.errors import BadRequest, FhirError, MethodNotAllowed, NotFound
from fhir_server.interactions.dispatch import ROUTES, resolve
from fhir_server.messages import FhirRequest


@pytest.mark.parametrize(
    ("method", "path", "name", "arguments"),
    [
        ("GET", "metadata", "_metadata", {}),
        ("POST", "", "_bundle", {}),
        ("GET", "_history", "history_system", {}),
        ("GET", "Patient/1", "read", {"type": "Patient", "id": "1"}),
        ("HEAD", "Patient/1", "read", {"type": "Patient", "id": "1"}),
        ("GET", "Patient/1/_history/2", "vread", {"type": "Patient", "id": "1", "version": "2"}),
        ("PUT", "Patient", "conditional_update", {"type": "Patient"}),
        ("POST", "Patient/_search", "search_type", {"type": "Patient"}),
        ("GET", "", "search_system", {}),
        ("POST", "_search", "search_system", {}),
        ("GET", "Patient/1/*", "search_compartment", {"type": "Patient", "id": "1"}),
        ("POST", "Patient/1/*/_search", "search_compartment", {"type": "Patient", "id": "1"}),
        ("POST", "Patient/1/_search", "search_compartment", {"type": "Patient", "id": "1"}),
        ("GET", "Patient/1/Goal", "search_compartment", {"type": "Patient", "id": "1", "member": "Goal"}),
        ("POST", "Patient/$validate", "validate_type", {"type": "Patient"}),
    ],
)
def test_an_address(method: str, path: str, name: str, arguments: dict[str, str]) -> None:
    segments = tuple(path.split("/")) if path else ()
    route, found = resolve(FhirRequest(method, segments))
    assert (route.interaction.__name__, found) == (name, arguments)


@pytest.mark.parametrize(
    ("method", "path", "error"),
    [
        ("GET", "Pasien", NotFound),
        ("GET", "patient/1", NotFound),
        ("GET", "Patient/1/Observation/2/3", NotFound),
        ("GET", "Patient/1/_history/1/2", NotFound),
        ("POST", "Patient/$guess", NotFound),
        ("POST", "$guess", NotFound),
        ("GET", "_nothing", NotFound),
        ("POST", "Patient/1", MethodNotAllowed),
        ("DELETE", "metadata", MethodNotAllowed),
        ("GET", "Patient/a b", BadRequest),
        ("GET", "Patient/" + "x" * 65, BadRequest),
        ("GET", "Patient/..", None),
        ("GET", "DomainResource/1", NotFound),
    ],
)
def test_what_is_no_address(method: str, path: str, error: type[FhirError] | None) -> None:
    request = FhirRequest(method, tuple(path.split("/")))
    if error is None:
        resolve(request)
        return
    with pytest.raises(error):
        resolve(request)


def test_no_two_routes_are_the_same() -> None:
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
