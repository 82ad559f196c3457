"""Ends holds whose time is over, and tells who did not come. Every process does it; each is done once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bookings import booking as bookings
from bookings import session as sessions
from bookings.desk import Desk, Request
from bookings.ledger import Ask, What
from bookings.reading import by_id, found
from fhir_server.audit.events import Trail
from fhir_server.ending import ended
from fhir_server.errors import FhirError
from fhir_server.record import Record
from fhir_server.store.documents import instant

LOOK = 5.0
LOOK_BACK = timedelta(days=7)
MISSED = "Tidak hadir sampai sesi berakhir"

logger = logging.getLogger(__name__)


@asynccontextmanager
async def sweeping(
    desk: Desk, hospital: Callable[[], Record], clock: Callable[[], datetime], *, look: float = LOOK
) -> AsyncIterator[None]:
    """Meanwhile sweeps, also what ran out while no server was there. `look`: seconds between two looks."""
    task = asyncio.create_task(_look(desk, hospital, clock, look))
    try:
        yield
    finally:
        await ended(task)


async def _look(desk: Desk, hospital: Callable[[], Record], clock: Callable[[], datetime], look: float) -> None:
    while True:
        try:
            await sweep(desk, hospital, clock())
        except Exception:
            logger.exception("Bookings that are over could not be ended; it is tried again.")
        await asyncio.sleep(look)


async def sweep(desk: Desk, hospital: Callable[[], Record], now: datetime) -> int:
    """How many bookings it found to end."""
    asks = [*await _held_too_long(hospital(), now), *await _missed(hospital(), now)]
    requests = [Request(hospital().watched(Trail(f"${ask.what}")), ask) for ask in asks]
    for result in await asyncio.gather(*(desk(request) for request in requests), return_exceptions=True):
        if isinstance(result, BaseException) and not isinstance(result, FhirError):
            raise result
    return len(asks)


async def _held_too_long(hospital: Record, now: datetime) -> list[Ask]:
    documents = await found(hospital, "Appointment", (("status", "pending"),))
    held = (bookings.read(document["resource"]) for document in documents)
    return [
        Ask("expire", now, booking=one.id)
        for one in held
        if one is not None and one.expires is not None and one.expires <= now
    ]


async def _missed(hospital: Record, now: datetime) -> list[Ask]:
    """Who is booked or waits for a session that is over."""
    since, until = instant(now - LOOK_BACK), instant(now)
    query = (("status", "booked,waitlist"), ("date", f"ge{since}"), ("date", f"lt{until}"))
    read = [bookings.read(document["resource"]) for document in await found(hospital, "Appointment", query)]
    due = [one for one in read if one is not None]
    slots = await by_id(hospital, "Slot", (one.session for one in due))
    over = {one.id for slot in slots if (one := sessions.read(slot["resource"])) and one.end <= now}
    what: What = "miss"
    return [Ask(what, now, booking=one.id, reason=MISSED) for one in due if one.session in over]
