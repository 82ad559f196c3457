"""Keeps the sessions of the coming days as the schedules say. Every process does it; each change is made once.

https://hl7.org/fhir/R4/slot.html
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bookings import booking as bookings
from bookings import session as sessions
from bookings.asking import Clerk
from bookings.ledger import Ledger
from bookings.practice import hours, is_planned, leave_on, planned
from bookings.reading import by_id, found
from bookings.replanning import CANCELLED, Difference, Fresh, Notice, close, difference, merged, replan, staffed
from bookings.session import Session
from bookings.telling import communication
from fhir_server.audit.events import Trail
from fhir_server.changes import Change
from fhir_server.ending import ended
from fhir_server.errors import Conflict, PreconditionFailed
from fhir_server.messages import Resource
from fhir_server.record import Record
from fhir_server.store.documents import Document

LOOK = 180.0
AHEAD = 7
"""Days beyond those that can be booked."""

ATTEMPTS = 20
BY_PROVIDER = {
    "system": "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason",
    "code": "prov",
    "display": "Provider",
}

logger = logging.getLogger(__name__)


@asynccontextmanager
async def generating(clerk: Clerk, *, look: float = LOOK) -> AsyncIterator[None]:
    """Meanwhile looks again and again. `look`: seconds between two looks."""
    task = asyncio.create_task(_look(clerk, look))
    try:
        yield
    finally:
        await ended(task)


async def _look(clerk: Clerk, look: float) -> None:
    while True:
        try:
            await generate(clerk)
        except Exception:
            logger.exception("The sessions of the coming days could not be made; it is tried again.")
        await asyncio.sleep(look)


async def generate(clerk: Clerk) -> Counter[str]:
    """One look at all schedules; what was done, as of `keep`."""
    done: Counter[str] = Counter()
    hospital = clerk.hospital()
    planning = Planning(clerk, hospital.watched(Trail("$generate")))
    slots = await _slots(planning)
    schedules = await hospital.gather("Schedule", {})
    for id, schedule in _concerned(schedules, slots).items():
        if planning.difference(schedule, slots.get(id, ())) != Difference():
            done += await keep(planning, id)
    return done


def _concerned(schedules: Sequence[Document], slots: Mapping[str, Sequence[Session]]) -> dict[str, Resource | None]:
    """The schedules with weekly hours, and those that have none any more, or are gone, and had."""
    known: dict[str, Resource | None] = {one["_id"]: one["resource"] for one in schedules}
    return {id: known.get(id) for id in sorted({*known, *slots}) if slots.get(id) or hours(known[id] or {})}


@dataclass(frozen=True, slots=True)
class Planning:
    """`record`: of whoever changed the schedule, for the journal."""

    clerk: Clerk
    record: Record

    def days(self) -> list[date]:
        rules = self.clerk.desk.rules
        today = self.clerk.clock().astimezone(rules.zone).date()
        return [today + timedelta(days=offset) for offset in range(rules.days + AHEAD + 1)]

    def difference(self, schedule: Resource | None, held: Sequence[Session]) -> Difference:
        days, rules = self.days(), self.clerk.desk.rules
        holidays = rules.holidays(days[0], days[-1])
        wanted = planned(schedule, days, holidays, rules.zone) if schedule else []
        return difference(wanted, (one for one in held if one.day(rules.zone) <= days[-1]), self.clerk.clock())


async def keep(planning: Planning, id: str) -> Counter[str]:
    """Makes the sessions of one schedule what it says. How many sessions were `made`, `changed`, `closed`, `reopened`;
    bookings `moved`, `cancelled`; patients `told`. Of what others do at the same time nothing is counted."""
    done: Counter[str] = Counter()
    for _ in range(ATTEMPTS):
        try:
            # The slots first: with what a newer schedule says, older ones are changed or found out by If-Match.
            held = (await _slots(planning, id)).get(id, ())
            documents = await by_id(planning.clerk.hospital(), "Schedule", [id])
            schedule = documents[0]["resource"] if documents else None
            found = planning.difference(schedule, held)
            await _carry_out(planning, [Change.create(sessions.write(one)) for one in found.new])
            done["made"] += len(found.new)
            for wanted in found.changed.values():
                done += await _replanned(planning, wanted, schedule)
            return done
        except (Conflict, PreconditionFailed):
            await asyncio.sleep(0)
    logger.warning("Schedule/%s changes too often; its sessions are looked at again later.", id)
    return done


async def _slots(planning: Planning, id: str = "") -> dict[str, list[Session]]:
    """The planned sessions from today on, of one schedule or of all, by the id of their schedule."""
    zone = planning.clerk.desk.rules.zone
    midnight = datetime.combine(planning.clerk.clock().astimezone(zone), time(), zone)
    parameters: tuple[tuple[str, str], ...] = (("start", f"ge{midnight.isoformat()}"),)
    if id:
        parameters += (("schedule", f"Schedule/{id}"),)
    rows: dict[str, list[Session]] = {}
    for document in await found(planning.clerk.hospital(), "Slot", parameters):
        session = sessions.read(document["resource"])
        if session is not None and is_planned(session):
            rows.setdefault(session.schedule.removeprefix("Schedule/"), []).append(session)
    return rows


async def _replanned(planning: Planning, wanted: Session, schedule: Resource | None) -> Counter[str]:
    """One session with its bookings, and what their patients are told, in one transaction."""
    reading = await _read(planning, wanted, schedule)
    ledger, clerk = reading.ledger, planning.clerk
    held, now = ledger.session(wanted.id), clerk.clock()
    wanted = merged(held, wanted)
    before = dict(ledger.sessions), dict(ledger.bookings)
    if wanted.closed:
        notices = close(ledger, wanted, reading.targets, Fresh(clerk.ids, clerk.draw, now))
    else:
        notices = replan(ledger, wanted, now)
    await _carry_out(planning, [*reading.changes(before), *_told(notices, clerk)])
    what = "changed" if held.closed == wanted.closed else "closed" if wanted.closed else "reopened"
    counts = Counter(one.what for one in notices)
    return Counter({what: 1, "moved": counts["moved"], "cancelled": counts["cancelled"], "told": len(notices)})


def _told(notices: Sequence[Notice], clerk: Clerk) -> Iterator[Change]:
    for notice in notices:
        yield Change.create(communication(notice, clerk.desk.rules.zone), id=next(clerk.ids))


@dataclass(frozen=True, slots=True)
class Reading:
    """`targets`: the sessions that take bookings over, the nearest first."""

    ledger: Ledger
    documents: Mapping[str, Document]
    targets: Sequence[str]

    def changes(self, before: tuple[Mapping[str, Session], Mapping[str, bookings.Booking]]) -> Iterator[Change]:
        """What of the ledger differs from `before`, and who works in a session."""
        for id, session in self.ledger.sessions.items():
            if session != before[0].get(id):
                slot = self.documents[session.url]
                yield Change.update(sessions.write(session, slot["resource"]), id, if_match=slot["version"])
        for id, one in self.ledger.bookings.items():
            held = before[0].get(one.session)
            is_new_staff = held is not None and staffed(held) != staffed(self.ledger.session(one.session))
            if one != before[1].get(id) or is_new_staff:
                yield self._appointment(one)

    def _appointment(self, booking: bookings.Booking) -> Change:
        session, document = self.ledger.session(booking.session), self.documents.get(booking.url)
        new = bookings.write(booking, session)
        if document is None:
            return Change.create(new)
        kept = {**document["resource"], "participant": new["participant"], "minutesDuration": session.minutes}
        resource = bookings.write(booking, session, kept)
        if booking.status == "cancelled":
            resource["cancelationReason"] = {"coding": [BY_PROVIDER], "text": booking.reason}
        return Change.update(resource, booking.id, if_match=document["version"])


async def _read(planning: Planning, wanted: Session, schedule: Resource | None) -> Reading:
    hospital, rules = planning.clerk.hospital(), planning.clerk.desk.rules
    leave = leave_on(schedule, wanted.day(rules.zone)) if schedule else None
    near: list[Session] = []
    if leave is not None and leave.move_to and wanted.closed:
        others = (await _slots(planning, leave.move_to.removeprefix("Schedule/"))).values()
        near = [one for rows in others for one in rows if one.day(rules.zone) == wanted.day(rules.zone)]
        near.sort(key=lambda one: (abs(one.start - wanted.start), one.id))
    slots = await by_id(hospital, "Slot", [wanted.id, *(one.id for one in near)])
    rows = await found(hospital, "Appointment", (("slot", wanted.url), ("status", ",".join(CANCELLED))))
    documents = {f"{one['resource']['resourceType']}/{one['_id']}": one for one in (*slots, *rows)}
    held = {one.id: one for slot in slots if (one := sessions.read(slot["resource"]))}
    own = {live.id: live for row in rows if (live := bookings.read(row["resource"]))}
    return Reading(Ledger(rules, held, own), documents, [one.id for one in near if one.poli == wanted.poli])


async def _carry_out(planning: Planning, changes: Sequence[Change]) -> None:
    if changes:
        await planning.clerk.hospital().carry_out([planning.record.errand(changes)])
