"""All that bookings and the queue are in one process: who takes requests, the operations, what goes on meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bookings import operations, queue_operations, schedule_operations
from bookings.arriving import Arrivals
from bookings.asking import Clerk
from bookings.desk import Desk
from bookings.generating import generating
from bookings.queue import Queue
from bookings.rules import Rules
from bookings.sweeping import sweeping
from fhir_server.ids import new_ids
from fhir_server.interactions.dispatch import Route
from fhir_server.record import Record
from fhir_server.store.documents import now


@dataclass(frozen=True, slots=True)
class Reception:
    clerk: Clerk
    arrivals: Arrivals
    queue: Queue

    def routes(self) -> tuple[Route, ...]:
        """The operations of FHIR."""
        return (
            *operations.routes(self.clerk, self.arrivals),
            *queue_operations.routes(self.queue),
            *schedule_operations.routes(self.clerk),
        )

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Meanwhile holds run out, who did not come is told, and the sessions of the coming days are made."""
        clerk = self.clerk
        async with sweeping(clerk.desk, clerk.hospital, clerk.clock), generating(clerk):
            yield


def reception(
    hospital: Callable[[], Record], rules: Rules, loket: str, clock: Callable[[], datetime] = now
) -> Reception:
    """`hospital`: gives the record without limits; `loket`: where new patients go first, Location/id."""
    ids = new_ids()
    clerk = Clerk(Desk(hospital, rules), hospital, clock, ids)
    return Reception(clerk, Arrivals(hospital, rules, clock, ids, loket), Queue(hospital, clock))
