"""The CapabilityStatement, made from what is implemented. https://hl7.org/fhir/R4/http.html#capabilities"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

from auth.metadata import oauth_uris
from fhir_server.changes import SERVER_MADE
from fhir_server.interactions.searched import PLAINEST
from fhir_server.messages import FhirRequest, FhirResponse, Resource
from fhir_server.search.fields import implemented
from resources.definitions.own import NONE, Extra, ready
from resources.definitions.search import compartments
from resources.definitions.structure import resource_types

PUBLISHED = "2026-11-24"
COMPARTMENT_DEFINITION = "http://hl7.org/fhir/CompartmentDefinition"
WRITES = "create update patch delete conditional-update conditional-patch conditional-delete".split()
TYPE_LEVEL = ("create", "search-type", "history-type")
SYSTEM_LEVEL = ("transaction", "history-system", "search-system")
BINARY = (
    "Read and written as what it is, in one range too, or as a resource where application/fhir+json or"
    " application/fhir+xml is named. X-Security-Context or securityContext says whose record it is part of. In Bundles"
    " a content above 256 KB is left out (SUBSETTED)."
)
Operations = tuple[tuple[str, str, tuple[str, ...]], ...]
"""Name, definition, and the only types that have it, of each operation."""


class OperationLike(Protocol):
    @property
    def definition(self) -> str: ...

    @property
    def types(self) -> tuple[str, ...]: ...


class RouteLike(Protocol):
    @property
    def code(self) -> str: ...

    @property
    def operation(self) -> OperationLike | None: ...


def capabilities(
    request: FhirRequest, routes: Iterable[RouteLike], extra: Extra = NONE, *, closed: bool = False
) -> FhirResponse:
    """`closed`: one has to sign in, and is told where."""
    known = {route.code: route.operation for route in routes}
    codes = tuple(code for code, operation in known.items() if operation is None)
    operations = tuple((code[1:], one.definition, one.types) for code, one in known.items() if one is not None)
    found = statement(request.base, codes, operations, ready(extra))
    if closed:
        security = oauth_uris(request.base.removesuffix("/fhir"))
        found = {**found, "rest": [{"mode": "server", "security": security, **row} for row in found["rest"]]}
    return FhirResponse(200, found)


@lru_cache(maxsize=8)
def statement(base: str, codes: tuple[str, ...], operations: Operations, extra: Extra = NONE) -> Resource:
    """`codes`: the interactions that the server answers."""
    return {
        "resourceType": "CapabilityStatement",
        "id": "rsud-fhir",
        "url": f"{base}/metadata",
        "name": "RsudFhir",
        "title": "rsud-fhir",
        "status": "active",
        "date": PUBLISHED,
        "kind": "instance",
        "software": {"name": "rsud-fhir", "version": software_version()},
        "implementation": {"description": "Rekam medis elektronik rumah sakit daerah", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "application/fhir+xml", "json", "xml"],
        "patchFormat": ["application/json-patch+json", "application/fhir+json", "application/fhir+xml"],
        "rest": [_rest(codes, operations, extra)],
    }


def software_version() -> str:
    try:
        return version("rsud-fhir")
    except PackageNotFoundError:
        return "0.1.0"


def _rest(codes: tuple[str, ...], operations: Operations, extra: Extra) -> Resource:
    system = [code for code in codes if code in SYSTEM_LEVEL]
    interactions = system + (["batch"] if "transaction" in codes else [])
    return {
        "mode": "server",
        "resource": [_resource(type, codes, operations, extra) for type in resource_types()],
        "interaction": [{"code": code} for code in interactions],
        "searchParam": [row for row in _parameters(PLAINEST, extra) if row["name"].startswith("_")],
        "compartment": [f"{COMPARTMENT_DEFINITION}/{name[0].lower()}{name[1:]}" for name in compartments()],
    }


def _resource(type: str, codes: tuple[str, ...], operations: Operations, extra: Extra) -> Resource:
    if type in SERVER_MADE:
        codes = tuple(code for code in codes if code not in WRITES)
    parameters = implemented(type, extra)
    known = ("read", "vread", "update", "patch", "delete", "history-instance", *TYPE_LEVEL)
    includes = [f"{type}:{code}" for code, parameter in parameters.items() if parameter.type == "reference"]
    row: Resource = {
        "type": type,
        "profile": f"http://hl7.org/fhir/StructureDefinition/{type}",
        "interaction": [{"code": code} for code in known if code in codes],
        "versioning": "versioned-update",
        "readHistory": "vread" in codes,
        "updateCreate": "update" in codes,
        "conditionalCreate": "create" in codes,
        "conditionalRead": "full-support",
        "conditionalUpdate": "conditional-update" in codes,
        "conditionalDelete": "single" if "conditional-delete" in codes else "not-supported",
        "referencePolicy": ["literal", "logical", "local"],
        "searchInclude": ["*", *includes],
        "searchRevInclude": ["*", *sorted(_pointing_at(extra).get(type, ()))],
        "searchParam": _parameters(type, extra),
    }
    own = ((name, definition) for name, definition, only in operations if not only or type in only)
    row["operation"] = [{"name": name, "definition": url.replace("{type}", type)} for name, url in own]
    if type == "Binary":
        row["documentation"] = BINARY
    return {name: value for name, value in row.items() if value != []}


def _parameters(type: str, extra: Extra) -> list[Resource]:
    return [
        {"name": code, "definition": parameter.url, "type": parameter.type}
        for code, parameter in implemented(type, extra).items()
    ]


@lru_cache(maxsize=8)
def _pointing_at(extra: Extra) -> Mapping[str, frozenset[str]]:
    """Type -> the reference parameters that can point to it, as Type:parameter."""
    found: dict[str, set[str]] = {}
    for source in resource_types():
        for code, parameter in implemented(source, extra).items():
            if parameter.type == "reference":
                for target in parameter.target:
                    found.setdefault(target, set()).add(f"{source}:{code}")
    return {type: frozenset(names) for type, names in found.items()}
