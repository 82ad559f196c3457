"""Ending what was granted: RFC 7009, the person's own list of apps, a client that is removed.
https://www.rfc-editor.org/rfc/rfc7009"""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc7009 import RevocationEndpoint

from auth.issuer import Issuer
from auth.live import OfLivingTokens
from auth.server import SECRET_METHODS, RedeemedToken
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


class Revocation(OfLivingTokens, RevocationEndpoint):
    """A refresh token ends its whole grant, and so does an access token: nobody wants half a revocation."""

    CLIENT_AUTH_METHODS = (*SECRET_METHODS, "none")

    def revoke_token(self, token: RedeemedToken, request: Any) -> None:
        revoke_grant(self.server.issuer, token.grant.id)
