"""EHR launches, in `auth_launches`: found by the SHA-256 of the `launch` parameter, used once."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from auth.models import Launch
from auth.storage.database import Documents
from auth.storage.tokens import context_of

COLLECTION = "auth_launches"


def add(database: Documents, launch_hash: str, launch: Launch, *, expires: datetime) -> None:
    database[COLLECTION].insert_one({"_id": launch_hash, "expires": expires, **dataclasses.asdict(launch)})


def claim(database: Documents, launch_hash: str, client_id: str, now: datetime) -> Launch | None:
    """Take the client's launch away; None where there is none. Another client's launch stays untouched."""
    document = database[COLLECTION].find_one_and_delete(
        {"_id": launch_hash, "client_id": client_id, "expires": {"$gt": now}}
    )
    if document is None:
        return None
    return Launch(document["client_id"], document["username"], context_of(document["context"]))
