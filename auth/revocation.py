"""Ending what was granted: RFC 7009, the person's own list of apps, a client that is removed.
https://www.rfc-editor.org/rfc/rfc7009"""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint

from auth.issuer import Issuer
from auth.live import in_use
from auth.server import SECRET_METHODS, RedeemedToken, RegisteredClient, Server
from auth.storage import tokens


def revoke_grant(issuer: Issuer, grant_id: str) -> bool:
    """End a grant and all its tokens, at once in this process; False where it had ended before."""
    ended = tokens.revoke_grant(issuer.database, grant_id)
    issuer.known.forget()
    return ended


def revoke_grants_of(issuer: Issuer, username: str) -> int:
    """End everything that a person has granted, such as when the account is disabled; the number of grants."""
    ended = tokens.revoke_grants_of_user(issuer.database, username)
    issuer.known.forget()
    return ended


class Revocation(RevocationEndpoint):
    """A refresh token ends its whole grant, and so does an access token: nobody wants half a revocation."""

    CLIENT_AUTH_METHODS = (*SECRET_METHODS, "none")
    server: Server

    def check_params(self, request: Any, client: RegisteredClient) -> None:
        """The hint is not looked at: one look finds tokens of both kinds."""
        if "token" not in request.form:
            raise InvalidRequestError("Send the token.")

    def query_token(self, token: str, hint: str | None) -> RedeemedToken | None:
        """Any token that lives."""
        found = in_use(self.server.issuer, token, ("access", "refresh"))
        return None if found is None else RedeemedToken(found.live.token, found.live.grant)

    def revoke_token(self, token: RedeemedToken, request: Any) -> None:
        revoke_grant(self.server.issuer, token.grant.id)
