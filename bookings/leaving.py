"""Who has checked in and leaves before being served: when the desk cancels, the visit and its tickets end as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bookings import moves, visit
from bookings import ticket as tickets
from bookings.booking import Booking
from bookings.ledger import Ask, Ledger
from bookings.progress import Queued, by_visit
from bookings.reading import found
from bookings.ticket import SERVED
from fhir_server.changes import Change
from fhir_server.record import Record
from fhir_server.store.documents import Document


@dataclass(frozen=True, slots=True)
class Visit:
    """`encounter`: its document; `queued`: all its tickets, with theirs."""

    encounter: Document
    queued: Queued

    @property
    def has_begun(self) -> bool:
        """Whether the patient has been served: to be registered at the loket is not that yet."""
        served = any(one.kind != "loket" and one.status in (SERVED, "completed") for one, _ in self.queued)
        return served or self.encounter["resource"]["status"] != "arrived"


async def read(hospital: Record, ledger: Ledger, asks: Iterable[Ask]) -> dict[str, Visit]:
    """The visits that the desk wants to cancel, by the ids of their Appointments; the ledger learns which began."""
    named = [ledger.bookings.get(ask.booking) for ask in asks if ask.what == "cancel" and ask.is_desk]
    read = {one.id: await _of(hospital, one) for one in named if one is not None and one.status == "arrived"}
    visits = {id: one for id, one in read.items() if one is not None}
    ledger.begun = frozenset(id for id, one in visits.items() if one.has_begun)
    return visits


async def _of(hospital: Record, booking: Booking) -> Visit | None:
    documents = await found(hospital, "Encounter", (("appointment", booking.url),))
    return Visit(documents[0], await by_visit(hospital, f"Encounter/{documents[0]['_id']}")) if documents else None


def changes(left: Visit, at: datetime) -> Iterator[Change]:
    """What ends with the booking."""
    encounter = left.encounter
    ended = visit.moved(encounter["resource"], "cancelled", at)
    yield Change.update(ended, encounter["_id"], if_match=encounter["version"])
    for ticket, task in left.queued:
        if not ticket.is_over:
            cancelled = tickets.write(moves.cancel(ticket, at), task["resource"])
            yield Change.update(cancelled, ticket.id, if_match=task["version"])
