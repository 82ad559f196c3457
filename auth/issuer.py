"""The authorization server as one value: where it is, its database, its clock and its source of secrets."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from auth.known_callers import KnownCallers
from auth.storage.database import Documents


def now() -> datetime:
    return datetime.now(UTC)


def new_secret() -> str:
    """256 random bits as 43 characters that need no escape in a URL."""
    return secrets.token_urlsafe(32)


def digest(text: str) -> str:
    """What is stored of a code, a token or a secret that has 128 or more random bits: its SHA-256, as hex."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Issuer:
    """`url`: the public root, without a slash at the end, which is the `iss` of everything; `fhir_base`: the FHIR base.

    `database`: MongoDB's, given to the functions of auth.storage; `known.forget()`: call it where someone's access ends
    early, so that it ends at once."""

    url: str
    fhir_base: str
    database: Documents
    clock: Callable[[], datetime] = now
    secret: Callable[[], str] = new_secret
    known: KnownCallers = field(default_factory=KnownCallers)

    def endpoint(self, name: str) -> str:
        """The absolute URL of one of our endpoints: `token` -> `https://…/auth/token`."""
        return f"{self.url}/auth/{name}"
