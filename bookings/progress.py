"""What a ticket's move means for the visit: the next ticket, the Encounter, the Appointment; read, then decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bookings import booking as bookings
from bookings import refusals, visit
from bookings import session as sessions
from bookings import ticket as tickets
from bookings.booking import Booking
from bookings.issuing import Counter, ServicePoint, following, poli_of
from bookings.reading import by_id, found
from bookings.session import Session
from bookings.ticket import SERVED, Ticket, queue
from fhir_server.changes import Change
from fhir_server.messages import Parameters
from fhir_server.record import Record
from fhir_server.store.documents import Document

Queued = list[tuple[Ticket, Document]]


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
    goes_on = begins or bool(new) or await _has_others(hospital, ticket)
    return [*(Change.create(tickets.write(one)) for one in new), *_of_visit(case, ticket, at, goes_on=goes_on)]


async def _next(hospital: Record, ticket: Ticket, at: datetime, *, case: Case, to: ServicePoint) -> Ticket:
    given_out = await at_point(hospital, queue(to.url, ticket.day))
    counter = Counter(to, max(at, ticket.finished or at), [one for one, _ in given_out])
    return following(ticket, counter, booking=case.booking, session=case.session)


def _to_poli(ticket: Ticket, case: Case) -> ServicePoint | None:
    if ticket.kind != "loket" or ticket.status != "completed" or case.booking is None:
        return None
    if case.session is None:
        raise refusals.no_session()
    return poli_of(case.session)


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


async def _tickets(hospital: Record, parameters: Parameters) -> Queued:
    pairs = [(tickets.read(document["resource"]), document) for document in await found(hospital, "Task", parameters)]
    return [(one, document) for one, document in pairs if one is not None]
