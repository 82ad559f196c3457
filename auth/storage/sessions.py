"""Sessions, in `auth_sessions`: found by the SHA-256 of their secret. A session that ends is deleted."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from auth.sessions import Session
from auth.storage.database import Documents

COLLECTION = "auth_sessions"


def add(database: Documents, session: Session) -> None:
    document = dataclasses.asdict(session)
    database[COLLECTION].insert_one({"_id": document.pop("hash"), **document})


def find(database: Documents, session_hash: str, now: datetime) -> Session | None:
    """The session, None where it has ended, was idle too long, or never was."""
    document = database[COLLECTION].find_one(
        {"_id": session_hash, "expires": {"$gt": now}, "idle_until": {"$gt": now}},
    )
    return None if document is None else Session(document.pop("_id"), **document)


def lives(database: Documents, session_hash: str, now: datetime) -> bool:
    """Whether it has not ended: idle ones count, for online access goes on while an app is used and no page is."""
    alive = {"_id": session_hash, "expires": {"$gt": now}, "complete": True}
    return database[COLLECTION].find_one(alive, {"_id": 1}) is not None


def extend(database: Documents, session_hash: str, idle_until: datetime) -> None:
    """Put off the idle end."""
    database[COLLECTION].update_one({"_id": session_hash}, {"$max": {"idle_until": idle_until}})


def set_new_totp(database: Documents, session_hash: str, secret: str) -> None:
    database[COLLECTION].update_one({"_id": session_hash}, {"$set": {"new_totp": secret}})


def end(database: Documents, session_hash: str) -> bool:
    """False where it had ended before: of two requests that end it, one is told so."""
    return database[COLLECTION].delete_one({"_id": session_hash}).deleted_count == 1


def end_all(database: Documents, username: str) -> int:
    """End every session of a person; the number of them."""
    return database[COLLECTION].delete_many({"username": username}).deleted_count
