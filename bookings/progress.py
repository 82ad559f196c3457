"""What a ticket's move means for the visit: the next ticket, the Encounter, the Appointment; read, then decided."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bookings import booking as bookings
from bookings import refusals, visit
from bookings import session as sessions
from bookings import ticket as tickets
from bookings.booking import Booking
from bookings.issuing import Counter, ServicePoint, following, poli_of
from bookings.reading import by_id, found
from bookings.session import Session
from bookings.ticket import SERVED, WAITING, Ticket, queue
from fhir_server.changes import Change
from fhir_server.messages import Parameters
from fhir_server.record import Record
from fhir_server.store.documents import Document

Queued = list[tuple[Ticket, Document]]

LATEST = 20
"""More than are being served at a service point at the same time: among these are those who were called last."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of a visit: the documents of its Encounter and Appointment, where it has them."""

    encounter: Document | None = None
    appointment: Document | None = None
    booking: Booking | None = None
    session: Session | None = None


async def at_point(hospital: Record, name: str) -> Queued:
    """All tickets of a queue (see bookings.ticket.queue) with their documents."""
    return await _tickets(hospital, (("group-identifier", name),))


async def whose_turn(hospital: Record, name: str, session: str = "") -> list[Ticket]:
    """Of a queue what tells who is next: all who wait and, for the rule of priority, with whom something was done last.
    `session`: only of this one, and of those who belong to none. Who was called meanwhile may be told as waiting."""
    own: list[Document] = [{"$match": tickets.of_no_other(session)}] if session else []
    latest: list[Document] = [{"$sort": {"updated": -1}}, {"$limit": LATEST}]
    shown: Document = {"$project": tickets.IN_ORDER}
    rows = await asyncio.gather(
        _tickets(hospital, (("group-identifier", name), ("status", WAITING)), [*own, shown]),
        _tickets(hospital, (("group-identifier", name), ("status:not", WAITING)), [*own, *latest, shown]),
    )
    return [one for one, _ in (*rows[0], *rows[1])]


async def given_out(hospital: Record, name: str) -> frozenset[str]:
    """The numbers of a queue, such as A-12."""
    rows = await found(hospital, "Task", (("group-identifier", name),), [{"$project": {"keys": True}}])
    return frozenset(key.rpartition("/")[2] for row in rows for key in row.get("keys", ()))


async def by_visit(hospital: Record, encounter: str) -> Queued:
    """All tickets of a visit (Encounter/id) with their documents."""
    return await _tickets(hospital, (("encounter", encounter),))


async def progress(hospital: Record, ticket: Ticket, at: datetime, to: ServicePoint | None = None) -> list[Change]:
    """The changes beside that of the ticket, which has become what it is. `to`: where the patient goes on; without it
    who has a booking goes from the loket to its poli. Raises Refused where the session of the booking is gone."""
    begins = ticket.status == SERVED and ticket.kind == "poli"
    if not (begins or ticket.is_over):
        return []
    case = await _case(hospital, ticket)
    if ticket.is_over:
        to = to or _to_poli(ticket, case)
    new = [await _next(hospital, ticket, at, case=case, to=to)] if to is not None else []
    others = not (begins or new) and await _has_others(hospital, ticket)
    effects = _looked_at(case) if others else _of_visit(case, ticket, at, goes_on=begins or bool(new))
    return [*(Change.create(tickets.write(one)) for one in new), *effects]


async def _next(hospital: Record, ticket: Ticket, at: datetime, *, case: Case, to: ServicePoint) -> Ticket:
    taken = await given_out(hospital, queue(to.url, ticket.day))
    counter = Counter(to, max(at, ticket.finished or at), taken)
    return following(ticket, counter, booking=case.booking, session=case.session)


def _to_poli(ticket: Ticket, case: Case) -> ServicePoint | None:
    if ticket.kind != "loket" or ticket.status != "completed" or case.booking is None:
        return None
    if case.session is None:
        raise refusals.no_session()
    return poli_of(case.session)


def _looked_at(case: Case) -> Iterator[Change]:
    """The visit goes on because of another ticket. If that one ends at the same moment, one of both must read again, or
    each would leave the visit to the other."""
    if case.encounter is not None and case.encounter["resource"]["status"] not in visit.ENDED:
        before = case.encounter["resource"]
        yield replace(Change.update(before, before["id"], if_match=case.encounter["version"]), even_if_same=True)


def _of_visit(case: Case, ticket: Ticket, at: datetime, *, goes_on: bool) -> Iterator[Change]:
    if case.encounter is None:
        return
    before = case.encounter["resource"]
    after = visit.after(before, ticket, at, goes_on=goes_on)
    if after != before:
        yield Change.update(after, before["id"], if_match=case.encounter["version"])
    if case.appointment is None or case.booking is None or case.session is None:
        return
    booking = visit.outcome(case.booking, after)
    if booking != case.booking:
        resource = bookings.write(booking, case.session, case.appointment["resource"])
        yield Change.update(resource, booking.id, if_match=case.appointment["version"])


async def _case(hospital: Record, ticket: Ticket) -> Case:
    encounter = await _one(hospital, ticket.encounter)
    appointment = await _one(hospital, ticket.appointment)
    booking = bookings.read(appointment["resource"]) if appointment else None
    slot = await _one(hospital, f"Slot/{booking.session}") if booking else None
    return Case(encounter, appointment, booking, sessions.read(slot["resource"]) if slot else None)


async def _one(hospital: Record, url: str) -> Document | None:
    type, _, id = url.partition("/")
    return next(iter(await by_id(hospital, type, [id])), None)


async def _has_others(hospital: Record, ticket: Ticket) -> bool:
    return any(one.id != ticket.id and not one.is_over for one, _ in await by_visit(hospital, ticket.encounter))


async def _tickets(hospital: Record, parameters: Parameters, stages: Sequence[Document] = ()) -> Queued:
    documents = await found(hospital, "Task", parameters, stages)
    pairs = [(tickets.read(document["resource"]), document) for document in documents]
    return [(one, document) for one, document in pairs if one is not None]
