"""A look into the journal past the server."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from fhir_server.audit.events import Event, decode_many


def events(database: Database[dict[str, Any]]) -> list[Event]:
    """In the order of their moments."""
    blocks = database["audit_blocks"].find()
    return sorted((event for block in blocks for event in decode_many(block["entries"])), key=lambda event: event.at)
