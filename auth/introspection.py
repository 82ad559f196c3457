"""Introspection: what a token is good for, told to those who must know. https://www.rfc-editor.org/rfc/rfc7662"""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from auth.live import OfLivingTokens, in_use
from auth.openid import identity_of
from auth.server import SECRET_METHODS, RedeemedToken, RegisteredClient


class Introspection(OfLivingTokens, IntrospectionEndpoint):
    """Systems may ask about every token, apps about their own. An access token authenticates the client as well as its
    secret does; one of a system counts for a system."""

    CLIENT_AUTH_METHODS = SECRET_METHODS

    def authenticate_endpoint_client(self, request: Any) -> RegisteredClient:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            client: RegisteredClient = super().authenticate_endpoint_client(request)
            return client
        found = in_use(self.server.issuer, text.strip())
        if found is None:
            raise InvalidClientError("The bearer token may not be used.", status_code=401)
        request.client = RegisteredClient(found.client)
        return RegisteredClient(found.client)

    def check_permission(self, token: RedeemedToken, client: RegisteredClient, request: Any) -> bool:
        return "client_credentials" in client.client.grants or token.check_client(client)

    def introspect_token(self, token: RedeemedToken) -> dict[str, Any]:
        found = {
            "scope": token.token.scope,
            "client_id": token.token.client_id,
            "token_type": "Bearer",
            "iat": int(token.token.issued.timestamp()),
            "exp": int(token.token.expires.timestamp()),
            **token.grant.context.parameters(),
            **identity_of(self.server.issuer, token.grant),
        }
        return found if token.grant.username is None else {**found, "username": token.grant.username}
