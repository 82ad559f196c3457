"""Refuses resources that do not follow the specification. https://hl7.org/fhir/R4/validation.html"""

from __future__ import annotations

from fhir_server.errors import BadRequest, Invalid
from fhir_server.messages import Resource
from resources.issues import Text
from resources.registry import validate

SEVERE = ("fatal", "error")


def check(resource: Resource) -> None:
    """Raises Invalid with every error that was found; warnings pass."""
    issues = [issue for issue in validate(resource) if issue.severity in SEVERE]
    if issues:
        raise Invalid(issues)


def expect_type(resource: object, type: str) -> Resource:
    """The body as a resource of this type. Raises BadRequest."""
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise BadRequest(
            Text(
                f"The body must be a resource: a JSON object with resourceType {type}.",
                f"Isi permintaan harus sebuah sumber daya: objek JSON dengan resourceType {type}.",
            )
        )
    found = resource["resourceType"]
    if found != type:
        raise BadRequest(
            Text(
                f"The body is a {found}, but the address says {type}.",
                f"Isi permintaan adalah {found}, tetapi alamatnya {type}.",
            ),
            expression="resourceType",
        )
    return resource
