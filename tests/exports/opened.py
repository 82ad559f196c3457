"""AuditEvents of a patient of the demo, made from events of the journal as the server makes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from exports.chart import Chart
from fhir_server.audit.audit_event import audit_events
from fhir_server.audit.events import Event, Written
from fhir_server.messages import Resource
from tests.exports import charts
from tests.exports.reception import STAMP

PATIENT = "pasien-000001"
DOCTOR: dict[str, Any] = {"who": "kristina", "person": "Practitioner/nakes-013", "role": "dokter", "purpose": "TREAT"}
DESK: dict[str, Any] = {"who": "loket.contoh", "role": "pendaftaran", "purpose": "HOPERAT"}
OWN: dict[str, Any] = {"who": "sabran", "person": f"Patient/{PATIENT}", "role": "pasien", "purpose": "PATRQT"}


def at(day: int, hour: int = 1, minute: int = 0, *, month: int = 11, year: int = 2026) -> datetime:
    """UTC: eight hours before the hospital's clock."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def looked(when: datetime, type: str = "Observation", **by: Any) -> Event:
    query = (("patient", PATIENT),)
    return Event(at=when, what="search-type", path=type, query=query, patients=(PATIENT,), **(by or DOCTOR))


def changed(when: datetime, what: str, type: str, **by: Any) -> Event:
    write = Written(what, f"{what}d", type, "x", 2, (PATIENT,))
    return Event(at=when, what=what, writes=(write,), **(by or DOCTOR))


def of(*events: Event) -> list[Resource]:
    made = (one for event in events for one in audit_events(event))
    return [{**one, "id": f"akses-{number}", "meta": STAMP} for number, one in enumerate(made, 1)]


def chart(events: Iterable[Event]) -> Chart:
    focus = f"Patient/{PATIENT}"
    found = {f"AuditEvent/{one['id']}": one for one in of(*events)}
    return Chart(focus, {**charts.chart(1, focus).resources, **found})
