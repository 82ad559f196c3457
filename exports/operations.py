"""Documents as operations of FHIR. https://hl7.org/fhir/R4/operations.html

[type]/[id]/$pdf gives a Binary, and nothing is stored. Parameters: document (its name in the catalogue), language (id,
en), and what that document may be asked for besides.

[type]/[id]/$issue gives it a number and stores it: a DocumentReference. Parameters as above, and signature (electronic,
pen), replaces (the id of the DocumentReference that it supersedes).

DocumentReference/[id]/$sign: passphrase; unsigned (true: somebody has seen that the signing service has no signature).
DocumentReference/[id]/$revoke: reason.

Encounter/[id]/$compose: see composing.py.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import SecretStr

from exports.catalogue import KINDS
from exports.composing import COMPOSE
from exports.issuing import Issuing
from exports.making import Kind, Language
from exports.office import Wish
from exports.signing.signing import Signing
from fhir_server.errors import BadRequest, InvalidParameter
from fhir_server.interactions.dispatch import Interaction, Route, operation
from fhir_server.interactions.operations.parameters import parameters
from fhir_server.messages import FhirRequest, FhirResponse, Resource
from fhir_server.record import Record
from resources.issues import Text

LONGEST = 2_000
"""Characters of one option."""

TYPES = tuple(sorted({kind.type for kind in KINDS.values()}))
"""Of the resources that documents are about."""

COMMON = ("document", "language", "signature", "replaces")


def routes(signing: Signing) -> Iterable[Route]:
    """The rows for the table of interactions."""
    issuing = signing.issuing

    async def pdf(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
        content = await issuing.office.print(record, wish(parameters(request), type, id))
        data = base64.b64encode(content).decode()
        return FhirResponse(200, {"resourceType": "Binary", "contentType": "application/pdf", "data": data})

    for method in ("GET", "POST"):
        yield Route(method, "{type}/{id}/$pdf", pdf, "$pdf", operation("$pdf", *TYPES))
    yield COMPOSE
    yield Route("POST", "{type}/{id}/$issue", _issue(issuing), "$issue", operation("$issue", *TYPES))
    for code, act in (("$sign", _sign(signing)), ("$revoke", _revoke(issuing))):
        yield Route("POST", f"{{type}}/{{id}}/{code}", act, code, operation(code, "DocumentReference"))


def _issue(issuing: Issuing) -> Interaction:
    async def issue(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
        sent = parameters(request)
        signature = sent.get("signature", "pen")
        if signature not in ("pen", "electronic"):
            raise _one_of("signature", "pen, electronic")
        replaces = str(sent.get("replaces", "")).removeprefix("DocumentReference/")
        asked = wish(sent, type, id)
        return _created(
            await issuing.issue(record, asked, electronic=signature == "electronic", replaces=replaces), status=201
        )

    return issue


def _sign(signing: Signing) -> Interaction:
    async def sign(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
        sent = parameters(request)
        passphrase = sent.get("passphrase")
        if request.method != "POST" or not isinstance(passphrase, str) or not passphrase:
            raise InvalidParameter(Text("Send your passphrase.", "Kirim passphrase Anda."), expression="passphrase")
        return _created(
            await signing.sign(record, id, SecretStr(passphrase), unsigned=sent.get("unsigned") in (True, "true"))
        )

    return sign


def _revoke(issuing: Issuing) -> Interaction:
    async def revoke(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
        reason = str(parameters(request).get("reason") or "").strip()
        if not reason:
            raise InvalidParameter(Text("Give the reason.", "Sebutkan alasannya."), expression="reason")
        return _created(await issuing.revoke(record, id, reason[:LONGEST]))

    return revoke


def _created(resource: Resource, status: int = 200) -> FhirResponse:
    meta = resource["meta"]
    location = f"DocumentReference/{resource['id']}/_history/{meta['versionId']}"
    return FhirResponse(status, resource, version=int(meta["versionId"]), location=location if status == 201 else None)


def wish(sent: Mapping[str, Any], type: str, id: str) -> Wish:
    """Raises BadRequest, InvalidParameter."""
    kind = _kind(sent.get("document"), type)
    language = _language(sent.get("language", kind.languages[0]), kind)
    options: dict[str, str] = {}
    for name, value in sent.items():
        if name in COMMON or name.startswith("_"):
            continue
        if name not in kind.options:
            raise _one_of(name, ", ".join(kind.options) or "–")
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
    raise _one_of("language", ", ".join(kind.languages))


def _one_of(name: str, known: str) -> InvalidParameter:
    return InvalidParameter(
        Text(f"{name[:64]}: what is understood here is {known}.", f"{name[:64]}: yang dikenal di sini {known}."),
        expression=name[:64],
    )
