"""Which function answers a request: one table for web requests and for the entries of a Bundle.

https://hl7.org/fhir/R4/http.html#summary
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fhir_server.audit.events import Trail
from fhir_server.audit.provenance import sent
from fhir_server.errors import BadRequest, FhirError, MethodNotAllowed, NotFound, Unavailable
from fhir_server.interactions import capabilities, create, delete, history, patch, read, search, transaction, update
from fhir_server.interactions.operations import break_glass, docref, document, everything, explain, summary, validate
from fhir_server.interactions.subset import subset
from fhir_server.messages import FhirRequest, FhirResponse
from fhir_server.record import Record
from resources.definitions.structure import resource_types
from resources.issues import Text

Interaction = Callable[..., Awaitable[FhirResponse]]

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
PLACEHOLDERS = ("{type}", "{id}", "{member}", "{version}")
NOT_NOTED = ("capabilities",)
"""Tells nothing about anybody."""

BUNDLE = "transaction"
"""Each of its entries is noted; of the whole only that it was refused."""


@dataclass(frozen=True, slots=True)
class Operation:
    """`definition`: the canonical URL of its OperationDefinition, in which {type} stands for the resource type;
    `types`: the only resource types that have it, none for all."""

    definition: str
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """`code`: how the CapabilityStatement names it: an interaction, or an operation with its leading $."""

    method: str
    path: str
    interaction: Interaction
    code: str
    operation: Operation | None = None


def operation(code: str, *types: str) -> Operation:
    """An operation of our own; of standard ones the definition is HL7's."""
    return Operation(f"urn:rsud-fhir:operation:{code[1:]}", types)


def by_get_and_post(path: str, interaction: Interaction, code: str, operation: Operation) -> tuple[Route, Route]:
    """The rows of an operation that changes nothing."""
    get, post = (Route(method, path, interaction, code, operation) for method in ("GET", "POST"))
    return get, post


EXPLAIN, BREAK_GLASS = operation("$explain"), operation("$break-glass", "Patient")
VALIDATE = Operation("http://hl7.org/fhir/OperationDefinition/Resource-validate")
EVERYTHING = Operation("http://hl7.org/fhir/OperationDefinition/{type}-everything", ("Patient", "Encounter"))
DOCUMENT = Operation("http://hl7.org/fhir/OperationDefinition/Composition-document", ("Composition",))
SUMMARY = Operation("http://hl7.org/fhir/uv/ips/OperationDefinition/summary", ("Patient",))
DOCREF = Operation("http://hl7.org/fhir/us/core/OperationDefinition/docref", ("DocumentReference",))

INTERACTIONS = (
    Route("GET", "_history", history.history_system, "history-system"),
    Route("GET", "{type}/{id}", read.read, "read"),
    Route("GET", "{type}/{id}/_history/{version}", read.vread, "vread"),
    Route("PUT", "{type}/{id}", update.update, "update"),
    Route("PUT", "{type}", update.conditional_update, "conditional-update"),
    Route("PATCH", "{type}/{id}", patch.patch, "patch"),
    Route("PATCH", "{type}", patch.conditional_patch, "conditional-patch"),
    Route("DELETE", "{type}/{id}", delete.delete, "delete"),
    Route("DELETE", "{type}", delete.conditional_delete, "conditional-delete"),
    Route("GET", "{type}/{id}/_history", history.history_instance, "history-instance"),
    Route("GET", "{type}/_history", history.history_type, "history-type"),
    Route("POST", "{type}", create.create, "create"),
    Route("GET", "{type}", search.search_type, "search-type"),
    Route("POST", "{type}/_search", search.search_type, "search-type"),
    Route("GET", "", search.search_system, "search-system"),
    Route("POST", "_search", search.search_system, "search-system"),
    Route("GET", "{type}/{id}/{member}", search.search_compartment, "search-type"),
    Route("POST", "{type}/{id}/{member}/_search", search.search_compartment, "search-type"),
    Route("GET", "{type}/{id}/*", search.search_compartment, "search-system"),
    Route("POST", "{type}/{id}/*/_search", search.search_compartment, "search-system"),
    Route("POST", "{type}/{id}/_search", search.search_compartment, "search-system"),
    Route("GET", "{type}/$explain", explain.explain, "$explain", EXPLAIN),
    Route("POST", "{type}/$explain", explain.explain, "$explain", EXPLAIN),
    Route("POST", "{type}/$validate", validate.validate_type, "$validate", VALIDATE),
    Route("POST", "{type}/{id}/$validate", validate.validate_instance, "$validate", VALIDATE),
    Route("GET", "{type}/{id}/$validate", validate.validate_instance, "$validate", VALIDATE),
    Route("POST", "{type}/{id}/$break-glass", break_glass.break_glass, "$break-glass", BREAK_GLASS),
    *by_get_and_post("{type}/$everything", everything.everything_of_the_only_one, "$everything", EVERYTHING),
    *by_get_and_post("{type}/{id}/$everything", everything.everything, "$everything", EVERYTHING),
    *by_get_and_post("{type}/$document", document.document, "$document", DOCUMENT),
    *by_get_and_post("{type}/{id}/$document", document.document, "$document", DOCUMENT),
    *by_get_and_post("{type}/$summary", summary.summary, "$summary", SUMMARY),
    *by_get_and_post("{type}/{id}/$summary", summary.summary, "$summary", SUMMARY),
    *by_get_and_post("{type}/$docref", docref.docref, "$docref", DOCREF),
)


class Dispatcher:
    """The table of what this server answers: FHIR's own interactions, and `more` of the packages above this one."""

    def __init__(self, more: Iterable[Route] = ()) -> None:
        self.routes: tuple[Route, ...] = (
            Route("GET", "metadata", self._metadata, "capabilities"),
            Route("POST", "", self._bundle, BUNDLE),
            *INTERACTIONS,
            *more,
        )
        self._by_shape: dict[str, dict[str, Route]] = {}
        for route in self.routes:
            self._by_shape.setdefault(route.path, {})[route.method] = route

    async def answer(self, request: FhirRequest, record: Record) -> FhirResponse:
        """Carries out one request; returns once the journal tells of it. Raises FhirError."""
        route, arguments = self.resolve(request)
        if route.code in NOT_NOTED:
            return subset(request, await route.interaction(request, record, **arguments))
        trail = Trail(route.code, request)
        watched = record.watched(trail)
        try:
            trail.provenance = sent(request)
            response = subset(request, await route.interaction(request, watched, **arguments))
        except FhirError as error:
            if error.status != Unavailable.status:
                await watched.note(error.status, reason=error.issues[0].code)
            raise
        if route.code != BUNDLE:
            await watched.note(response.status, version=response.version)
        return response

    async def note_refusal(self, request: FhirRequest, record: Record, error: FhirError) -> None:
        """For a request that was refused before anybody answered it. There is nothing to protect at an address that is
        none."""
        try:
            route, _ = self.resolve(request)
        except FhirError:
            return
        await record.watched(Trail(route.code, request)).note(error.status, reason=error.issues[0].code)

    def resolve(self, request: FhirRequest) -> tuple[Route, dict[str, Any]]:
        """The row of the table, and the arguments of its function. Raises NotFound, MethodNotAllowed, BadRequest."""
        path = request.path
        names = [_placeholder(segment, place) for place, segment in enumerate(path)]
        arguments = {name[1:-1]: segment for name, segment in zip(names, path, strict=True) if name.startswith("{")}
        _check_type(arguments.get("type"))
        routes = self._by_shape.get("/".join(names))
        if routes is None:
            raise _no_such_address(path)
        _check_id(arguments.get("id"))
        route = routes.get("GET" if request.method == "HEAD" else request.method)
        if route is None:
            raise MethodNotAllowed(
                Text(
                    f"{request.method} is not possible here; {', '.join(sorted(routes))} is.",
                    f"{request.method} tidak dapat dipakai di alamat ini; gunakan {', '.join(sorted(routes))}.",
                )
            )
        if route.operation and route.operation.types and arguments.get("type") not in route.operation.types:
            types = ", ".join(route.operation.types)
            raise NotFound(Text(f"{route.code} is for {types}.", f"{route.code} untuk {types}."), code="not-supported")
        return route, arguments

    async def _bundle(self, request: FhirRequest, record: Record) -> FhirResponse:
        return await transaction.process(request, record, self.answer, self.resolve)

    async def _metadata(self, request: FhirRequest, record: Record) -> FhirResponse:
        closed = not record.caller.everything
        return capabilities.capabilities(request, self.routes, record.site.extra, closed=closed)


CORE = Dispatcher()
"""FHIR's own interactions, without the operations of other packages."""

ROUTES, answer, resolve = CORE.routes, CORE.answer, CORE.resolve


def _placeholder(segment: str, place: int) -> str:
    if segment.startswith(("_", "$")) or segment in ("metadata", "*") or place >= len(PLACEHOLDERS):
        return segment
    return PLACEHOLDERS[place]


def _check_type(type: str | None) -> None:
    if type is not None and type not in resource_types():
        raise NotFound(
            Text(f"FHIR R4 has no resource type {type[:64]}.", f"FHIR R4 tidak mengenal jenis {type[:64]}."),
            code="not-supported",
        )


def _check_id(id: str | None) -> None:
    if id is not None and not ID.fullmatch(id):
        raise BadRequest(
            Text("An id has 1 to 64 letters, digits, '-' and '.'.", "id terdiri atas 1-64 huruf, angka, '-', dan '.'."),
            code="value",
        )


def _no_such_address(path: tuple[str, ...]) -> NotFound:
    operation = next((segment for segment in path if segment.startswith("$")), None)
    if operation is not None:
        return NotFound(
            Text(f"The operation {operation[:64]} is not offered here.", f"Operasi {operation[:64]} tidak tersedia."),
            code="not-supported",
        )
    return NotFound(Text("There is nothing at this address.", "Tidak ada apa-apa di alamat ini."))
