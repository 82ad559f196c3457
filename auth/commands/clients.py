"""`rsud client`: the apps and systems that may use the server. Each answer is one JSON object on a line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from auth.client_metadata import GRANTS, ClientRefused, described
from auth.commands.actions import Row, action
from auth.issuer import Issuer
from auth.registration import invite, register
from auth.storage import clients


def flags(parser: argparse.ArgumentParser) -> None:
    """The actions of `rsud client` and their flags. The chosen action comes as `action`."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    adding = action(actions, "add", "register a client and print it, with its secret this one time", add)
    adding.add_argument("--name", required=True, help="what people see on the consent page")
    adding.add_argument("--grant", action="append", required=True, choices=GRANTS, help="may be given several times")
    adding.add_argument("--scope", required=True, help='the most it may ask for, such as "system/*.rs"')
    adding.add_argument("--redirect-uri", action="append", default=[], metavar="URI", help="may be given several times")
    adding.add_argument("--launch-uri", default=None, metavar="URI", help="where the hospital's own system opens it")
    proof = adding.add_mutually_exclusive_group(required=True)
    proof.add_argument("--secret", action="store_true", default=False, help="it proves who it is with a secret")
    proof.add_argument("--public", action="store_true", default=False, help="it cannot keep a secret")
    proof.add_argument("--jwks", type=Path, default=None, metavar="FILE", help="it signs with the keys of this JWKS")
    proof.add_argument("--jwks-uri", default=None, metavar="URI", help="it signs with the keys of the JWKS there")
    action(actions, "list", "tell all clients", everyone)
    removing = action(actions, "remove", "end a client and all its tokens", remove)
    removing.add_argument("--client-id", required=True, metavar="ID")
    inviting = action(actions, "invite", "print a token with which one app registers itself within a week", invitation)
    inviting.add_argument("--scope", required=True, help="the most that the app may ask for")


def add(options: argparse.Namespace, issuer: Issuer) -> Iterator[Row]:
    """Register a client. Raises ClientRefused."""
    metadata = {
        "client_name": options.name,
        "grant_types": options.grant,
        "scope": options.scope,
        "redirect_uris": options.redirect_uri,
        "launch_uri": options.launch_uri,
        "token_endpoint_auth_method": _method(options),
        "jwks": None if options.jwks is None else _key_set(options.jwks),
        "jwks_uri": options.jwks_uri,
    }
    client, secret = register(issuer, metadata)
    yield described(client) if secret is None else {**described(client), "client_secret": secret}


def everyone(_: argparse.Namespace, issuer: Issuer) -> Iterator[Row]:
    return map(described, clients.everyone(issuer.database))


def remove(options: argparse.Namespace, issuer: Issuer) -> Iterator[Row]:
    """Its tokens end with it. Raises ClientRefused where there is no such client."""
    if not clients.remove(issuer.database, options.client_id):
        raise ClientRefused(f"There is no client {options.client_id}.")
    yield {"client_id": options.client_id, "removed": True}


def invitation(options: argparse.Namespace, issuer: Issuer) -> Iterator[Row]:
    yield {"initial_access_token": invite(issuer, options.scope), "scope": options.scope}


def _method(options: argparse.Namespace) -> str:
    if options.public:
        return "none"
    return "client_secret_basic" if options.secret else "private_key_jwt"


def _key_set(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise ClientRefused(f"{path} is no JSON file with a key set.") from None
