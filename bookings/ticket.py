"""A number in the queue of a service point, as it lies in a Task; how it stands is one table with FHIR's words.

https://hl7.org/fhir/R4/task.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from fhir_server.messages import Resource
from fhir_server.store.documents import instant
from resources.extensions import extension, values, with_extension
from resources.systems import BUSINESS_STATUS, QUEUE_PREFIX, SERVICE_POINT, TICKET, TICKET_PREFIX

Kind = Literal["loket", "poli", "farmasi", "lab", "radiologi"]
KINDS: dict[Kind, str] = {
    "loket": "Loket pendaftaran",
    "poli": "Poliklinik",
    "farmasi": "Farmasi",
    "lab": "Laboratorium",
    "radiologi": "Radiologi",
}
"""Kinds of service points."""

Status = Literal["requested", "received", "in-progress", "completed", "cancelled"]
WAITING, CALLED, SERVED = "requested", "received", "in-progress"
NOTES = {"skipped": "Dilewati", "recalled": "Dipanggil ulang", "absent": "Tidak hadir"}
"""Task.businessStatus."""

PRIORITIES = {"elderly": "Lanjut usia", "disabled": "Disabilitas", "pregnant": "Ibu hamil"}


@dataclass(frozen=True, slots=True)
class Ticket:
    """`id`: of the Task; `point`: the service point, a Location; `day`: the hospital's; `letter`, `number`: A-12;
    `session`: the id of the Slot, for a poli; `doctor`: the Practitioner; `encounter`, `appointment`, `patient`:
    references; `queued`: since when it waits; `called`, `last_called`: its first and latest call; `started`,
    `finished`: of the service; `note`: of NOTES; `priority`: of PRIORITIES; `counter`: where it was called to."""

    id: str
    kind: Kind
    point: str
    day: date
    letter: str
    number: int
    status: Status
    patient: str
    encounter: str
    organization: str
    queued: datetime
    session: str = ""
    doctor: str = ""
    appointment: str = ""
    called: datetime | None = None
    last_called: datetime | None = None
    calls: int = 0
    started: datetime | None = None
    finished: datetime | None = None
    note: str = ""
    priority: str = ""
    counter: str = ""

    @property
    def url(self) -> str:
        return f"Task/{self.id}"

    @property
    def ticket(self) -> str:
        return f"{self.letter}-{self.number}"

    @property
    def queue(self) -> str:
        """The queue it stands in, as Task.groupIdentifier names it: ruang-int/2026-11-24."""
        return queue(self.point, self.day)

    @property
    def is_over(self) -> bool:
        return self.status in ("completed", "cancelled")


def queue(point: str, day: date) -> str:
    return f"{point.removeprefix('Location/')}/{day.isoformat()}"


def read(task: Resource) -> Ticket | None:
    """None for a Task that is no ticket. What is not there, because it was not asked for, is ""."""
    named = values(task, TICKET)
    if "number" not in named:
        return None
    period = task.get("executionPeriod", {})
    coding = task["code"]["coding"][0]
    return Ticket(
        id=task["id"],
        kind=coding["code"],
        point=task.get("location", {}).get("reference", ""),
        day=date.fromisoformat(named["day"]),
        letter=named["letter"],
        number=named["number"],
        status=task["status"],
        patient=task.get("for", {}).get("reference", ""),
        encounter=task.get("focus", {}).get("reference", ""),
        organization=task.get("groupIdentifier", {}).get("system", "").removeprefix(QUEUE_PREFIX),
        queued=datetime.fromisoformat(task["authoredOn"]),
        session=named.get("session", ""),
        doctor=task.get("owner", {}).get("reference", ""),
        appointment=next((row["reference"] for row in task.get("basedOn", ())), ""),
        called=_moment(named.get("called")),
        last_called=_moment(named.get("last-called")),
        calls=named.get("calls", 0),
        started=_moment(period.get("start")),
        finished=_moment(period.get("end")),
        note=_code(task.get("businessStatus")),
        priority=named.get("priority", ""),
        counter=named.get("counter", ""),
    )


IN_ORDER = {f"resource.{name}": True for name in ("id", "status", "businessStatus", "code", "authoredOn", "extension")}
"""What the store gives of a Task where only whose turn it is has to be known."""


def of_no_other(session: str) -> Mapping[str, Any]:
    """A filter of the store: the Tasks of this session, and of none."""
    another = {"$elemMatch": {"url": "session", "valueString": {"$ne": session}}}
    return {"$nor": [{"resource.extension": {"$elemMatch": {"url": TICKET, "extension": another}}}]}


def write(ticket: Ticket, task: Resource | None = None) -> Resource:
    """The Task of a ticket; `task`: the one it was read from, of which the rest is kept."""
    added = extension(
        TICKET,
        {
            "letter": ticket.letter,
            "number": ticket.number,
            "day": ticket.day,
            "session": ticket.session or None,
            "called": ticket.called,
            "last-called": ticket.last_called,
            "calls": ticket.calls or None,
            "priority": ticket.priority or None,
            "counter": ticket.counter or None,
        },
    )
    found = with_extension(task or _task(ticket), added)
    found |= {"status": ticket.status, "priority": "urgent" if ticket.priority else "routine"}
    if ticket.note:
        coding = {"system": BUSINESS_STATUS, "code": ticket.note, "display": NOTES[ticket.note]}
        found["businessStatus"] = {"coding": [coding], "text": NOTES[ticket.note]}
    else:
        found.pop("businessStatus", None)
    period = {"start": ticket.started, "end": ticket.finished}
    if any(period.values()):
        found["executionPeriod"] = {name: instant(moment) for name, moment in period.items() if moment is not None}
    if ticket.started is not None:
        found["output"] = [_waited(ticket.queued, ticket.started)]
    return found


def _task(ticket: Ticket) -> Resource:
    kind = {"system": SERVICE_POINT, "code": ticket.kind, "display": KINDS[ticket.kind]}
    found: Resource = {
        "resourceType": "Task",
        "id": ticket.id,
        "identifier": [{"system": TICKET_PREFIX + ticket.organization, "value": f"{ticket.queue}/{ticket.ticket}"}],
        "groupIdentifier": {"system": QUEUE_PREFIX + ticket.organization, "value": ticket.queue},
        "intent": "order",
        "code": {"coding": [kind], "text": KINDS[ticket.kind]},
        "focus": {"reference": ticket.encounter},
        "encounter": {"reference": ticket.encounter},
        "for": {"reference": ticket.patient},
        "authoredOn": instant(ticket.queued),
        "location": {"reference": ticket.point},
    }
    if ticket.appointment:
        found["basedOn"] = [{"reference": ticket.appointment}]
    if ticket.doctor:
        found["owner"] = {"reference": ticket.doctor}
    return found


def _waited(since: datetime, until: datetime) -> Resource:
    minutes = max(round((until - since).total_seconds() / 60), 0)
    unit = {"unit": "menit", "system": "http://unitsofmeasure.org", "code": "min"}
    return {"type": {"text": "Waktu tunggu"}, "valueDuration": {"value": minutes, **unit}}


def _code(concept: Resource | None) -> str:
    codes = (coding.get("code", "") for coding in (concept or {}).get("coding", ()))
    return next(codes, "")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
