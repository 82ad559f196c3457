"""Records that people open in an emergency. Each beginning and each end is one write with its entry in the journal, so
that of many processes one tells of it, whoever or whatever ends it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from auth.caller import Caller
from fhir_server.access import EVERYTHING, visible
from fhir_server.audit.events import Event, Trail, encode
from fhir_server.ending import ended
from fhir_server.errors import Conflict, NotFound
from fhir_server.store.documents import now
from fhir_server.store.emergencies import Emergency
from fhir_server.store.store import Store
from fhir_server.store.transaction import Transaction
from resources.issues import Text

LENGTH = timedelta(minutes=60)
"""How long a record stays open to who opened it in an emergency."""

LOOK = 5.0
START, STOP = "break-glass-start", "break-glass-stop"
RUN_OUT = "waktu habis"
"""The note of an end that nobody asked for."""

logger = logging.getLogger(__name__)


async def start(store: Store, caller: Caller, emergency: Emergency, trail: Trail) -> None:
    """Opens a record, as `opening` describes it. Raises NotFound, Conflict where the caller sees it already, or has
    another open."""
    at, patient = emergency.since, emergency.patient
    document = await store.get("Patient", patient, EVERYTHING)
    if document is None or document["deleted"]:
        raise NotFound(Text(f"There is no Patient/{patient}.", f"Tidak ada Patient/{patient}."))
    await run_out(store, at)
    opened = await store.emergencies.patients(caller.subject, at)
    if opened - {patient} or (patient not in opened and visible(caller, "Patient").allows(document)):
        raise Conflict(
            Text(
                "You see this record already, or have another one open: stop that first.",
                "Rekam medis ini sudah terbuka untuk Anda, atau akses darurat lain masih terbuka: akhiri dahulu.",
            )
        )
    trail.emergency(START, patient, emergency.reason)

    async def work(transaction: Transaction) -> None:
        await transaction.start_emergency(emergency)
        await transaction.note([encode(trail.event(caller, at))])

    await store.transaction(work, ())
    trail.is_written = True
    store.emergencies.forget(caller.subject)


def opening(caller: Caller, patient: str, reason: str, at: datetime) -> Emergency:
    """For an hour from now on."""
    role = caller.role.name if caller.role is not None else None
    return Emergency(
        caller.subject, patient, reason, at, at + LENGTH, person=caller.person, role=role, client=caller.client
    )


async def stop(store: Store, caller: Caller, patient: str, at: datetime, *, trail: Trail) -> None:
    """Raises NotFound where none is open."""
    emergency = await store.emergencies.find(caller.subject)
    if emergency is not None and emergency.patient == patient and at < emergency.until:
        trail.emergency(STOP, patient, "")
        trail.is_written = await _end(store, emergency, encode(trail.event(caller, at)))
    if not trail.is_written:
        raise NotFound(Text("You have no emergency open here.", "Tidak ada akses darurat Anda yang terbuka di sini."))


async def run_out(store: Store, at: datetime) -> int:
    """Ends those whose time is over; how many this call has ended."""
    found = await store.emergencies.over(at)
    return sum([await _end(store, emergency, encode(_told(emergency))) for emergency in found])


@asynccontextmanager
async def running_out(store: Store, *, clock: Callable[[], datetime] = now, look: float = LOOK) -> AsyncIterator[None]:
    """Meanwhile ends those whose time is over, also those that ran out while no server was there. `look`: seconds
    between two looks."""
    task = asyncio.create_task(_look(store, clock, look))
    try:
        yield
    finally:
        await ended(task)


async def _look(store: Store, clock: Callable[[], datetime], look: float) -> None:
    while True:
        try:
            await run_out(store, clock())
        except Exception:
            logger.exception("The end of an emergency could not be told; it is tried again.")
        await asyncio.sleep(look)


async def _end(store: Store, emergency: Emergency, entry: bytes) -> bool:
    """False where it has ended before, or was prolonged."""

    async def work(transaction: Transaction) -> bool:
        if not await transaction.end_emergency(emergency):
            return False
        await transaction.note([entry])
        return True

    has_ended = await store.transaction(work, ())
    store.emergencies.forget(emergency.subject)
    return has_ended


def _told(emergency: Emergency) -> Event:
    return Event(
        at=emergency.until,
        what=STOP,
        who=emergency.subject,
        path=f"Patient/{emergency.patient}/$break-glass",
        patients=(emergency.patient,),
        opened=(emergency.patient,),
        person=emergency.person,
        role=emergency.role,
        client=emergency.client,
        note=RUN_OUT,
    )
