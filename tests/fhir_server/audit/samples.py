"""One event of each kind, as the journal keeps them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fhir_server.audit.events import Event, Written

AT = datetime(2026, 11, 24, 1, 2, 3, 456000, UTC)
DOCTOR: dict[str, Any] = {
    "who": "siti",
    "person": "Practitioner/7",
    "role": "dokter",
    "client": "aplikasi",
    "purpose": "TREAT",
    "address": "192.0.2.1",
    "request": "abc-1",
}


def written(what: str, outcome: str, id: str, version: int | None = None, *patients: str) -> Written:
    return Written(what, outcome, "Observation", id, version, patients)


EVENTS = {
    "read": Event(at=AT, what="read", path="Observation/1", version=3, patients=("a",), **DOCTOR),
    "of-two-patients": Event(
        at=AT, what="vread", path="Group/1/_history/1", version=1, patients=("a", "b"), who="open"
    ),
    "search": Event(at=AT, what="search-type", path="Patient", query=(("name", "siti a"),), patients=("a",), **DOCTOR),
    "search-of-nothing": Event(at=AT, what="search-system", who="sistem", client="sistem", purpose="HOPERAT"),
    "compartment": Event(at=AT, what="search-type", path="Patient/a/Observation", who="open"),
    "history": Event(at=AT, what="history-instance", path="Patient/a/_history", patients=("a",), who="open"),
    "emergency": Event(at=AT, what="read", path="Patient/a", version=1, patients=("a",), opened=("a",), **DOCTOR),
    "proxy": Event(at=AT, what="read", path="Patient/a", patients=("a",), who="wali", person="Patient/b", role="wali"),
    "own": Event(at=AT, what="read", path="Patient/a", patients=("a",), who="a", person="Patient/a", role="pasien"),
    "unauthenticated": Event(at=AT, what="read", path="Patient/a", status=401, reason="login", who="anonymous"),
    "not-found": Event(at=AT, what="read", path="Observation/9", status=404, reason="not-found", **DOCTOR),
    "writes": Event(
        at=AT,
        what="transaction",
        writes=(
            written("create", "created", "1", 1, "a"),
            written("update", "updated", "2", 4, "a", "b"),
            written("patch", "updated", "3", 2),
            written("update", "unchanged", "4", 7, "a"),
            written("delete", "deleted", "5", 2, "a"),
            written("delete", "absent", "6"),
        ),
        **DOCTOR,
    ),
    "refused": Event(at=AT, what="conditional-delete", path="Patient", query=(("name", "x"),), status=412, **DOCTOR),
    "import": Event(at=AT, what="import", who="system", writes=(written("create", "created", "1", 1, "a"),)),
    "operation": Event(at=AT, what="$validate", path="Patient/$validate", who="open"),
    "login": Event(at=AT, what="login", who="siti", address="192.0.2.1"),
    "login-failed": Event(at=AT, what="login-failed", who="siti", status=401, address="192.0.2.1"),
    "break-glass": Event(at=AT, what="break-glass-start", patients=("a",), opened=("a",), note="gawat", **DOCTOR),
}
