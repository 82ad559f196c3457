"""Documents as an operation of FHIR: [type]/[id]/$pdf gives a Binary, nothing is stored.

Parameters: document (its name in the catalogue), language (id, en), and what that document may be asked for besides.

https://hl7.org/fhir/R4/operations.html
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from exports.catalogue import KINDS
from exports.making import Kind, Language
from exports.office import Office, Wish
from fhir_server.errors import BadRequest, InvalidParameter
from fhir_server.interactions.dispatch import Route, operation
from fhir_server.interactions.operations.parameters import parameters
from fhir_server.messages import FhirRequest, FhirResponse
from fhir_server.record import Record
from resources.issues import Text

PDF = operation("$pdf")
LONGEST = 2_000
"""Characters of one option."""


def routes(office: Office) -> Iterable[Route]:
    """The rows for the table of interactions."""

    async def pdf(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
        content = await office.print(record, wish(parameters(request), type, id))
        data = base64.b64encode(content).decode()
        return FhirResponse(200, {"resourceType": "Binary", "contentType": "application/pdf", "data": data})

    for method in ("GET", "POST"):
        yield Route(method, "{type}/{id}/$pdf", pdf, "$pdf", PDF)


def wish(sent: Mapping[str, Any], type: str, id: str) -> Wish:
    """Raises BadRequest, InvalidParameter."""
    kind = _kind(sent.get("document"), type)
    language = _language(sent.get("language", kind.languages[0]), kind)
    options: dict[str, str] = {}
    for name, value in sent.items():
        if name in ("document", "language") or name.startswith("_"):
            continue
        if name not in kind.options:
            raise _unknown(name, kind)
        options[name] = str(value)[:LONGEST]
    return Wish(kind, id, options, language)


def _kind(name: Any, type: str) -> Kind:
    kind = KINDS.get(str(name))
    if kind is None or kind.type != type:
        known = ", ".join(kind.code for kind in KINDS.values() if kind.type == type) or "–"
        raise BadRequest(
            Text(f"Name the document: of {type} there is {known}.", f"Sebutkan dokumen: untuk {type} ada {known}."),
            expression="document",
        )
    return kind


def _language(sent: Any, kind: Kind) -> Language:
    for language in kind.languages:
        if language == sent:
            return language
    known = ", ".join(kind.languages)
    raise InvalidParameter(
        Text(f"{kind.code} is printed in: {known}.", f"{kind.code} dicetak dalam bahasa: {known}."),
        expression="language",
    )


def _unknown(name: str, kind: Kind) -> InvalidParameter:
    known = ", ".join(kind.options) or "–"
    return InvalidParameter(
        Text(f"{kind.code} knows these options: {known}.", f"{kind.code} mengenal pilihan: {known}."),
        expression=name[:64],
    )
