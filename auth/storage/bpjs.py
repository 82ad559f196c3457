"""Accounts with which BPJS Kesehatan signs in to the web services Antrean RS, in `auth_bpjs_users`; their tokens, in
`auth_bpjs_tokens`, are found by the SHA-256 of their text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from auth.storage.database import Documents

USERS = "auth_bpjs_users"
TOKENS = "auth_bpjs_tokens"


def add_user(database: Documents, username: str, password_hash: str) -> bool:
    """False where the name is taken."""
    try:
        database[USERS].insert_one({"_id": username, "password_hash": password_hash})
    except DuplicateKeyError:
        return False
    return True


def password_hash(database: Documents, username: str) -> str | None:
    """None where there is no such account."""
    document = database[USERS].find_one({"_id": username})
    return None if document is None else str(document["password_hash"])


def everyone(database: Documents) -> Iterator[str]:
    """The names of all accounts, in their order."""
    return (row["_id"] for row in database[USERS].find({}, {"_id": 1}, sort=[("_id", 1)]))


def remove_user(database: Documents, username: str) -> bool:
    """With its tokens. False where there is no such account."""
    removed = database[USERS].delete_one({"_id": username}).deleted_count == 1
    database[TOKENS].delete_many({"username": username})
    return removed


def add_token(database: Documents, token_hash: str, username: str, expires: datetime) -> None:
    database[TOKENS].insert_one({"_id": token_hash, "username": username, "expires": expires})


def lives(database: Documents, token_hash: str, username: str, now: datetime) -> bool:
    """Whether it is a token of this account that has not expired."""
    wanted = {"_id": token_hash, "username": username, "expires": {"$gt": now}}
    return database[TOKENS].find_one(wanted, {"_id": 1}) is not None
