"""The ids of client assertions that were used, in `auth_jti`, for as long as they could be used again."""

from __future__ import annotations

from datetime import datetime

from pymongo.errors import DuplicateKeyError

from auth.storage.database import Documents

COLLECTION = "auth_jti"


def claim(database: Documents, jti_hash: str, *, expires: datetime) -> bool:
    """False where it was used before. `jti_hash`: of the client and the jti together."""
    try:
        database[COLLECTION].insert_one({"_id": jti_hash, "expires": expires})
    except DuplicateKeyError:
        return False
    return True
