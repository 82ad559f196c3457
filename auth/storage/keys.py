"""The keys that sign id_tokens, in `auth_keys`: numbered, the newest first to be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from auth.storage.database import Documents

COLLECTION = "auth_keys"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key as a JWK (RFC 7517), and when it was made. `at_once`: whether it signs from then on."""

    number: int
    jwk: Mapping[str, Any]
    made: datetime
    at_once: bool = False


def newest_first(database: Documents) -> list[SigningKey]:
    found = database[COLLECTION].find({}, sort=[("_id", -1)])
    return [
        SigningKey(document["_id"], document["jwk"], document["made"], document.get("at_once", False))
        for document in found
    ]


def add(database: Documents, key: SigningKey) -> bool:
    """False where another process has made the key of this number."""
    try:
        database[COLLECTION].insert_one(
            {"_id": key.number, "jwk": dict(key.jwk), "made": key.made, "at_once": key.at_once}
        )
    except DuplicateKeyError:
        return False
    return True
