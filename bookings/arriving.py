"""Check-in: the booking arrives, the visit begins and the first ticket is given out, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import NamedTuple

from bookings import booking as bookings
from bookings import refusals, rules, visit
from bookings import ticket as tickets
from bookings.asking import check_may_book, is_desk
from bookings.booking import Booking
from bookings.idempotency import Claim, claim
from bookings.issuing import Counter, first_point, first_ticket
from bookings.progress import given_out
from bookings.reading import by_id, session_of
from bookings.rules import Rules
from bookings.session import Session
from bookings.ticket import PRIORITIES, queue
from fhir_server.changes import Change
from fhir_server.decide import Committed, unchanged
from fhir_server.persisting import persistently
from fhir_server.record import Record
from fhir_server.store.documents import Document
from resources.issues import Text

TOO_MANY = Text("Too many check in at once: try again.", "Terlalu banyak check-in pada saat yang sama: coba lagi.")


class Arrival(NamedTuple):
    """`document`: of the booking's Appointment; `priority`: of PRIORITIES, or nothing."""

    booking: Booking
    session: Session
    document: Document
    priority: str


@dataclass(frozen=True, slots=True)
class Arrivals:
    """`hospital`: gives the record without limits; `loket`: where new patients go first, Location/id."""

    hospital: Callable[[], Record]
    rules: Rules
    clock: Callable[[], datetime]
    ids: Iterator[str]
    loket: str
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Those who need a number of the loket come one after the other in this process."""

    async def check_in(
        self, record: Record, booking: Booking, *, key: str | None = None, priority: str = ""
    ) -> Committed:
        """What became of the Appointment; who has arrived already has it as it is. `priority`: of PRIORITIES. Raises
        Forbidden, Refused."""
        check_may_book(record.caller, booking.patient, "u")
        if priority and priority not in PRIORITIES:
            raise refusals.no_such_priority(PRIORITIES)
        claimed = claim(record.caller, key, ["check-in", booking.id, priority])
        tries = count()
        async with self.turn if booking.is_new else nullcontext():
            return await persistently(
                lambda: self._attempt(record, booking.id, priority, claimed, looks=next(tries) > 0), TOO_MANY
            )

    async def _attempt(
        self, record: Record, id: str, priority: str, claimed: Claim | None, *, looks: bool
    ) -> Committed:
        """`looks`: which numbers the point has given out; the number of a booking is mostly its own there."""
        hospital, now = self.hospital(), self.clock()
        if claimed is not None and (answer := (await hospital.answered([claimed.key])).get(claimed.key)):
            claimed.check(answer)
            answered = await hospital.vread(answer.type, answer.id, answer.version)
            record.gives(answer.type, [answered])
            return unchanged(answer.type, answered)
        (document,) = await by_id(hospital, "Appointment", [id])
        booking = bookings.read(document["resource"])
        if booking is None or booking.status in ("cancelled", "noshow", "fulfilled"):
            raise refusals.over()
        if booking.status == "arrived":
            record.gives("Appointment", [document])
            return unchanged("Appointment", document)
        if booking.status != "booked":
            raise refusals.not_booked()
        session = await session_of(hospital, booking.session)
        if not is_desk(record.caller):
            rules.check_arrival(session, now, self.rules)
        point = first_point(booking, session, self.loket)
        taken = await given_out(hospital, queue(point.url, booking.day)) if looks or booking.is_new else ()
        counter = Counter(point, now, taken)
        changes = self._changes(Arrival(booking, session, document, priority), counter)
        answer = claimed.answer("Appointment", id, document["version"] + 1) if claimed else None
        return (await hospital.carry_out([record.errand(changes, answer)]))[0][0]

    def _changes(self, case: Arrival, counter: Counter) -> list[Change]:
        booking, session, document, priority = case
        encounter = visit.new(booking, session, counter.at, next(self.ids))
        url = f"Encounter/{encounter['id']}"
        ticket = first_ticket(booking, session, counter, id=next(self.ids), encounter=url, priority=priority)
        arrived = bookings.write(booking.moved("arrived"), session, document["resource"])
        return [
            Change.update(arrived, booking.id, if_match=document["version"]),
            Change.create(encounter),
            Change.create(tickets.write(ticket)),
        ]
