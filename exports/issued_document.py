"""A document that the hospital has issued, as it lies in a DocumentReference.

https://hl7.org/fhir/R4/documentreference.html
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from fhir_server.messages import Resource
from resources.extensions import extension, values, with_extension
from resources.systems import DOCUMENT, DOCUMENT_NUMBER_PREFIX, LOINC, VERIFICATION

State = Literal["issued", "draft", "signing", "signed", "failed", "unknown"]
"""issued: valid as it is printed, or once a pen signs the print; draft: waits for an electronic signature; unknown: a
signature was asked for and nobody knows whether it was given."""

Standing = Literal["current", "superseded", "revoked"]
STANDINGS: Mapping[Standing, str] = {"current": "current", "superseded": "superseded", "revoked": "entered-in-error"}
FINAL = ("issued", "signed")


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """`kind`: its name in the catalogue; `focus`: the resource that it is about; `verification`: what the QR code has;
    `content`, `clean`: the Binaries of what is given out and, before the signature, of what is to be signed, by id;
    `sha256`: of what is given out, in hexadecimal; `signer`: the name of who has signed; `reason`: why it failed or was
    revoked; `since`: when the state began."""

    kind: str
    focus: str
    verification: str
    at: datetime
    state: State
    content: str
    sha256: str
    number: str = ""
    clean: str = ""
    standing: Standing = "current"
    signer: str = ""
    reason: str = ""
    since: datetime | None = None


def read(resource: Resource) -> IssuedDocument | None:
    """None for a DocumentReference that is no document of ours."""
    named = values(resource, DOCUMENT)
    state = next((state for state in get_args(State) if state == named.get("state")), None)
    if state is None:
        return None
    numbers = {str(row.get("system")): str(row.get("value")) for row in resource.get("identifier", ())}
    since = named.get("since")
    return IssuedDocument(
        kind=str(named.get("kind")),
        focus=str(named.get("focus")),
        verification=numbers.get(VERIFICATION, ""),
        at=datetime.fromisoformat(str(resource["date"])),
        state=state,
        content=resource["content"][0]["attachment"]["url"].removeprefix("Binary/"),
        sha256=str(named.get("sha256")),
        number=next((value for system, value in numbers.items() if system.startswith(DOCUMENT_NUMBER_PREFIX)), ""),
        clean=str(named.get("clean") or ""),
        standing=next((name for name, code in STANDINGS.items() if code == resource.get("status")), "current"),
        signer=str(named.get("signer") or ""),
        reason=str(named.get("reason") or ""),
        since=datetime.fromisoformat(since) if since else None,
    )


def written(document: IssuedDocument, about: Mapping[str, Any], organization: str) -> Resource:
    """As a new DocumentReference. `about`: its other elements (type, subject, author, context); `organization`: the
    number of the hospital, in the system of document numbers."""
    identifiers = [{"system": VERIFICATION, "value": document.verification}]
    if document.number:
        identifiers.append({"system": DOCUMENT_NUMBER_PREFIX + organization, "value": document.number})
    return changed({"resourceType": "DocumentReference", "identifier": identifiers, **about}, document)


def changed(resource: Resource, document: IssuedDocument) -> Resource:
    """The DocumentReference as the document stands now."""
    attachment = {
        **(resource["content"][0]["attachment"] if "content" in resource else {}),
        "contentType": "application/pdf",
        "url": f"Binary/{document.content}",
    }
    named = {
        "kind": document.kind,
        "focus": document.focus,
        "state": document.state,
        "since": document.since,
        "sha256": document.sha256,
        "clean": document.clean or None,
        "signer": document.signer or None,
        "reason": document.reason or None,
    }
    return with_extension(
        {
            **resource,
            "status": STANDINGS[document.standing],
            "docStatus": "final" if document.state in FINAL else "preliminary",
            "date": document.at.isoformat(timespec="milliseconds"),
            "content": [{"attachment": attachment}],
        },
        extension(DOCUMENT, named),
    )


def attached(resource: Resource, content: bytes, title: str, at: datetime) -> Resource:
    """The DocumentReference with size, hash (SHA-1, as FHIR has it) and title of its content."""
    attachment = {
        **resource["content"][0]["attachment"],
        "size": len(content),
        "hash": base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode(),
        "title": title,
        "creation": at.isoformat(timespec="milliseconds"),
    }
    return {**resource, "content": [{"attachment": attachment}]}


def type_of(coding: tuple[str, str]) -> Resource:
    code, display = coding
    return {"coding": [{"system": LOINC, "code": code, "display": display}]} if code else {"text": display}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
