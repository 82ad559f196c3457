"""A visit is an Encounter, made at check-in; its statusHistory is its clock. Pure: Encounter -> Encounter.

https://hl7.org/fhir/R4/encounter.html
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

from bookings.booking import Booking
from bookings.session import Session
from bookings.ticket import SERVED, Ticket
from fhir_server.messages import Resource
from fhir_server.store.documents import instant
from resources.moments import moment
from resources.systems import ENCOUNTER_PREFIX, POLI_PREFIX, UCUM

Status = Literal["arrived", "in-progress", "finished", "cancelled"]
ENDED = frozenset({"finished", "cancelled", "entered-in-error"})
ABSENT = "Tidak hadir saat dipanggil"
TICK = timedelta(milliseconds=1)

AMBULATORY = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    "code": "AMB",
    "display": "ambulatory",
}
ATTENDER = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
    "code": "ATND",
    "display": "attender",
}


def new(booking: Booking, session: Session, at: datetime, id: str) -> Resource:
    """The Encounter of who checks in; its number is the kodebooking."""
    poli = {"system": POLI_PREFIX + session.organization, "code": session.poli, "display": session.poli_name}
    since = {"start": instant(at)}
    found: Resource = {
        "resourceType": "Encounter",
        "id": id,
        "identifier": [{"system": ENCOUNTER_PREFIX + session.organization, "value": booking.code}],
        "status": "arrived",
        "statusHistory": [{"status": "arrived", "period": since}],
        "class": AMBULATORY,
        "serviceType": {"coding": [poli], "text": f"Poli {session.poli_name}"},
        "subject": {"reference": booking.patient},
        "participant": [
            {"type": [{"coding": [ATTENDER]}], "individual": _named(session.doctor, session.doctor_name)},
        ],
        "appointment": [{"reference": booking.url}],
        "period": since,
        "location": [{"location": _named(session.location, session.location_name), "period": since}],
    }
    if session.provider:
        found["serviceProvider"] = {"reference": session.provider}
    return found


def after(encounter: Resource, ticket: Ticket, at: datetime, *, goes_on: bool = True) -> Resource:
    """What becomes of the visit when its ticket has become what it is: service at a poli begins it; the last ticket
    ends it. `goes_on`: the visit has other tickets that are not over."""
    if ticket.status == SERVED and ticket.kind == "poli":
        return moved(encounter, "in-progress", at)
    if ticket.is_over and not goes_on:
        was_served = ticket.status == "completed" or encounter["status"] == "in-progress"
        return moved(encounter, "finished" if was_served else "cancelled", at)
    return encounter


def outcome(booking: Booking, encounter: Resource) -> Booking:
    """What becomes of the booking when the visit has become what it is."""
    if booking.status == "arrived" and encounter["status"] == "finished":
        return booking.moved("fulfilled")
    if booking.status == "arrived" and encounter["status"] == "cancelled":
        return booking.moved("noshow", reason=ABSENT)
    return booking


def moved(encounter: Resource, status: Status, at: datetime) -> Resource:
    """The visit in this state from `at` on, or the first moment after its last one. What is over stays as it is."""
    if encounter["status"] in (status, *ENDED):
        return encounter
    history = encounter.get("statusHistory", [])
    begun = instant(max([at, *(one + TICK for one in _starts(history))]))
    entry = {"status": status, "period": {"start": begun}}
    found = {**encounter, "status": status, "statusHistory": [*_until(history, begun), entry]}
    if status in ENDED:
        entry["period"] = {"start": begun, "end": begun}
        found["period"] = {**encounter.get("period", {}), "end": begun}
        found["location"] = _until(encounter.get("location", []), begun)
        found["length"] = _length(found["period"])
    return {name: value for name, value in found.items() if value not in ([], None)}


def _starts(history: Iterable[Any]) -> list[datetime]:
    moments = (moment(row.get("period", {}).get("start")) for row in history)
    return [one for one in moments if one is not None]


def _until(rows: list[Any], end: str) -> list[Any]:
    """The last of the rows ends then, where it has not ended."""
    if not rows or "end" in rows[-1].get("period", {}):
        return rows
    return [*rows[:-1], {**rows[-1], "period": {**rows[-1].get("period", {}), "end": end}}]


def _length(period: Resource) -> Resource | None:
    start, end = moment(period.get("start")), moment(period["end"])
    if start is None or end is None:
        return None
    minutes = max(round((end - start).total_seconds() / 60), 0)
    return {"value": minutes, "unit": "min", "system": UCUM, "code": "min"}


def _named(url: str, name: str) -> Resource:
    return {"reference": url, "display": name} if name else {"reference": url}
