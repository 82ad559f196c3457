"""`rsud bpjs-user`: the accounts with which BPJS signs in. Each answer is one JSON object on a line."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from auth import passwords
from auth.commands.actions import Row, action
from auth.commands.users import password_hash
from auth.issuer import new_secret
from auth.storage import bpjs
from auth.storage.database import Documents
from auth.users import UserRefused, check, username_of


def flags(parser: argparse.ArgumentParser) -> None:
    """The actions of `rsud bpjs-user` and their flags. The chosen action comes as `action`."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    adding = action(actions, "add", "make an account and print its password, this one time", add)
    adding.add_argument("--username", required=True)
    adding.add_argument(
        "--password-stdin",
        action="store_true",
        default=False,
        help="read the password from standard input; without this flag one is made",
    )
    action(actions, "list", "tell all accounts", everyone)
    removing = action(actions, "remove", "end an account and its tokens", remove)
    removing.add_argument("--username", required=True)


def add(options: argparse.Namespace, database: Documents) -> Iterator[Row]:
    """Raises UserRefused."""
    username = username_of(options.username)
    check(username, None)
    made = "" if options.password_stdin else new_secret()
    if not bpjs.add_user(database, username, passwords.hashed(made) if made else password_hash(username)):
        raise UserRefused(f"There is an account {username} already.")
    yield {"username": username, "password": made} if made else {"username": username}


def everyone(_: argparse.Namespace, database: Documents) -> Iterator[Row]:
    return ({"username": username} for username in bpjs.everyone(database))


def remove(options: argparse.Namespace, database: Documents) -> Iterator[Row]:
    """Raises UserRefused where there is no such account."""
    username = username_of(options.username)
    if not bpjs.remove_user(database, username):
        raise UserRefused(f"There is no account {username}.")
    yield {"username": username, "removed": True}
