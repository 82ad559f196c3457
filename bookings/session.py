"""One session of a doctor on a date, as it lies in a Slot: its capacity, what of it is taken, the numbers issued.

https://hl7.org/fhir/R4/slot.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from fhir_server.messages import Resource
from fhir_server.store.documents import instant
from resources.extensions import extension, values, with_extension
from resources.systems import POLI_PREFIX, SESSION

Payer = Literal["jkn", "umum"]
PAYERS: tuple[Payer, ...] = ("jkn", "umum")


@dataclass(frozen=True, slots=True)
class Quota:
    """Places for one kind of payer. `taken`: held, booked or used; more than the capacity where it was overbooked."""

    capacity: int
    taken: int = 0

    @property
    def left(self) -> int:
        return max(self.capacity - self.taken, 0)


@dataclass(frozen=True, slots=True)
class Session:
    """`id`: of the Slot; `organization`: the number in its local systems (100099999); `poli`: the code that BPJS has;
    `doctor`, `location`, `provider`: references with their names; `letter`: before its numbers (A-12); `minutes`: the
    time planned for a patient (SPM); `issued`: the last number given out; `waiting`: how many are on its waiting list;
    `closed`: leave, holiday, closure: `reason` says why."""

    id: str
    schedule: str
    organization: str
    poli: str
    poli_name: str
    doctor: str
    doctor_name: str
    location: str
    start: datetime
    end: datetime
    letter: str
    minutes: int
    jkn: Quota
    umum: Quota
    location_name: str = ""
    provider: str = ""
    issued: int = 0
    waiting: int = 0
    closed: bool = False
    reason: str = ""

    @property
    def url(self) -> str:
        return f"Slot/{self.id}"

    def quota(self, payer: Payer) -> Quota:
        return self.jkn if payer == "jkn" else self.umum

    def with_taken(self, payer: Payer, more: int) -> Session:
        """With so many places more taken; fewer where negative."""
        quota = self.quota(payer)
        changed = replace(quota, taken=quota.taken + more)
        return replace(self, jkn=changed) if payer == "jkn" else replace(self, umum=changed)

    def planned(self, number: int) -> datetime:
        """When the patient of this number is due by plan: the start and so many times the planned minutes."""
        return self.start + timedelta(minutes=(number - 1) * self.minutes)

    def day(self, zone: Any) -> date:
        """The hospital's day."""
        return self.start.astimezone(zone).date()


def read(slot: Resource) -> Session | None:
    """None for a Slot that is no session of ours."""
    named, coding = values(slot, SESSION), poli_coding(slot)
    if coding is None or "letter" not in named:
        return None
    return Session(
        id=slot["id"],
        schedule=slot["schedule"]["reference"],
        organization=coding["system"].removeprefix(POLI_PREFIX),
        poli=coding["code"],
        poli_name=coding.get("display", coding["code"]),
        doctor=named["doctor"],
        doctor_name=named.get("doctor-name", ""),
        location=named["location"],
        location_name=named.get("location-name", ""),
        provider=named.get("provider", ""),
        start=datetime.fromisoformat(slot["start"]),
        end=datetime.fromisoformat(slot["end"]),
        letter=named["letter"],
        minutes=named["minutes"],
        jkn=Quota(named["jkn-capacity"], named.get("jkn-taken", 0)),
        umum=Quota(named["umum-capacity"], named.get("umum-taken", 0)),
        issued=named.get("issued", 0),
        waiting=named.get("waiting", 0),
        closed=slot["status"] == "busy-unavailable",
        reason=slot.get("comment", ""),
    )


def poli_coding(resource: Resource) -> dict[str, str] | None:
    """The clinic of a Slot or Schedule, by the code that BPJS has."""
    codings = (coding for concept in resource.get("serviceType", ()) for coding in concept.get("coding", ()))
    return next((coding for coding in codings if coding.get("system", "").startswith(POLI_PREFIX)), None)


def write(session: Session, slot: Resource | None = None) -> Resource:
    """The Slot of a session; `slot`: the one it was read from, of which the rest is kept."""
    added = extension(
        SESSION,
        {
            "letter": session.letter,
            "minutes": session.minutes,
            "jkn-capacity": session.jkn.capacity,
            "jkn-taken": session.jkn.taken,
            "umum-capacity": session.umum.capacity,
            "umum-taken": session.umum.taken,
            "issued": session.issued,
            "waiting": session.waiting,
            "doctor": session.doctor,
            "doctor-name": session.doctor_name or None,
            "location": session.location,
            "location-name": session.location_name or None,
            "provider": session.provider or None,
        },
    )
    found = with_extension(slot or _slot(session), added)
    found |= {"status": _status(session), "start": instant(session.start), "end": instant(session.end)}
    if session.reason:
        found["comment"] = session.reason
    else:
        found.pop("comment", None)
    return found


def _slot(session: Session) -> Resource:
    system = POLI_PREFIX + session.organization
    coding = {"system": system, "code": session.poli, "display": session.poli_name}
    return {
        "resourceType": "Slot",
        "id": session.id,
        "serviceType": [{"coding": [coding], "text": f"Poli {session.poli_name}"}],
        "schedule": {"reference": session.schedule},
    }


def _status(session: Session) -> str:
    if session.closed:
        return "busy-unavailable"
    return "free" if session.jkn.left or session.umum.left else "busy"
