"""The ways to a token: a system's own credentials, a person's authorization code, a refresh token.

What can be used once is claimed by one atomic write before it is honoured; its second use ends the whole grant.
https://www.rfc-editor.org/rfc/rfc6749#section-4"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, ClientCredentialsGrant, RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge

from auth import scopes
from auth.issuer import digest
from auth.models import Grant
from auth.revocation import revoke_grant
from auth.server import LONGEST_SCOPE, SECRET_METHODS, RedeemedCode, RedeemedToken, RegisteredClient, Server, of_level
from auth.storage import codes, sessions, tokens, users
from auth.users import User

EVERY_METHOD: Sequence[str] = (*SECRET_METHODS, "none")


class SystemGrant(ClientCredentialsGrant):
    """A system for itself (SMART Backend Services): only scopes of the level system, and never a refresh token."""

    TOKEN_ENDPOINT_AUTH_METHODS = SECRET_METHODS

    def validate_token_request(self) -> None:
        super().validate_token_request()
        client: RegisteredClient = self.request.client
        asked = self.request.payload.scope or client.client.scope
        granted = of_level(client.get_allowed_scope(asked) or "", {"system"})
        if not granted:
            raise InvalidScopeError("Ask for scopes of the level system that the client is registered for.")
        self.request.scope = granted

    def generate_token(self, **values: Any) -> Any:
        return super().generate_token(**{**values, "scope": self.request.scope})


class PersonGrant(AuthorizationCodeGrant):
    """An app for a person, who has approved it."""

    TOKEN_ENDPOINT_AUTH_METHODS = EVERY_METHOD
    server: Server

    def query_authorization_code(self, code: str, client: RegisteredClient) -> RedeemedCode | None:
        """The code, used up now. Whether its grant lives is looked at before: the first use stays the first even if a
        second one ends the grant meanwhile, and gives tokens that are dead."""
        issuer, client_id = self.server.issuer, client.get_client_id()
        found = codes.find(issuer.database, digest(code), client_id)
        if found is None:
            return None
        grant = tokens.find_grant(issuer.database, found.grant_id)
        if not codes.claim(issuer.database, digest(code), client_id):
            revoke_grant(issuer, found.grant_id)
            return None
        return RedeemedCode(found, grant) if grant and issuer.clock() < found.expires else None

    def delete_authorization_code(self, code: RedeemedCode) -> None:
        """MongoDB removes it when its time has come; until then a second use must be seen."""

    def authenticate_user(self, code: RedeemedCode) -> User | None:
        return _enabled(self.server, code.grant)


class RefreshGrant(RefreshTokenGrant):
    """The app again, with a refresh token, which a new one takes the place of."""

    TOKEN_ENDPOINT_AUTH_METHODS = EVERY_METHOD
    INCLUDE_NEW_REFRESH_TOKEN = True
    server: Server

    def authenticate_refresh_token(self, text: str) -> RedeemedToken | None:
        issuer, client_id = self.server.issuer, self.request.client.get_client_id()
        asked = self.request.payload.scope
        live = tokens.find(issuer.database, digest(text), issuer.clock())
        if live and asked and (len(asked) > LONGEST_SCOPE or not scopes.covers(live.token.scope, asked)):
            raise InvalidScopeError("A refresh may ask for less than was granted, not for more.")
        claimed = tokens.claim_refresh(issuer.database, digest(text), client_id)
        if claimed is None:
            return None
        grant_id, first = claimed
        if not first:
            revoke_grant(issuer, grant_id)
        return RedeemedToken(live.token, live.grant) if live and first else None

    def _validate_token_scope(self, token: RedeemedToken) -> None:
        """That was done before the token was claimed, so that a wrong wish does not use it up."""

    def authenticate_user(self, token: RedeemedToken) -> User | None:
        """Raises InvalidGrantError where the session has ended that the access was bound to."""
        issuer, grant = self.server.issuer, token.grant
        if "offline_access" not in scopes.words(grant.scope) and (
            grant.session is None or not sessions.lives(issuer.database, grant.session, issuer.clock())
        ):
            raise InvalidGrantError("The person has signed out: online access ends then.")
        user = _enabled(self.server, grant)
        if user is None:
            raise InvalidGrantError("The account is disabled.")
        return user

    def revoke_old_credential(self, token: RedeemedToken) -> None:
        """It was used up when it was claimed."""


class S256(CodeChallenge):
    """PKCE (RFC 7636) with S256, for confidential clients too: SMART asks for it."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        asked = grant.request.payload.data
        if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Send a code_challenge with code_challenge_method=S256.")
        super().validate_code_challenge(grant, redirect_uri)


def _enabled(server: Server, grant: Grant) -> User | None:
    user = users.find(server.issuer.database, grant.username or "")
    return None if user is None or user.disabled else user
