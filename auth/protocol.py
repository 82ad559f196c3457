"""The authorization server put together: which grants, proofs of a client and endpoints it has."""

from __future__ import annotations

import logging
from collections.abc import Callable

from auth.assertions import PrivateKeyJwt
from auth.client_keys import ClientKeys
from auth.fetcher import Fetched, fetch
from auth.grants import S256, PersonGrant, RefreshGrant, SystemGrant
from auth.introspection import Introspection
from auth.issuer import Issuer
from auth.openid import IdToken
from auth.revocation import Revocation
from auth.server import Server


def server_of(issuer: Issuer, fetch: Callable[[str], Fetched] = fetch) -> Server:
    """The issuer's server. `fetch`: reads the key sets of clients from their URLs."""
    logging.getLogger("authlib").setLevel(logging.INFO)  # it writes whole tokens into its debug log
    server = Server(issuer)
    server.register_client_auth_method("private_key_jwt", PrivateKeyJwt(issuer, ClientKeys(fetch, issuer.clock)))
    server.register_grant(PersonGrant, [S256(), IdToken(issuer)])
    server.register_grant(RefreshGrant)
    server.register_grant(SystemGrant)
    server.register_endpoint(Introspection)
    server.register_endpoint(Revocation)
    return server
