"""What callers ask of bookings: their right is judged here, then the desk does it. One way for every door."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from auth.caller import Caller
from bookings import booking as bookings
from bookings import refusals
from bookings import session as sessions
from bookings.booking import Booking
from bookings.desk import Desk, Request
from bookings.idempotency import claim
from bookings.ledger import Ask, What
from bookings.reading import by_id, found, session_of
from bookings.rules import SHORTEST_REASON
from bookings.session import Payer, Session
from fhir_server.access import reached, visible, writable
from fhir_server.decide import Committed
from fhir_server.messages import Parameters
from fhir_server.record import Record
from fhir_server.store.documents import Document

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without what looks alike."""

RANDOM_CHARACTERS = 6
MOST_DAYS = 62


@dataclass(frozen=True, slots=True)
class Wish:
    """A new booking: `session`: the id of a Slot; `patient`: Patient/id; `referred`: the date of the referral;
    `overbook`: the desk's reason to go beyond the places and the cut-off."""

    session: str
    patient: str
    payer: Payer = "umum"
    kind: int | None = None
    referral: str = ""
    referred: date | None = None
    is_new: bool = False
    overbook: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sessions: of a poli, of a doctor (Practitioner/id), on the days from `since` to `until`."""

    poli: str = ""
    doctor: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Clerk:
    """Takes requests to the desk. `ids`: of new resources; `draw`: the random part of a kodebooking."""

    desk: Desk
    hospital: Callable[[], Record]
    clock: Callable[[], datetime]
    ids: Iterator[str]
    draw: Callable[[], str] = lambda: "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))

    async def make(self, record: Record, what: What, wish: Wish, key: str | None = None) -> Committed:
        """Holds a place, books one at once, or joins a waiting list. Raises Forbidden, Refused."""
        check_may_book(record.caller, wish.patient, "c")
        if wish.overbook:
            _check_may_overbook(record.caller, wish.overbook)
        now = self.clock()
        session = await session_of(self.hospital(), wish.session)
        code = f"{session.day(self.desk.rules.zone):%Y%m%d}{self.draw()}"
        ask = Ask(what, now, id=next(self.ids), code=code, **{name: getattr(wish, name) for name in _WISHED})
        return await self.desk(Request(record, ask, claim(record.caller, key, [what, *_plain(wish)])))

    async def change(
        self,
        record: Record,
        what: What,
        booking: Booking,
        *,
        key: str | None = None,
        session: str = "",
        reason: str = "",
    ) -> Committed:
        """Confirms a hold, cancels, reschedules. Raises Forbidden, Refused."""
        check_may_book(record.caller, booking.patient, "u")
        ask = Ask(what, self.clock(), booking=booking.id, reason=reason, is_desk=is_desk(record.caller))
        if what == "reschedule":
            other = await session_of(self.hospital(), session)
            code = f"{other.day(self.desk.rules.zone):%Y%m%d}{self.draw()}"
            ask = replace(ask, session=session, id=next(self.ids), code=code)
        return await self.desk(Request(record, ask, claim(record.caller, key, [what, booking.id, session, reason])))

    async def booking(self, record: Record, *, id: str = "", code: str = "") -> Booking:
        """By the id of the Appointment or by its code. Raises Refused where there is none that the caller may see."""
        if id:
            documents = await by_id(self.hospital(), "Appointment", [id])
        else:
            documents = await found(self.hospital(), "Appointment", (("identifier", code),)) if code else []
        allowed = visible(record.caller, "Appointment", "r")
        read = (bookings.read(one["resource"]) for one in documents if allowed.allows(one))
        for one in read:
            if one is not None and (not code or one.code == code):
                return one
        raise refusals.unknown()

    async def sessions(self, record: Record, wanted: Wanted) -> list[tuple[Session, Document]]:
        """In the order of their start, with their Slots. Raises Forbidden."""
        visible(record.caller, "Appointment", "s")
        zone = self.desk.rules.zone
        today = self.clock().astimezone(zone).date()
        since = wanted.since or today
        until = min(wanted.until or since + timedelta(days=self.desk.rules.days), since + timedelta(days=MOST_DAYS))
        parameters: Parameters = (("start", f"ge{since.isoformat()}"), ("start", f"le{until.isoformat()}"))
        if wanted.poli:
            parameters += (("service-type", wanted.poli),)
        pairs = [(sessions.read(one["resource"]), one) for one in await found(self.hospital(), "Slot", parameters)]
        fitting = [(one, slot) for one, slot in pairs if one is not None and wanted.doctor in ("", one.doctor)]
        return sorted(fitting, key=lambda pair: (pair[0].start, pair[0].id))


_WISHED = ("session", "patient", "payer", "kind", "referral", "referred", "is_new", "overbook")


def _plain(wish: Wish) -> list[str]:
    return [str(getattr(wish, name)) for name in _WISHED]


def is_desk(caller: Caller) -> bool:
    """Whether the time limits of patients do not bind it."""
    return caller.everything or (caller.role is not None and caller.role.overbooks)


def check_may_book(caller: Caller, patient: str, permission: str) -> None:
    """Only the patient, their proxy and the desk: a role that books, for a patient that it reaches. Raises Forbidden,
    Refused."""
    writable(caller, "Appointment", "c" if permission == "c" else "u")
    if caller.everything:
        return
    patients = reached(caller)
    if caller.role is None or not caller.role.books:
        raise refusals.not_yours()
    if patients is not None and patient.removeprefix("Patient/") not in patients:
        raise refusals.not_yours()


def _check_may_overbook(caller: Caller, reason: str) -> None:
    if not is_desk(caller) or len(reason.strip()) < SHORTEST_REASON:
        raise refusals.may_not_overbook()
