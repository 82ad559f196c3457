"""Secrets that all processes of one database share."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from pymongo import ReturnDocument
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError

from fhir_server.store.documents import Document


async def secret(
    keys: AsyncCollection[Document],
    name: str,
    size: int,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> bytes:
    """The secret of this name; whoever asks first makes it."""
    while True:
        try:
            found: Document | None = await keys.find_one_and_update(
                {"_id": name},
                {"$setOnInsert": {"secret": random(size)}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            continue
        assert found is not None
        return bytes(found["secret"])
