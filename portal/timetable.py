"""When doctors practise and how many places are left: what anybody may know, read once for all. Mostly pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal

from auth.pages.forms import PageRefused
from bookings import session as sessions
from bookings.reading import found
from bookings.rules import Rules
from bookings.session import PAYERS, Payer, Session
from exports import wording
from fhir_server.messages import Parameters
from fhir_server.record import Record
from portal.visit import Visit
from portal.wording import hours
from resources.issues import Text

ONLY_RESOURCES = ({"$project": {"resource": 1}},)
CODE = re.compile(r"[A-Za-z0-9.\-]{1,64}")
SOON = timedelta(days=7)
NO_POLI = Text("There is no such clinic.", "Poli ini tidak ada.")
NO_DOCTOR = Text("This doctor has no sessions in the coming days.", "Dokter ini tidak praktik dalam hari-hari ini.")

State = Literal["open", "full", "late", "closed"]
"""Of a session: places are left; none is; booking from home is over; it does not take place."""


@dataclass(frozen=True, slots=True)
class Poli:
    """`left`: places in the coming week; `next`: the day of the first session with a place."""

    code: str
    name: str
    doctors: int
    left: int
    next: date | None


@dataclass(frozen=True, slots=True)
class Doctor:
    """`id`: of the Practitioner; `practises`: Senin, Rabu 08.00–12.00 WITA."""

    id: str
    name: str
    practises: tuple[str, ...]
    left: int
    next: date | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A session as it can be booked now. `expected`: when the next patient is due."""

    session: Session
    day: date
    states: dict[Payer, State]
    expected: datetime

    def state(self, payer: Payer) -> State:
        return self.states[payer]


@dataclass(frozen=True, slots=True)
class Timetable:
    """`sessions`: those that are not over, in the order of their start."""

    sessions: Sequence[Session]
    rules: Rules
    now: datetime

    def polis(self) -> list[Poli]:
        """In the order of their names."""
        by_code = _grouped(self.sessions, lambda one: one.poli)
        made = (self._poli(code, rows) for code, rows in by_code.items())
        return sorted(made, key=lambda one: one.name)

    def has(self, poli: str, doctor: str = "") -> bool:
        wanted = f"Practitioner/{doctor}" if doctor else ""
        return any(one.poli == poli and wanted in ("", one.doctor) for one in self.sessions)

    def poli(self, code: str) -> list[Session]:
        """Raises PageRefused where there is no such clinic."""
        rows = [one for one in self.sessions if one.poli == code]
        if not rows:
            raise PageRefused(404, NO_POLI)
        return rows

    def doctor(self, poli: str, id: str) -> list[Session]:
        """Raises PageRefused where the doctor has no sessions there."""
        rows = [one for one in self.poli(poli) if one.doctor == f"Practitioner/{id}"]
        if not rows:
            raise PageRefused(404, NO_DOCTOR)
        return rows

    def doctors(self, poli: str, language: str) -> list[Doctor]:
        """Who has a place soonest comes first. Raises PageRefused."""
        by_doctor = _grouped(self.poli(poli), lambda one: one.doctor)
        made = [self._doctor(url, rows, language) for url, rows in by_doctor.items()]
        return sorted(made, key=lambda one: (one.next or date.max, one.name))

    def offers(self, rows: Iterable[Session]) -> list[Offer]:
        return [self._offer(one) for one in rows]

    def _poli(self, code: str, rows: Sequence[Session]) -> Poli:
        return Poli(code, poli_name(rows[0]), len({one.doctor for one in rows}), self._left(rows), self._next(rows))

    def _doctor(self, url: str, rows: Sequence[Session], language: str) -> Doctor:
        id, practises = url.removeprefix("Practitioner/"), practice(rows, self.rules, language)
        return Doctor(id, rows[0].doctor_name, practises, self._left(rows), self._next(rows))

    def _offer(self, one: Session) -> Offer:
        states = {payer: state(one, payer, self.now, self.rules) for payer in PAYERS}
        return Offer(one, one.day(self.rules.zone), states, max(one.planned(one.issued + 1), self.now))

    def _left(self, rows: Iterable[Session]) -> int:
        soon = [one for one in rows if one.start < self.now + SOON]
        return sum(one.quota(payer).left for one in soon for payer in PAYERS if self._is_open(one, payer))

    def _next(self, rows: Iterable[Session]) -> date | None:
        open_ones = (one for one in rows if any(self._is_open(one, payer) for payer in PAYERS))
        first = next(open_ones, None)
        return first.day(self.rules.zone) if first else None

    def _is_open(self, one: Session, payer: Payer) -> bool:
        return state(one, payer, self.now, self.rules) == "open"


def _grouped(rows: Iterable[Session], key: Callable[[Session], str]) -> dict[str, list[Session]]:
    found: dict[str, list[Session]] = {}
    for one in rows:
        found.setdefault(key(one), []).append(one)
    return found


def state(session: Session, payer: Payer, now: datetime, rules: Rules) -> State:
    """What who books from home would be told."""
    if session.closed:
        return "closed"
    if now > session.end - rules.cutoff:
        return "late"
    return "open" if session.quota(payer).left else "full"


def practice(rows: Iterable[Session], rules: Rules, language: str) -> tuple[str, ...]:
    """On which days at which hours: Senin, Rabu 08.00–12.00 WITA."""
    by_hours: dict[str, dict[int, str]] = {}
    for one in rows:
        day = one.day(rules.zone)
        by_hours.setdefault(hours(one.start, one.end, rules.zone), {})[day.weekday()] = wording.day_name(day, language)
    return tuple(
        f"{', '.join(name for _, name in sorted(days.items()))} {told}" for told, days in sorted(by_hours.items())
    )


def poli_name(session: Session) -> str:
    """Poli Penyakit Dalam; what has a name of its own keeps it."""
    name = session.poli_name
    return name if name.startswith(("Poli", "Instalasi", "Klinik")) else f"Poli {name}"


async def timetable(visit: Visit) -> Timetable:
    """Of all clinics, as it was some seconds ago. Raises FhirError."""
    hospital, (since, until) = visit.portal.hospital(), _days(visit)
    rows = await visit.portal.timetable.get(until, lambda: _read(hospital, since, until))
    return _from(rows, visit)


async def timetable_now(visit: Visit, poli: str) -> Timetable:
    """Of one clinic, as it is this moment. Raises FhirError."""
    return _from(await _read(visit.portal.hospital(), *_days(visit), poli) if CODE.fullmatch(poli) else (), visit)


async def timetable_of(visit: Visit, poli: str, doctor: str = "") -> Timetable:
    """In which a clinic, or a doctor there, is looked for: the newest may not be remembered yet. Raises FhirError."""
    known = await timetable(visit)
    return known if known.has(poli, doctor) else await timetable_now(visit, poli)


def _days(visit: Visit) -> tuple[date, date]:
    """Those that may be booked."""
    today = visit.now.date()
    return today, today + timedelta(days=visit.portal.rules.days)


def _from(rows: Iterable[Session], visit: Visit) -> Timetable:
    return Timetable([one for one in rows if one.end > visit.now], visit.portal.rules, visit.now)


async def _read(hospital: Record, since: date, until: date, poli: str = "") -> tuple[Session, ...]:
    """In the order of their start. `poli`: its code; of all where it is empty."""
    query: Parameters = (("start", f"ge{since}"), ("start", f"le{until}"))
    if poli:
        query += (("service-type", poli),)
    documents = await found(hospital, "Slot", query, ONLY_RESOURCES)
    read = (sessions.read(one["resource"]) for one in documents)
    return tuple(sorted((one for one in read if one is not None), key=lambda one: (one.start, one.id)))


def by_day(offers: Iterable[Offer]) -> list[tuple[date, list[Offer]]]:
    """Offers in the order of their start, each day with its own."""
    return [(day, list(rows)) for day, rows in groupby(offers, key=lambda one: one.day)]
