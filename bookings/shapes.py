"""What kiosks and pages send to /bookings and get from there: plain JSON, made of the resources of FHIR."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bookings import booking as bookings
from bookings import moves
from bookings import session as sessions
from bookings import ticket as tickets
from bookings.session import Session
from bookings.ticket import Ticket
from fhir_server.messages import Resource
from resources.extensions import values
from resources.systems import OFFER

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9\-.]{1,64}$")]
Code = Annotated[str, Field(pattern=r"^[0-9]{8}[0-9A-Z]{6}$")]
Said = Annotated[str, Field(max_length=500)]


class Sent(BaseModel):
    """A body; what it does not know is refused, so that a misspelt name is not passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Wished(Sent):
    """`session`: the id of a Slot; `patient`: of a Patient; `kind`, `referral`: as BPJS has them; `overbook`: the
    desk's reason to go beyond the places."""

    session: Id
    patient: Id
    payer: Literal["jkn", "umum"] = "umum"
    kind: Annotated[int, Field(ge=1, le=4)] | None = None
    referral: Said = ""
    referral_date: date | None = None
    new_patient: bool = False
    overbook: Said = ""

    def parameters(self) -> dict[str, Any]:
        rest = self.model_dump(exclude={"session"}, exclude_defaults=True)
        return {"slot": self.session, "payer": self.payer, **{name.replace("_", "-"): rest[name] for name in rest}}


class Cancelled(Sent):
    reason: Said = ""


class Rescheduled(Sent):
    """`session`: the id of the Slot wanted."""

    session: Id


class Arrived(Sent):
    """`priority`: elderly, disabled, pregnant."""

    priority: Said = ""


class CalledNext(Sent):
    """`session`: the id of a Slot, where each doctor calls their own; `counter`: where to, such as Loket 2."""

    session: Id | None = None
    counter: Said = ""


class MoveOf(Sent):
    """`ticket`: its number today, A-12; `to`, `kind`: the service point where the patient goes on; `reason`: of a
    priority."""

    ticket: Annotated[str, Field(pattern=r"^[A-Z]{1,3}-[0-9]{1,4}$")]
    counter: Said = ""
    reason: Said = ""
    to: Id | None = None
    kind: Said = ""

    def parameters(self) -> dict[str, Any]:
        return self.model_dump(exclude={"ticket"}, exclude_defaults=True)


class Places(BaseModel):
    capacity: int
    left: int


class SessionShown(BaseModel):
    """`expected`: when the next patient is due; `open`: whether it takes place."""

    id: str
    poli: str
    poli_name: str
    doctor: str
    doctor_name: str
    location: str
    location_name: str
    start: datetime
    end: datetime
    jkn: Places
    umum: Places
    waiting: int
    open: bool
    reason: str
    expected: datetime | None


class BookingShown(BaseModel):
    """`ticket`: A-12, empty before it is booked; `start`, `end`: of the session; `expected`: of this patient;
    `expires`: when a hold ends."""

    code: str
    ticket: str
    number: int | None
    status: str
    patient: str
    session: str
    poli: str
    poli_name: str
    doctor: str
    day: date
    start: datetime | None
    end: datetime | None
    expected: datetime | None
    payer: str
    expires: datetime | None
    reason: str


class TicketShown(BaseModel):
    """`state`: waiting, skipped, called, served, completed, cancelled."""

    id: str
    ticket: str
    number: int
    kind: str
    point: str
    state: str
    patient: str
    session: str
    priority: str
    counter: str
    queued: datetime
    called: datetime | None
    calls: int
    started: datetime | None
    finished: datetime | None


class MovedShown(BaseModel):
    """`ticket`: None where nobody waits; `following`: the one with which the patient goes on."""

    ticket: TicketShown | None
    following: TicketShown | None


def session_shown(slot: Resource) -> SessionShown | None:
    """None for a Slot that is no session."""
    found, offer = sessions.read(slot), values(slot, OFFER)
    if found is None:
        return None
    plain = {name: getattr(found, name) for name in ("id", "poli", "poli_name", "start", "end", "waiting", "reason")}
    return SessionShown(
        **plain,
        doctor=found.doctor.removeprefix("Practitioner/"),
        doctor_name=found.doctor_name,
        location=found.location.removeprefix("Location/"),
        location_name=found.location_name,
        jkn=Places(capacity=found.jkn.capacity, left=found.jkn.left),
        umum=Places(capacity=found.umum.capacity, left=found.umum.left),
        open=not found.closed,
        expected=offer.get("expected"),
    )


def booking_shown(appointment: Resource, session: Session | None) -> BookingShown | None:
    """None for an Appointment that is no booking. `session`: where the caller may see it."""
    found = bookings.read(appointment)
    if found is None:
        return None
    names = ("code", "ticket", "number", "status", "session", "poli", "day", "expected", "payer", "expires", "reason")
    return BookingShown(
        **{name: getattr(found, name) for name in names},
        patient=found.patient.removeprefix("Patient/"),
        poli_name=session.poli_name if session else "",
        doctor=session.doctor_name if session else "",
        start=session.start if session else None,
        end=session.end if session else None,
    )


def ticket_shown(ticket: Ticket) -> TicketShown:
    names = ("id", "ticket", "number", "kind", "session", "priority", "counter")
    moments = ("queued", "called", "calls", "started", "finished")
    return TicketShown(
        **{name: getattr(ticket, name) for name in (*names, *moments)},
        point=ticket.point.removeprefix("Location/"),
        state=moves.state(ticket),
        patient=ticket.patient.removeprefix("Patient/"),
    )


def moved_shown(parameters: Resource) -> MovedShown:
    """Of the answer of an operation of the queue."""
    rows = {row["name"]: tickets.read(row["resource"]) for row in parameters.get("parameter", ())}
    shown = {name: ticket_shown(one) for name, one in rows.items() if one is not None}
    return MovedShown(ticket=shown.get("ticket"), following=shown.get("following"))
