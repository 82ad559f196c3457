"""The steps of a visit with their times and how long each was waited for: from its tickets, else from its own history,
and from the pharmacy. Pure. https://hl7.org/fhir/R4/encounter-definitions.html#Encounter.statusHistory"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.ticket import KINDS, Ticket
from fhir_server.messages import Resource
from resources.issues import Text

ARRIVED = Text("Registered", "Terdaftar")
HISTORY = {
    "arrived": ARRIVED,
    "triaged": Text("Seen by a nurse (triage)", "Diperiksa perawat (triase)"),
    "in-progress": Text("Service began", "Mulai dilayani"),
    "onleave": Text("On leave", "Cuti perawatan"),
    "finished": Text("Visit over", "Kunjungan selesai"),
    "cancelled": Text("Visit cancelled", "Kunjungan dibatalkan"),
}
OF_QUEUES = frozenset(("triaged", "in-progress"))
"""What the tickets tell better, where there are any."""

PLACES = {
    "loket": Text("registration desk", KINDS["loket"].lower()),
    "poli": Text("clinic", KINDS["poli"].lower()),
    "farmasi": Text("pharmacy", KINDS["farmasi"].lower()),
    "lab": Text("laboratory", KINDS["lab"].lower()),
    "radiologi": Text("radiology", KINDS["radiologi"].lower()),
}
READY = Text("Medicine ready", "Obat siap")
HANDED_OVER = Text("Medicine received", "Obat diterima")


@dataclass(frozen=True, slots=True)
class Step:
    """`waited`: since the step before, or since the ticket was given; None where nothing was waited for."""

    at: datetime
    title: Text
    waited: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A visit as it went. `took`: from its beginning to its end, once it is over."""

    steps: Sequence[Step]
    took: timedelta | None = None


def course(encounter: Resource, tickets: Sequence[Ticket], dispenses: Sequence[Resource]) -> Course:
    """In the order of time."""
    asked = min((one.queued for one in tickets if one.kind == "farmasi"), default=None)
    found = [*_history(encounter, bool(tickets)), *_queues(tickets), *_pharmacy(dispenses, asked)]
    found.sort(key=lambda step: step.at)
    start, end = (_moment(encounter.get("period", {}).get(side)) for side in ("start", "end"))
    took = end - start if start is not None and end is not None else None
    return Course(tuple(dict.fromkeys(found)), took)


def _history(encounter: Resource, has_tickets: bool) -> Iterator[Step]:
    before: datetime | None = None
    for row in encounter.get("statusHistory", ()):
        status, at = row.get("status"), _moment(row.get("period", {}).get("start"))
        if at is None or status not in HISTORY:
            continue
        is_waited_for = status in OF_QUEUES
        if not (has_tickets and is_waited_for):
            yield Step(at, HISTORY[status], at - before if is_waited_for and before is not None else None)
        before = at


def _queues(tickets: Iterable[Ticket]) -> Iterator[Step]:
    """Called, served, done, at each service point."""
    for one in tickets:
        place, number = PLACES[one.kind], one.ticket
        first = one.called or one.started
        if first is not None:
            called = Text(f"Called to the {place.en} ({number})", f"Dipanggil ke {place.id} ({number})")
            yield Step(first, called, first - one.queued)
        if one.started is not None:
            begun = Text(f"Served at the {place.en}", f"Dilayani di {place.id}")
            yield Step(one.started, begun)
        if one.finished is not None and one.status == "completed":
            yield Step(one.finished, Text(f"Done at the {place.en}", f"Selesai di {place.id}"))


def _pharmacy(dispenses: Iterable[Resource], asked: datetime | None) -> Iterator[Step]:
    """When all of the medicines were ready, and when they were received. `asked`: since when they were waited for."""
    rows = list(dispenses)
    prepared = [at for one in rows if (at := _moment(one.get("whenPrepared"))) is not None]
    received = [at for one in rows if (at := _moment(one.get("whenHandedOver"))) is not None]
    if prepared:
        ready = max(prepared)
        yield Step(ready, READY, ready - asked if asked is not None and ready > asked else None)
    if received:
        yield Step(max(received), HANDED_OVER)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text and len(text) > 10 else None
