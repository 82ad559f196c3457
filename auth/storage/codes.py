"""Authorization codes, in `auth_codes`: found by the SHA-256 of their text, claimed before they are honoured."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

from auth.models import Code
from auth.storage.database import Documents

COLLECTION = "auth_codes"
KEPT = timedelta(days=1)
"""How long a code is remembered after its end, so that a late second use is seen."""


def add(database: Documents, code_hash: str, code: Code) -> None:
    row = {"used": 0, "kept_until": code.expires + KEPT, **dataclasses.asdict(code)}
    database[COLLECTION].insert_one({"_id": code_hash, **row})


def find(database: Documents, code_hash: str, client_id: str) -> Code | None:
    """The client's code, used or not."""
    document = database[COLLECTION].find_one({"_id": code_hash, "client_id": client_id})
    return None if document is None else _code(document)


def claim(database: Documents, code_hash: str, client_id: str) -> bool:
    """Use the client's code; whether this is its first use.

    One atomic write: of many at the same moment, exactly one is the first. A code of another client stays untouched."""
    document = database[COLLECTION].find_one_and_update(
        {"_id": code_hash, "client_id": client_id}, {"$inc": {"used": 1}}
    )
    return document is not None and document["used"] == 0


def _code(document: dict[str, Any]) -> Code:
    return Code(**{field.name: document[field.name] for field in dataclasses.fields(Code)})
