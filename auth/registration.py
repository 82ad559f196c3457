"""Registering clients: from the hospital's command line, or by RFC 7591 with an initial access token.
https://www.rfc-editor.org/rfc/rfc7591"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from auth import scopes
from auth.client_metadata import SECRET, ClientRefused, Metadata, client_of
from auth.issuer import Issuer, digest
from auth.models import Client
from auth.storage import clients, initial_tokens

INVITATION = timedelta(days=7)


def register(issuer: Issuer, metadata: Metadata) -> tuple[Client, str | None]:
    """The new client and, of one that has a secret, the secret: it is not stored and cannot be had again.

    Raises ClientRefused."""
    return _added(issuer, client_of(metadata, _new_id(issuer)))


def keep(issuer: Issuer, apps: Mapping[str, Metadata]) -> None:
    """Registers the hospital's own public apps (client_id -> metadata), or gives them their present addresses. One that
    was removed stays removed; an address that no app may have (http elsewhere than on this machine) is passed over."""
    for client_id, metadata in apps.items():
        with suppress(ClientRefused):
            clients.keep(issuer.database, client_of(metadata, client_id))


def invite(issuer: Issuer, scope: str) -> str:
    """An initial access token: whoever has it may register one client, with at most this scope, within a week.

    Raises ClientRefused."""
    try:
        levels = scopes.levels(scope)
    except scopes.InvalidScope as error:
        raise ClientRefused(str(error)) from None
    if not levels:
        raise ClientRefused("Name the scopes on resources that the client may have at most.")
    secret = issuer.secret()
    initial_tokens.add(issuer.database, digest(secret), scope, expires=issuer.clock() + INVITATION)
    return secret


def register_with(issuer: Issuer, initial_token: str, metadata: Metadata) -> tuple[Client, str | None]:
    """The same as `register`, within what the initial access token allows.

    Raises ClientRefused; its `error` is invalid_token where there is no such token."""
    token_hash, now = digest(initial_token), issuer.clock()
    most = initial_tokens.find(issuer.database, token_hash, now)
    if most is None:
        raise ClientRefused("The initial access token may not be used.", "invalid_token")
    client = client_of({**metadata, "scope": _within(metadata.get("scope", most), most)}, _new_id(issuer))
    if not initial_tokens.claim(issuer.database, token_hash, now):
        raise ClientRefused("The initial access token may not be used.", "invalid_token")
    return _added(issuer, client)


def _within(asked: object, most: str) -> str:
    try:
        scope = scopes.reduced(asked, most) if isinstance(asked, str) else ""
    except scopes.InvalidScope as error:
        raise ClientRefused(str(error)) from None
    if not scope:
        raise ClientRefused("Nothing of this scope is within what the initial access token allows.")
    return scope


def _added(issuer: Issuer, client: Client) -> tuple[Client, str | None]:
    secret = issuer.secret() if client.auth_method in SECRET else None
    client = replace(client, secret_hash=None if secret is None else digest(secret))
    clients.add(issuer.database, client)
    return client, secret


def _new_id(issuer: Issuer) -> str:
    return digest(issuer.secret())[:24]
