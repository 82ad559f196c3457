"""What a changed template does to sessions and their bookings: pure. A ledger holds what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from bookings.booking import Booking
from bookings.ledger import Ledger, end, promote
from bookings.practice import is_planned
from bookings.session import PAYERS, Quota, Session

REMOVED = "Jadwal praktik dihapus"
LEAST_TOLD = timedelta(minutes=15)
"""By so much one's time must move before one is told."""

CANCELLED = ("booked", "pending", "waitlist")
"""What the hospital cancels; who has arrived is in the hospital, and is served or sent home by people."""

What = Literal["changed", "moved", "cancelled"]


@dataclass(frozen=True, slots=True)
class Notice:
    """What a patient must be told: of the booking as it was, in which session, and as it is; `reason`: why."""

    what: What
    booking: Booking
    session: Session
    before: Booking
    session_before: Session
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """`new`: sessions that are not there; `changed`: what a session, by its id, should be."""

    new: tuple[Session, ...] = ()
    changed: Mapping[str, Session] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fresh:
    """What new Appointments need: `ids`, the random part of a kodebooking, and the moment."""

    ids: Iterator[str]
    draw: Callable[[], str]
    now: datetime


def difference(planned: Sequence[Session], held: Iterable[Session], now: datetime) -> Difference:
    """Of one schedule. What is over stays as it is; what has begun keeps its start and is closed by leave only.

    `planned`: of all days looked at; `held`: those that are there, of the same days."""
    there = {one.id: one for one in held if is_planned(one) and one.end > now}
    # Where there are two of one place, the one that is open.
    same = {_place(one): one.id for one in sorted(there.values(), key=lambda one: one.closed, reverse=True)}
    wanted = {same[_place(one)]: one for one in planned if _place(one) in same}
    left = [one for one in there.values() if one.id not in wanted and not one.closed]
    new: list[Session] = []
    for one in planned:
        if _place(one) in same or one.end <= now:
            continue
        other = next((held for held in left if _may_become(held, one)), None)
        if other is None:
            new.append(one)
            continue
        left.remove(other)
        if other.start > now:
            wanted[other.id] = one
    changed = {id: merged(there[id], one) for id, one in wanted.items()}
    changed |= {one.id: replace(one, closed=True, reason=REMOVED) for one in left if one.start > now}
    return Difference(tuple(_named(new, there)), {id: one for id, one in changed.items() if one != there[id]})


def _place(session: Session) -> tuple[datetime, str]:
    return session.start, session.poli


def _may_become(held: Session, planned: Session) -> bool:
    """Whether the hours of that day were changed from the one to the other."""
    return held.poli == planned.poli and held.start.astimezone(planned.start.tzinfo).date() == planned.start.date()


def _named(new: Sequence[Session], taken: Mapping[str, Session]) -> list[Session]:
    """With other ids where a session whose hours were changed has theirs."""
    found = []
    for one in new:
        ids = (one.id, *(f"{one.id}-{number}" for number in range(2, 10)))
        found.append(replace(one, id=next(id for id in ids if id not in taken)))
    return found


def merged(held: Session, planned: Session) -> Session:
    """As planned, with what was booked; numbers that were given out keep their letter."""
    return replace(
        planned,
        id=held.id,
        schedule=held.schedule,
        organization=held.organization,
        poli=held.poli,
        poli_name=held.poli_name,
        jkn=Quota(planned.jkn.capacity, held.jkn.taken),
        umum=Quota(planned.umum.capacity, held.umum.taken),
        letter=held.letter if held.issued else planned.letter,
        issued=held.issued,
        waiting=held.waiting,
    )


def replan(ledger: Ledger, wanted: Session, now: datetime) -> list[Notice]:
    """Changes a session that stays, or opens one, and the times of its bookings."""
    held = ledger.session(wanted.id)
    ledger.sessions[wanted.id] = wanted
    notices = []
    for one in _bookings(ledger, wanted.id, "booked", "pending", "waitlist"):
        number = one.number if one.number is not None else wanted.issued + 1
        if wanted.planned(number) == one.expected and staffed(held) == staffed(wanted):
            continue
        ledger.bookings[one.id] = changed = replace(one, expected=wanted.planned(number))
        if _is_told(one, changed) or held.doctor != wanted.doctor:
            notices.append(Notice("changed", changed, wanted, one, held))
    for payer in PAYERS:
        promote(ledger, wanted.id, payer, now)
    return notices


def staffed(session: Session) -> tuple[str, str]:
    """Who works where."""
    return session.doctor, session.location


def _is_told(before: Booking, after: Booking) -> bool:
    return before.expected is None or after.expected is None or abs(after.expected - before.expected) >= LEAST_TOLD


def close(ledger: Ledger, wanted: Session, targets: Sequence[str], fresh: Fresh) -> list[Notice]:
    """Closes a session; its bookings go to the sessions `targets`, in the order of their numbers, while places last,
    else they are cancelled, and so are those who wait."""
    held = ledger.session(wanted.id)
    ledger.sessions[wanted.id] = wanted
    notices = []
    for status in CANCELLED:
        for one in sorted(_bookings(ledger, wanted.id, status), key=_order):
            ended = end(ledger, one, wanted.reason, fresh.now)
            to = None if status == "waitlist" else _with_place(ledger, one, targets, fresh.now)
            if to is None:
                notices.append(Notice("cancelled", ended, held, one, held, wanted.reason))
            else:
                moved = _moved(ledger, one, to, fresh)
                notices.append(Notice("moved", moved, to, one, held, wanted.reason))
    return notices


def _moved(ledger: Ledger, old: Booking, to: Session, fresh: Fresh) -> Booking:
    """A new Appointment in another session, as when a patient reschedules: numbers stay with their session."""
    number = to.issued + 1
    new = replace(
        old,
        id=next(fresh.ids),
        session=to.id,
        code=f"{old.day:%Y%m%d}{fresh.draw()}",
        letter=to.letter,
        number=number if old.status == "booked" else None,
        expected=to.planned(number),
        created=fresh.now,
    )
    session = to.with_taken(old.payer, 1)
    ledger.bookings[new.id] = new
    ledger.sessions[to.id] = replace(session, issued=number) if old.status == "booked" else session
    return new


def _with_place(ledger: Ledger, booking: Booking, targets: Sequence[str], now: datetime) -> Session | None:
    sessions = (ledger.session(id) for id in targets)
    return next((one for one in sessions if not one.closed and one.end > now and one.quota(booking.payer).left), None)


def _bookings(ledger: Ledger, session: str, *statuses: str) -> list[Booking]:
    return [one for one in ledger.bookings.values() if one.session == session and one.status in statuses]


def _order(booking: Booking) -> tuple[int, str]:
    return booking.number or 0, booking.id
