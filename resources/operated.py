"""What the hospital alone writes: bookings and the queue, documents that were issued, links to a summary."""

from __future__ import annotations

from typing import Any

from resources.extensions import values
from resources.systems import BOOKING, DOCUMENT, SESSION, SHARED_LINK, TICKET

MARKS = {"Slot": SESSION, "Appointment": BOOKING, "Task": TICKET, "DocumentReference": DOCUMENT, "Consent": SHARED_LINK}
"""Type -> the extension by which such a resource is known."""


def is_operated(resource: Any) -> bool:
    """Whether it is a session, a booking, a ticket, an issued document or the content of one, a link to a summary."""
    type = str(resource.get("resourceType"))
    if type == "Binary":
        return any(tag.get("system") == DOCUMENT for tag in _tags(resource))
    return type in MARKS and bool(values(resource, MARKS[type]))


def _tags(resource: Any) -> list[dict[str, Any]]:
    meta = resource.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    return [tag for tag in tags if isinstance(tag, dict)] if isinstance(tags, list) else []
