"""What changes in the current documents of some types, told as soon as the majority has it.

https://www.mongodb.com/docs/manual/changeStreams/
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure, PyMongoError

from fhir_server.store.documents import Document

PAUSE = 0.5
"""Seconds between two attempts to reach the database again."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Changed:
    """`values`: what was asked for of the resource as it is now; a list where the way there leads through one."""

    type: str
    id: str
    values: Mapping[str, Any] = field(default_factory=dict)


async def follow(
    database: AsyncDatabase[Document], types: Collection[str], paths: Mapping[str, str]
) -> AsyncGenerator[Changed | None, None]:
    """Changes without end; None where it begins, and where some may have been missed: then everything is read anew.

    `paths`: name -> path below the resource. A connection that breaks goes on where it was."""
    token: Mapping[str, Any] | None = None
    while True:
        try:
            async with await database.watch(_pipeline(types, paths), resume_after=token) as stream:
                if token is None:
                    yield None
                async for event in stream:
                    token = event["_id"]
                    yield Changed(event["type"], event["id"], event.get("values", {}))
        except OperationFailure as error:
            logger.warning("Changes were missed: %s", error.details and error.details.get("codeName"))
            token = None
        except PyMongoError as error:
            logger.warning("Changes wait for the database: %s", type(error).__name__)
        await asyncio.sleep(PAUSE)


def _pipeline(types: Collection[str], paths: Mapping[str, str]) -> list[Document]:
    """Only these types, and only what is asked for: whole resources stay where they are."""
    wanted = {"ns.coll": {"$in": sorted(types)}, "operationType": {"$in": ["insert", "replace", "update"]}}
    values = {name: f"$fullDocument.resource.{path}" for name, path in paths.items()}
    return [{"$match": wanted}, {"$project": {"type": "$ns.coll", "id": "$documentKey._id", "values": values}}]
