"""Small resources that tests send."""

from __future__ import annotations

import itertools
from typing import Any

SYSTEM = "http://example.org/tests"
_numbers = itertools.count(1)


def unique(prefix: str = "t") -> str:
    """An id or a code that no other test uses in this run."""
    return f"{prefix}-{next(_numbers)}"


def patient(id: str | None = None, **more: Any) -> dict[str, Any]:
    resource: dict[str, Any] = {"resourceType": "Patient"}
    if id is not None:
        resource["id"] = id
    return {**resource, "active": True, **more}


def observation(subject: str, code: str = "718-7", **more: Any) -> dict[str, Any]:
    coding = {"system": "http://loinc.org", "code": code}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [coding]},
        "subject": {"reference": subject},
        **more,
    }
