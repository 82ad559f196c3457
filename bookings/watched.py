"""What live views are made of, read when it is first asked for and again after it has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from bookings import booking as bookings
from bookings import refusals
from bookings import session as sessions
from bookings import ticket as tickets
from bookings.booking import Booking
from bookings.reading import by_id, found
from bookings.standing import Line, Sitting, masked
from bookings.ticket import Ticket
from fhir_server.errors import NotFound
from fhir_server.messages import Resource
from fhir_server.record import Record
from fhir_server.store.watch import Changed
from resources.issues import Text

TYPES = ("Appointment", "Slot", "Task")
PATHS = {"queue": "groupIdentifier.value", "based_on": "basedOn.reference", "slot": "slot.reference"}
"""What is told of a change, so that it is known what has to be read again."""

Key = tuple[str, str]
"""What is read, and of which: ("queue", "ruang-int/2026-11-24")."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A booking, and the tickets of its visit. `writes`: of its Appointment."""

    booking: Booking
    tickets: tuple[Ticket, ...]
    writes: int


@dataclass(slots=True)
class Watched:
    """`used`: what was asked for through this one of several that share what they know."""

    hospital: Callable[[], Record]
    used: set[Key] = field(default_factory=set)
    _known: dict[Key, asyncio.Future[Any]] = field(default_factory=dict)

    def anew(self) -> Watched:
        """Another one, which has used nothing yet."""
        return replace(self, used=set())

    async def queue(self, name: str) -> Line:
        return cast(Line, await self._get(("queue", name), self._read_queue))

    async def sitting(self, id: str) -> Sitting:
        """Raises Refused where there is no such session."""
        return cast(Sitting, await self._get(("session", id), self._read_sitting))

    async def visit(self, id: str) -> Visit:
        """Of an Appointment. Raises Refused where it is no booking."""
        return cast(Visit, await self._get(("visit", id), self._read_visit))

    async def place(self, id: str) -> str:
        """The name of a Location. Raises NotFound."""
        return str(await self._get(("place", id), self._read_place))

    async def name(self, patient: str) -> str:
        """Masked. `patient`: a reference."""
        return str(await self._get(("patient", patient), self._read_name))

    def forget(self, stale: Iterable[Key]) -> None:
        for key in stale:
            self._known.pop(key, None)

    def forget_changeable(self) -> None:
        """Changes may have been missed."""
        self.forget([key for key in self._known if key[0] in ("queue", "session", "visit")])

    def keep(self, used: Iterable[Key]) -> None:
        """Forgets what nobody looks at."""
        kept = set(used)
        self.forget([key for key, one in self._known.items() if key not in kept and one.done()])

    async def _get(self, key: Key, read: Callable[[str], Awaitable[Any]]) -> Any:
        self.used.add(key)
        if key not in self._known:
            self._known[key] = asyncio.ensure_future(read(key[1]))
        reading = self._known[key]
        try:
            return await asyncio.shield(reading)
        except Exception:
            if self._known.get(key) is reading:
                del self._known[key]
            raise

    async def _read_queue(self, name: str) -> Line:
        documents = await found(self.hospital(), "Task", (("group-identifier", name),))
        read = [one for document in documents if (one := tickets.read(document["resource"])) is not None]
        return Line(read, sum(document["version"] for document in documents))

    async def _read_sitting(self, id: str) -> Sitting:
        slots = await by_id(self.hospital(), "Slot", [id])
        session = sessions.read(slots[0]["resource"]) if slots else None
        if session is None:
            raise refusals.no_session()
        documents = await found(self.hospital(), "Appointment", (("slot", session.url),))
        read = [one for document in documents if (one := bookings.read(document["resource"])) is not None]
        return Sitting(session, read, sum(document["version"] for document in (*slots, *documents)))

    async def _read_visit(self, id: str) -> Visit:
        documents = await by_id(self.hospital(), "Appointment", [id])
        booking = bookings.read(documents[0]["resource"]) if documents else None
        if booking is None:
            raise refusals.unknown()
        tasks = await found(self.hospital(), "Task", (("based-on", booking.url),))
        own = (tickets.read(task["resource"]) for task in tasks)
        return Visit(booking, tuple(one for one in own if one is not None), documents[0]["version"])

    async def _read_place(self, id: str) -> str:
        documents = await by_id(self.hospital(), "Location", [id])
        if not documents:
            raise NotFound(Text(f"There is no service point {id}.", f"Titik layanan {id} tidak ada."))
        return str(documents[0]["resource"].get("name", id))

    async def _read_name(self, patient: str) -> str:
        documents = await by_id(self.hospital(), "Patient", [patient.removeprefix("Patient/")])
        return masked(_name(documents[0]["resource"])) if documents else ""


def stale(changed: Changed) -> Iterator[Key]:
    """What was made of a resource that has changed."""
    values: Mapping[str, Any] = changed.values
    if changed.type == "Slot":
        yield "session", changed.id
    elif changed.type == "Appointment":
        yield "visit", changed.id
        for url in values.get("slot", ()):
            yield "session", url.removeprefix("Slot/")
    elif "queue" in values:
        yield "queue", values["queue"]
        for url in values.get("based_on", ()):
            yield "visit", url.removeprefix("Appointment/")


def _name(patient: Resource) -> str:
    name: Resource = next(iter(patient.get("name", ())), {})
    return name.get("text") or " ".join([*name.get("given", ()), name.get("family", "")])
