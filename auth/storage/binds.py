"""Codes that are used once, in `auth_binds`: found by the SHA-256 of their text, claimed before they are honoured."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

from auth.one_time_codes import SENT_TRIES, OneTimeCode
from auth.storage.database import Documents

COLLECTION = "auth_binds"


def add(database: Documents, code_hash: str, code: OneTimeCode) -> None:
    database[COLLECTION].insert_one({"_id": code_hash, **dataclasses.asdict(code)})


def find(database: Documents, code_hash: str, now: datetime) -> OneTimeCode | None:
    """What a code allows, without using it."""
    return _code(database[COLLECTION].find_one({"_id": code_hash, "expires": {"$gt": now}, "sent": None}))


def claim(database: Documents, code_hash: str, now: datetime) -> OneTimeCode | None:
    """Use a code: of two who do, one is told what it allows."""
    return _code(database[COLLECTION].find_one_and_delete({"_id": code_hash, "expires": {"$gt": now}, "sent": None}))


def add_sent(database: Documents, request_hash: str, sent_hash: str, code: OneTimeCode) -> None:
    """A short code that was sent to a person. `request_hash` is of the secret of the browser that asked for it, and
    `sent_hash` of that secret and the code together, so that nobody can work out the code from what is stored."""
    database[COLLECTION].insert_one({"_id": request_hash, "sent": sent_hash, "tries": 0, **dataclasses.asdict(code)})


def claim_sent(database: Documents, request_hash: str, sent_hash: str, now: datetime) -> OneTimeCode | None:
    """Use a code that was sent. Each attempt counts, and after SENT_TRIES of them the code is worth nothing."""
    tried = database[COLLECTION].update_one(
        {"_id": request_hash, "tries": {"$lt": SENT_TRIES}, "expires": {"$gt": now}}, {"$inc": {"tries": 1}}
    )
    if tried.modified_count == 0:
        return None
    return _code(database[COLLECTION].find_one_and_delete({"_id": request_hash, "sent": sent_hash}))


def revoke_all(database: Documents, *, username: str) -> None:
    """No code that would change this account's password is worth anything any more."""
    database[COLLECTION].delete_many({"username": username})


def _code(document: dict[str, Any] | None) -> OneTimeCode | None:
    if document is None:
        return None
    return OneTimeCode(document["expires"], username=document["username"], patient=document["patient"])
