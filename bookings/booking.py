"""A booking, as it lies in an Appointment: whose, of which session, its code and number, who pays, how it stands.

https://hl7.org/fhir/R4/appointment.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args

from bookings.session import Payer, Session
from fhir_server.messages import Resource
from fhir_server.store.documents import instant
from resources.extensions import extension, values, with_extension
from resources.systems import BOOKING, BOOKING_PREFIX, POLI_PREFIX

Status = Literal["pending", "booked", "arrived", "fulfilled", "cancelled", "noshow", "waitlist"]
STATUSES: frozenset[str] = frozenset(get_args(Status))
TAKES_A_PLACE = frozenset({"pending", "booked", "arrived", "fulfilled", "noshow"})
LIVE = frozenset({"pending", "booked", "arrived", "waitlist"})

KINDS = {1: "Rujukan FKTP", 2: "Rujukan Internal", 3: "Kontrol", 4: "Rujukan Antar RS"}
"""Kinds of a visit (jeniskunjungan) by the numbers of BPJS."""


@dataclass(frozen=True, slots=True)
class Booking:
    """`id`: of the Appointment; `session`: the id of its Slot; `code`: kodebooking; `number`: in the session, None
    until it is booked; `payer`, `kind`, `referral`: as BPJS has them; `day`: the hospital's; `expires`: when a hold
    ends; `is_new`: the patient has no record number that was used before (pasien baru); `reason`: why it was
    cancelled, or is booked beyond the capacity; `expected`: when it is due."""

    id: str
    status: Status
    patient: str
    session: str
    poli: str
    day: date
    payer: Payer
    code: str
    letter: str
    number: int | None = None
    kind: int | None = None
    referral: str = ""
    expires: datetime | None = None
    is_new: bool = False
    reason: str = ""
    expected: datetime | None = None
    created: datetime | None = None

    @property
    def url(self) -> str:
        return f"Appointment/{self.id}"

    @property
    def ticket(self) -> str:
        """A-12; nothing before it is booked."""
        return f"{self.letter}-{self.number}" if self.number is not None else ""

    def moved(self, status: Status, **changes: Any) -> Booking:
        return replace(self, status=status, **changes)


def read(appointment: Resource) -> Booking | None:
    """None for an Appointment that was not made by a booking."""
    named = values(appointment, BOOKING)
    if "session" not in named or appointment.get("status") not in STATUSES:
        return None
    return Booking(
        id=appointment["id"],
        status=appointment["status"],
        patient=_actor(appointment, "Patient/"),
        session=named["session"],
        poli=named["poli"],
        day=date.fromisoformat(named["day"]),
        payer=named["payer"],
        code=named["code"],
        letter=named["letter"],
        number=named.get("number"),
        kind=named.get("kind"),
        referral=named.get("referral", ""),
        expires=_moment(named.get("expires")),
        is_new=named.get("is-new", False),
        reason=_reason(appointment),
        expected=_moment(appointment.get("start")),
        created=_moment(appointment.get("created")),
    )


def write(booking: Booking, session: Session, appointment: Resource | None = None) -> Resource:
    """The Appointment of a booking of this session; `appointment`: the one it was read from, of which the rest is
    kept."""
    added = extension(
        BOOKING,
        {
            "session": booking.session,
            "poli": booking.poli,
            "day": booking.day,
            "payer": booking.payer,
            "code": booking.code,
            "letter": booking.letter,
            "number": booking.number,
            "kind": booking.kind,
            "referral": booking.referral or None,
            "expires": booking.expires,
            "is-new": booking.is_new or None,
        },
    )
    found = with_extension(appointment or _appointment(booking, session), added)
    found["status"] = booking.status
    found["identifier"] = _identifiers(booking, session)
    if booking.expected is not None:
        found["start"] = instant(booking.expected)
        found["end"] = instant(booking.expected + timedelta(minutes=session.minutes))
    cancelled = booking.status in ("cancelled", "noshow")
    if booking.reason:
        found["cancelationReason" if cancelled else "comment"] = (
            {"text": booking.reason} if cancelled else booking.reason
        )
    return found


def _identifiers(booking: Booking, session: Session) -> list[Resource]:
    rows = [{"system": BOOKING_PREFIX + session.organization, "value": booking.code}]
    if booking.ticket:
        rows.append({"system": f"{BOOKING}:number", "value": booking.ticket})
    return rows


def _appointment(booking: Booking, session: Session) -> Resource:
    poli = {"system": POLI_PREFIX + session.organization, "code": session.poli, "display": session.poli_name}
    found: Resource = {
        "resourceType": "Appointment",
        "id": booking.id,
        "serviceType": [{"coding": [poli], "text": f"Poli {session.poli_name}"}],
        "minutesDuration": session.minutes,
        "slot": [{"reference": session.url}],
        "participant": [
            _participant(booking.patient),
            _participant(session.doctor, session.doctor_name),
            _participant(session.location, session.location_name),
        ],
    }
    if booking.created is not None:
        found["created"] = instant(booking.created)
    if booking.kind in KINDS:
        found["appointmentType"] = {"text": KINDS[booking.kind]}
    return found


def _participant(url: str, name: str = "") -> Resource:
    actor = {"reference": url, "display": name} if name else {"reference": url}
    return {"actor": actor, "required": "required", "status": "accepted"}


def _actor(appointment: Resource, prefix: str) -> str:
    actors = (row.get("actor", {}).get("reference", "") for row in appointment.get("participant", ()))
    return next((url for url in actors if url.startswith(prefix)), "")


def _reason(appointment: Resource) -> str:
    text: str = appointment.get("cancelationReason", {}).get("text", "") or appointment.get("comment", "")
    return text


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
