"""Whether a token may be used now: it, its grant, its client and its person must all still be good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError

from auth.issuer import Issuer, digest
from auth.models import Client, LiveToken, TokenKind
from auth.server import RedeemedToken, RegisteredClient, Server
from auth.storage import clients, tokens, users
from auth.users import User


@dataclass(frozen=True, slots=True)
class InUse:
    """A token that may be used now, and who stands behind it. `user`: None where a system acts for itself."""

    live: LiveToken
    client: Client
    user: User | None


def in_use(issuer: Issuer, text: str, kinds: tuple[TokenKind, ...] = ("access",)) -> InUse | None:
    """The token of this text, None where it may not be used."""
    live = tokens.find(issuer.database, digest(text), issuer.clock())
    if live is None or live.token.kind not in kinds:
        return None
    client = clients.find(issuer.database, live.token.client_id)
    user = users.find(issuer.database, live.grant.username) if live.grant.username is not None else None
    gone = live.grant.username is not None and (user is None or user.disabled)
    return None if client is None or gone else InUse(live, client, user)


class OfLivingTokens:
    """What introspection and revocation have in common: an endpoint that is asked about a token."""

    server: Server

    def check_params(self, request: Any, client: RegisteredClient) -> None:
        """The hint is not looked at: one look finds tokens of both kinds."""
        if "token" not in request.form:
            raise InvalidRequestError("Send the token.")

    def query_token(self, token: str, hint: str | None) -> RedeemedToken | None:
        """Any token that lives."""
        found = in_use(self.server.issuer, token, ("access", "refresh"))
        return None if found is None else RedeemedToken(found.live.token, found.live.grant)
