"""What the authorization server keeps: clients, requests, launches, grants, codes and tokens, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

AuthMethod = Literal["none", "client_secret_basic", "client_secret_post", "private_key_jwt"]
TokenKind = Literal["access", "refresh"]
AUTH_METHODS: tuple[AuthMethod, ...] = ("none", "client_secret_basic", "client_secret_post", "private_key_jwt")


@dataclass(frozen=True, slots=True)
class Client:
    """An app or a system. `grants`: OAuth's words, such as client_credentials; `scope`: the most it may ask for, with
    spaces between; `secret_hash`: SHA-256; `jwks`: its public keys (RFC 7517)."""

    client_id: str
    name: str
    auth_method: AuthMethod
    grants: tuple[str, ...]
    scope: str
    redirect_uris: tuple[str, ...] = ()
    launch_uri: str | None = None
    secret_hash: str | None = None
    jwks: Mapping[str, Any] | None = None
    jwks_uri: str | None = None
    logo_uri: str | None = None


@dataclass(frozen=True, slots=True)
class LaunchContext:
    """What an app is opened for (SMART App Launch 2.2). `patient`, `encounter`: ids; `fhir_context`: objects with a
    `reference`, as the token response carries them."""

    patient: str | None = None
    encounter: str | None = None
    need_patient_banner: bool | None = None
    smart_style_url: str | None = None
    intent: str | None = None
    fhir_context: tuple[Mapping[str, Any], ...] = ()

    def parameters(self) -> dict[str, Any]:
        """The context as parameters of a token response; what is not known is left out."""
        found = {
            "patient": self.patient,
            "encounter": self.encounter,
            "need_patient_banner": self.need_patient_banner,
            "smart_style_url": self.smart_style_url,
            "intent": self.intent,
            "fhirContext": [dict(row) for row in self.fhir_context] or None,
        }
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Launch:
    """An app being opened from inside the hospital's own system: who opens which app for whom."""

    client_id: str
    username: str
    context: LaunchContext


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What an app asks a person for. `scope`: what may be granted at most; `signed_in_after`: no earlier session
    will do; `context`: of an EHR launch, by the user `launched_by`, who alone may approve it; None in a standalone
    launch."""

    id: str
    client_id: str
    redirect_uri: str
    scope: str
    state: str
    code_challenge: str
    nonce: str | None = None
    signed_in_after: datetime | None = None
    context: LaunchContext | None = None
    launched_by: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person allowed an app, or what a system was given for itself: all its codes and tokens end with it.

    `username`: None for a system; `fhir_user`: such as Practitioner/1; `session`: the SHA-256 of the session that
    online access ends with; `auth_time`: when the person signed in; `until`: when the grant ends at the latest."""

    id: str
    client_id: str
    scope: str
    since: datetime
    until: datetime
    username: str | None = None
    fhir_user: str | None = None
    context: LaunchContext = field(default_factory=LaunchContext)
    session: str | None = None
    auth_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code, without its text. `expires`: 60 seconds after it was given."""

    grant_id: str
    client_id: str
    redirect_uri: str
    code_challenge: str
    nonce: str | None
    expires: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A token, without its text. `hash`: its SHA-256; `scope`: its own, which a refresh may have narrowed."""

    hash: str
    kind: TokenKind
    grant_id: str
    client_id: str
    scope: str
    issued: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A token that may be used now, with the grant it comes from."""

    token: Token
    grant: Grant
