"""Initial access tokens for the registration of clients, in `auth_initial_tokens`: each is good for one client."""

from __future__ import annotations

from datetime import datetime

from auth.storage.database import Documents

COLLECTION = "auth_initial_tokens"


def add(database: Documents, token_hash: str, scope: str, *, expires: datetime) -> None:
    database[COLLECTION].insert_one({"_id": token_hash, "scope": scope, "expires": expires})


def find(database: Documents, token_hash: str, now: datetime) -> str | None:
    """The scope that a client may have at most; None where the token may not be used."""
    document = database[COLLECTION].find_one({"_id": token_hash, "expires": {"$gt": now}})
    return None if document is None else str(document["scope"])


def claim(database: Documents, token_hash: str, now: datetime) -> bool:
    """Use the token up: of two at the same moment, one finds it."""
    document = database[COLLECTION].find_one_and_delete({"_id": token_hash, "expires": {"$gt": now}})
    return document is not None
