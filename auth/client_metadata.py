"""What a client may say of itself when it is registered, in the words of RFC 7591: read and checked.
https://www.rfc-editor.org/rfc/rfc7591#section-2"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError

from auth import scopes
from auth.assertions import public_key
from auth.client_keys import rows
from auth.models import AUTH_METHODS, Client
from auth.server import LONGEST_SCOPE

GRANTS = ("authorization_code", "refresh_token", "client_credentials")
MOST_KEYS, MOST_URIS = 20, 20
LONGEST_NAME, LONGEST_URI = 200, 2000
PRIVATE_USE = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
"""The scheme of an app on a phone: a domain name backwards (RFC 8252)."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")
SECRET = ("client_secret_basic", "client_secret_post")

Metadata = Mapping[str, Any]


class ClientRefused(Exception):
    """This client cannot be; the text is one line that says why. `error`: RFC 7591's word for it."""

    def __init__(self, text: str, error: str = "invalid_client_metadata") -> None:
        super().__init__(text)
        self.error = error


def client_of(metadata: Metadata, client_id: str) -> Client:
    """The client that the metadata describes, still without a secret. Raises ClientRefused."""
    method = metadata.get("token_endpoint_auth_method", "client_secret_basic")
    if method not in AUTH_METHODS:
        raise ClientRefused(f"token_endpoint_auth_method is one of {', '.join(AUTH_METHODS)}.")
    client = Client(
        client_id,
        _text(metadata, "client_name", LONGEST_NAME) or "",
        method,
        _grants(metadata),
        _text(metadata, "scope", LONGEST_SCOPE) or "",
        redirect_uris=_redirect_uris(metadata),
        launch_uri=_page(metadata, "launch_uri"),
        jwks=_key_set(metadata),
        jwks_uri=_page(metadata, "jwks_uri"),
        logo_uri=_page(metadata, "logo_uri"),
    )
    _check(client)
    return client


def described(client: Client) -> dict[str, Any]:
    """The client in the same words, without its secret."""
    told = {
        "client_id": client.client_id,
        "client_name": client.name,
        "token_endpoint_auth_method": client.auth_method,
        "grant_types": list(client.grants),
        "response_types": ["code"] if "authorization_code" in client.grants else [],
        "scope": client.scope,
        "redirect_uris": list(client.redirect_uris) or None,
        "launch_uri": client.launch_uri,
        "jwks": client.jwks,
        "jwks_uri": client.jwks_uri,
        "logo_uri": client.logo_uri,
    }
    return {name: value for name, value in told.items() if value is not None}


def is_redirect_uri(uri: str) -> bool:
    """Whether a code may be sent there: https, http on the app's own machine, or an app's own scheme (RFC 8252)."""
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return False
    plain = uri.isascii() and uri.isprintable() and not set(uri) & set(' "<>\\^`{|}*#') and len(uri) <= LONGEST_URI
    if not plain or parts.username is not None:
        return False
    if parts.scheme in ("https", "http"):
        return bool(parts.hostname) and (parts.scheme == "https" or parts.hostname in LOOPBACK)
    return PRIVATE_USE.fullmatch(parts.scheme) is not None


def _check(client: Client) -> None:
    """What must fit together. Raises ClientRefused."""
    if not client.name:
        raise ClientRefused("client_name is missing.")
    if "authorization_code" in client.grants and not client.redirect_uris:
        raise ClientRefused("redirect_uris are needed for authorization_code.", "invalid_redirect_uri")
    if "client_credentials" in client.grants and client.auth_method == "none":
        raise ClientRefused("A public client cannot have client_credentials.")
    if client.auth_method == "private_key_jwt" and (client.jwks is None) == (client.jwks_uri is None):
        raise ClientRefused("private_key_jwt needs jwks or jwks_uri, one of them.")
    try:
        levels = scopes.levels(client.scope)
    except scopes.InvalidScope as error:
        raise ClientRefused(str(error)) from None
    if "client_credentials" in client.grants and "system" not in levels:
        raise ClientRefused("client_credentials needs a scope of the level system.")
    if "authorization_code" in client.grants and not scopes.words(client.scope):
        raise ClientRefused("scope is missing.")


def _grants(metadata: Metadata) -> tuple[str, ...]:
    grants = _list(metadata, "grant_types") or ("authorization_code",)
    if not set(grants) <= set(GRANTS) or grants == ("refresh_token",):
        raise ClientRefused(f"grant_types are some of {', '.join(GRANTS)}.")
    return grants


def _redirect_uris(metadata: Metadata) -> tuple[str, ...]:
    found = _list(metadata, "redirect_uris")
    if len(found) > MOST_URIS or not all(map(is_redirect_uri, found)):
        raise ClientRefused("A redirect URI is https://, or http:// on 127.0.0.1, whole.", "invalid_redirect_uri")
    return found


def _page(metadata: Metadata, name: str) -> str | None:
    uri = _text(metadata, name, LONGEST_URI)
    if uri is not None and not (uri.startswith(("https://", "http://")) and is_redirect_uri(uri)):
        raise ClientRefused(f"{name} is an https:// URL.")
    return uri


def _key_set(metadata: Metadata) -> Mapping[str, Any] | None:
    """The public keys, checked and without anything else that stood beside them."""
    if metadata.get("jwks") is None:
        return None
    try:
        found = rows(metadata["jwks"])
        if not 0 < len(found) <= MOST_KEYS or any("d" in row for row in found):
            raise ValueError(f"give 1 to {MOST_KEYS} public keys")
        kids = {row["kid"] for row in found if isinstance(row.get("kid"), str) and public_key(row)}
        if len(kids) != len(found):
            raise ValueError("each key needs a kid of its own")
    except (ValueError, TypeError, JoseError) as error:
        raise ClientRefused(f"jwks: {error}.") from None
    return {"keys": [{name: value for name, value in row.items() if isinstance(value, str)} for row in found]}


def _text(metadata: Metadata, name: str, most: int) -> str | None:
    value = metadata.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or len(value) > most or not value.isprintable():
        raise ClientRefused(f"{name} is a line of at most {most} characters.")
    return value.strip()


def _list(metadata: Metadata, name: str) -> tuple[str, ...]:
    value = metadata.get(name, [])
    if not isinstance(value, (list, tuple)) or not all(isinstance(part, str) for part in value):
        raise ClientRefused(f"{name} is a list of texts.")
    return tuple(value)
