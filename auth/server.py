"""The OAuth 2.0 authorization server: authlib's protocol over our clients, grants and tokens.

Everything here is synchronous and runs in a thread. https://www.rfc-editor.org/rfc/rfc6749"""

from __future__ import annotations

import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidClientError, InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749.requests import OAuth2Payload
from authlib.oauth2.rfc6749.util import extract_basic_authorization

from auth import scopes
from auth.issuer import Issuer, digest
from auth.models import Client, Code, Grant, Token
from auth.storage import clients, tokens

SECRET_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt")
ACCESS = timedelta(hours=1)
SYSTEM_ACCESS = timedelta(minutes=5)
LONGEST_SCOPE = 8000
REFRESH = timedelta(days=100)
"""How long a refresh token waits for its use: each use gives a new one."""

NO_STORE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint says: an HTTP status, a JSON body or none, and headers."""

    status: int
    body: Mapping[str, Any] | None
    headers: tuple[tuple[str, str], ...] = NO_STORE


class Parameters(OAuth2Payload):
    """The parameters of a request, each given once."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    @property
    def data(self) -> dict[str, str]:
        return self._values

    @property
    def datalist(self) -> dict[str, list[str]]:
        return {name: [value] for name, value in self._values.items()}


class WebRequest(OAuth2Request):
    """A request as authlib reads it. `authorization`: the header of that name."""

    def __init__(self, method: str, url: str, parameters: Mapping[str, str], authorization: str = "") -> None:
        super().__init__(method, url, headers={"Authorization": authorization} if _decodable(authorization) else {})
        self.payload: Parameters = Parameters(parameters)

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data


class RegisteredClient:
    """A client as authlib asks about it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get_client_id(self) -> str:
        return self.client.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """The part of a scope that the client may have; None, which is refused, where that is nothing."""
        if len(scope or "") > LONGEST_SCOPE:
            return None
        try:
            return scopes.reduced(scope or "", self.client.scope) or None
        except scopes.InvalidScope:
            return None

    def check_redirect_uri(self, uri: str) -> bool:
        return uri in self.client.redirect_uris

    def check_client_secret(self, secret: str) -> bool:
        return hmac.compare_digest(self.client.secret_hash or "", digest(secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """A client with a secret may send it either way; none passes as a public one but a public one."""
        by_secret = ("client_secret_basic", "client_secret_post")
        registered = self.client.auth_method
        return method in by_secret if registered in by_secret else method == registered

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and "authorization_code" in self.client.grants

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.client.grants or (
            grant_type == "refresh_token" and "authorization_code" in self.client.grants
        )


@dataclass(frozen=True, slots=True)
class RedeemedCode:
    """An authorization code that was just claimed, as authlib asks about it."""

    code: Code
    grant: Grant

    @property
    def code_challenge(self) -> str:
        return self.code.code_challenge

    @property
    def code_challenge_method(self) -> str:
        return "S256"

    def get_redirect_uri(self) -> str:
        return self.code.redirect_uri

    def get_scope(self) -> str:
        return self.grant.scope

    def get_nonce(self) -> str | None:
        return self.code.nonce

    def get_auth_time(self) -> int | None:
        return None if self.grant.auth_time is None else int(self.grant.auth_time.timestamp())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class RedeemedToken:
    """A token that lives, or a refresh token that was just claimed, as authlib asks about it."""

    token: Token
    grant: Grant

    def get_scope(self) -> str:
        return self.token.scope

    def check_client(self, client: RegisteredClient) -> bool:
        return self.token.client_id == client.get_client_id()

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False


class Server(AuthorizationServer):
    """One issuer's server. Its answers are `Answer`s."""

    def __init__(self, issuer: Issuer) -> None:
        super().__init__()
        self.issuer = issuer
        self.register_token_generator("default", self._new_token)

    def query_client(self, client_id: str) -> RegisteredClient | None:
        client = clients.find(self.issuer.database, client_id)
        return None if client is None else RegisteredClient(client)

    def authenticate_client(self, request: Any, methods: Any, endpoint: str = "token") -> RegisteredClient:
        """Raises InvalidClientError, InvalidRequestError where a request proves who it is in more than one way."""
        ways = ("Authorization" in request.headers, "client_secret" in request.form, "client_assertion" in request.form)
        if sum(ways) > 1:
            raise InvalidRequestError("Authenticate the client in one way only.")
        client: RegisteredClient = super().authenticate_client(request, methods, endpoint)
        if request.form.get("client_id") not in (None, client.get_client_id()):
            raise InvalidClientError("The client_id is another client's.")
        return client

    def create_oauth2_request(self, request: WebRequest) -> WebRequest:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        kept = [(name, value) for name, value in headers if name not in ("Content-Type", "Cache-Control", "Pragma")]
        return Answer(status, body if isinstance(body, dict) else None, (*NO_STORE, *kept))

    def send_signal(self, name: str, *arguments: Any, **values: Any) -> None:
        """Nobody listens."""

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        """Store the hashes, and give the launch context along with the token."""
        redeemed: RedeemedCode | RedeemedToken | None = request.authorization_code or request.refresh_token
        grant = redeemed.grant if redeemed else self._grant_to_system(request.client.client, token["scope"])
        tokens.add(self.issuer.database, *self._tokens(token, grant))
        token.update(grant.context.parameters())

    def _grant_to_system(self, client: Client, scope: str) -> Grant:
        now = self.issuer.clock()
        grant = Grant(self.issuer.secret(), client.client_id, scope, now, now + SYSTEM_ACCESS)
        tokens.add_grant(self.issuer.database, grant)
        return grant

    def _tokens(self, token: Mapping[str, Any], grant: Grant) -> list[Token]:
        now = self.issuer.clock()
        ends = min(now + timedelta(seconds=token["expires_in"]), grant.until)
        issued = [Token(digest(token["access_token"]), "access", grant.id, grant.client_id, token["scope"], now, ends)]
        if "refresh_token" in token:
            ends = min(now + REFRESH, grant.until)
            text = token["refresh_token"]
            issued.append(Token(digest(text), "refresh", grant.id, grant.client_id, grant.scope, now, ends))
        return issued

    def _new_token(self, grant_type: str, scope: str, **_: Any) -> dict[str, Any]:
        lifetime = SYSTEM_ACCESS if grant_type == "client_credentials" else ACCESS
        token = {
            "access_token": self.issuer.secret(),
            "token_type": "Bearer",
            "expires_in": int(lifetime.total_seconds()),
            "scope": scope,
        }
        if grant_type == "refresh_token" or (grant_type == "authorization_code" and keeps_access(scope)):
            token["refresh_token"] = self.issuer.secret()
        return token


def of_level(scope: str, levels: set[str]) -> str:
    """The scopes on resources of these levels, in their order; with "patient" or "user" also what is no such scope."""
    kept = []
    for word in scopes.words(scope):
        found = scopes.read(word)
        if (found is None and "system" not in levels) or (found is not None and found.level in levels):
            kept.append(word)
    return " ".join(kept)


def keeps_access(scope: str) -> bool:
    """Whether the app may come back without the person, or for as long as the person's session lives."""
    return not {"offline_access", "online_access"}.isdisjoint(scopes.words(scope))


def _decodable(authorization: str) -> bool:
    """Whether authlib can read an Authorization header without falling over it."""
    try:
        extract_basic_authorization({"Authorization": authorization})
    except (ValueError, binascii.Error):
        return False
    return bool(authorization)
