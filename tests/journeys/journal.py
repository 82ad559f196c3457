"""A look into the journal past the server, and at the versions that it must tell of."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from fhir_server.audit.events import Event, decode_many

Version = tuple[str, str, int]
"""Type, id and number."""


def events(database: Database[dict[str, Any]]) -> list[Event]:
    """In the order of their moments."""
    blocks = database["audit_blocks"].find()
    return sorted((event for block in blocks for event in decode_many(block["entries"])), key=lambda event: event.at)


def versions(database: Database[dict[str, Any]]) -> list[Version]:
    """Of all Patients and Basics, present and past."""
    found = []
    for type in ("Patient", "Basic"):
        found += [(type, row["_id"], row["version"]) for row in database[type].find()]
        found += [(type, row["id"], row["version"]) for row in database[f"{type}_history"].find()]
    return sorted(found)


def told(database: Database[dict[str, Any]]) -> list[Version]:
    """The versions that the journal says were written."""
    return sorted(
        (write.type, write.id, write.version or 0)
        for event in events(database)
        for write in event.writes
        if write.outcome in ("created", "updated", "deleted")
    )
