"""Apps, systems and people for the tests: made and registered in one call each."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from auth import authorize
from auth.assertions import BEARER
from auth.issuer import Issuer, digest
from auth.models import Client, LaunchContext
from auth.protocol import server_of
from auth.registration import register
from auth.server import Answer, Server, WebRequest
from auth.sessions import Session, begun
from auth.storage import sessions, users
from auth.users import User

REDIRECT = "https://app.example/callback"
LAUNCH = "https://app.example/launch"
SCOPE = (
    "launch launch/patient launch/encounter openid fhirUser offline_access online_access patient/*.cruds user/*.cruds"
)
RSA = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
EC = ECKey.generate_key("P-384", {"use": "sig"}, auto_kid=True)

Key = RSAKey | ECKey


@dataclass(frozen=True, slots=True)
class App:
    """A registered client with what it keeps to itself."""

    client: Client
    secret: str | None = None
    key: Key | None = None

    @property
    def id(self) -> str:
        return self.client.client_id

    def proof(self, issuer: Issuer) -> tuple[dict[str, str], str]:
        """What it adds to a form to prove who it is, and its Authorization header."""
        if self.key is not None:
            return {"client_assertion_type": BEARER, "client_assertion": assertion(issuer, self.id, self.key)}, ""
        if self.secret is not None:
            return {}, basic(self.id, self.secret)
        return {"client_id": self.id}, ""


def basic(name: str, secret: str) -> str:
    return f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"


def key_set(*keys: Key) -> dict[str, Any]:
    return {"keys": [dict(key.as_dict(private=False)) for key in keys]}


def app(issuer: Issuer, **metadata: Any) -> App:
    """An app for people: public, unless the metadata says otherwise."""
    plain = {
        "client_name": "Aplikasi",
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": [REDIRECT],
        "launch_uri": LAUNCH,
        "scope": SCOPE,
    }
    return App(*register(issuer, {**plain, **metadata}))


def secret_app(issuer: Issuer, **metadata: Any) -> App:
    return app(issuer, token_endpoint_auth_method="client_secret_basic", **metadata)


def signing_app(issuer: Issuer, key: Key = EC, **metadata: Any) -> App:
    made = app(issuer, token_endpoint_auth_method="private_key_jwt", jwks=key_set(key), **metadata)
    return replace(made, key=key)


def system(issuer: Issuer, key: Key | None = None, scope: str = "system/*.cruds", **metadata: Any) -> App:
    """A system for itself: with a secret, or with a key."""
    proof = "client_secret_basic" if key is None else "private_key_jwt"
    plain = {
        "client_name": "Sistem",
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": proof,
        "jwks": None if key is None else key_set(key),
        "scope": scope,
    }
    client, secret = register(issuer, {**plain, **metadata})
    return App(client, secret, key)


def claims(issuer: Issuer, client_id: str, **changes: Any) -> dict[str, Any]:
    """What a client asserts; a change to None leaves the claim out."""
    now = int(issuer.clock().timestamp())
    plain = {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer.endpoint("token"),
        "exp": now + 300,
        "jti": secrets.token_hex(8),
    }
    return {name: value for name, value in {**plain, **changes}.items() if value is not None}


def assertion(issuer: Issuer, client_id: str, key: Key, **changes: Any) -> str:
    algorithm = "ES384" if isinstance(key, ECKey) else "RS384"
    header = {"alg": algorithm, "kid": key.kid}
    return jwt.encode(header, claims(issuer, client_id, **changes), key, algorithms=[algorithm])


def person(issuer: Issuer, username: str = "", role: str = "dokter", fhir_user: str | None = "Practitioner/1") -> User:
    made = User(username or f"user-{secrets.token_hex(4)}", role, None, fhir_user=fhir_user)
    assert users.add(issuer.database, made)
    return made


def signed_in(issuer: Issuer, user: User) -> Session:
    now = issuer.clock()
    session = begun(user, digest(secrets.token_hex()), now, since=now, complete=True)
    sessions.add(issuer.database, session)
    return session


def pkce() -> tuple[str, str]:
    """(verifier, challenge) of RFC 7636."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return verifier, challenge


VERIFIER, CHALLENGE = pkce()


def asking(issuer: Issuer, client_id: str, /, **changes: str | None) -> dict[str, str]:
    """The parameters of an authorization request; a change to None leaves one out."""
    plain: Mapping[str, str | None] = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": REDIRECT,
        "scope": "launch/patient openid fhirUser offline_access patient/*.rs",
        "state": "a-state",
        "aud": issuer.fhir_base,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "nonce": "a-nonce",
    }
    return {name: value for name, value in {**plain, **changes}.items() if value is not None}


def begin(server: Server, parameters: Mapping[str, str]) -> str:
    return authorize.begin(server, "GET", {name: [value] for name, value in parameters.items()})


def query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


def approved(
    server: Server, client_id: str, user: User, context: LaunchContext | None = None, /, **changes: str | None
) -> dict[str, str]:
    """What the app gets at its redirect after the person has allowed everything."""
    issuer = server.issuer
    id = query(begin(server, asking(issuer, client_id, **changes)))["request"]
    scope = authorize.pending(issuer, id).scope
    given = authorize.Approval(user, signed_in(issuer, user), scope, context or LaunchContext(patient="1"))
    return query(authorize.approve(issuer, id, given))


def exchange(server: Server, app: App, code: str | None, /, **changes: str | None) -> Answer:
    """The token endpoint's answer to a code."""
    plain = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    return ask(server, app, **{**plain, **changes})


def refresh(server: Server, app: App, text: str, **changes: str | None) -> Answer:
    return ask(server, app, grant_type="refresh_token", refresh_token=text, **changes)


def system_token(server: Server, app: App, **changes: str | None) -> Answer:
    return ask(server, app, grant_type="client_credentials", **changes)


def ask(server: Server, app: App, **form: str | None) -> Answer:
    """A request of the app to the token endpoint."""
    proof, header = app.proof(server.issuer)
    fields = {name: value for name, value in {**proof, **form}.items() if value is not None}
    answer: Answer = server.create_token_response(WebRequest("POST", server.issuer.endpoint("token"), fields, header))
    return answer


def body(answer: Answer, status: int = 200) -> dict[str, Any]:
    assert answer.status == status, (answer.status, answer.body)
    return dict(answer.body or {})


def later(server: Server, by: timedelta) -> Server:
    """The same server, with a clock that is ahead."""
    clock: Callable[[], datetime] = server.issuer.clock
    return server_of(replace(server.issuer, clock=lambda: clock() + by))
