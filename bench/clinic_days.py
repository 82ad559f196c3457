"""Invented days of the demo hospital's clinics: who booked, who came and when, and when the doctor saw them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from bookings.pace import Today
from seed.dice import dice
from seed.elements import wita
from seed.staff import CLINICS, Clinic

FIRST = date(2026, 1, 5)
MINUTES = 10
PATIENTS = 24


@dataclass(frozen=True, slots=True)
class Visit:
    """Of somebody who came: the number they booked, when they checked in, were called, and came out."""

    number: int
    came: datetime
    called: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class ClinicDay:
    """`booked`: numbers 1 to this were given out; `visits`: in the order in which they were called."""

    clinic: Clinic
    start: datetime
    booked: int
    visits: tuple[Visit, ...]

    def today(self, now: datetime) -> Today:
        """What is known at that moment."""
        seen = [visit for visit in self.visits if visit.called <= now]
        here = {visit.number for visit in self.visits if visit.came <= now}
        passed = max((visit.number for visit in seen), default=0)
        return Today(
            start=self.start,
            minutes=MINUTES,
            now=now,
            services=[(visit.called, visit.ended if visit.ended <= now else None) for visit in seen],
            absent=sum(number not in here for number in range(1, passed)),
        )

    def in_front(self, number: int, now: datetime) -> tuple[int, int]:
        """Who wait with a lower number, and who are still awaited with one."""
        seen = [visit.number for visit in self.visits if visit.called <= now]
        here = {visit.number for visit in self.visits if visit.came <= now}
        ahead = sum(other < number for other in here.difference(seen))
        return ahead, sum(other not in here for other in range(max(seen, default=0) + 1, number))


def clinic_days(seed: int, days: int) -> Iterator[ClinicDay]:
    """Every clinic but the emergency department, on so many days; its doctors take turns."""
    for clinic in CLINICS:
        if clinic.code == "EMG":
            continue
        for day in range(days):
            doctor = clinic.doctors[day % len(clinic.doctors)]
            own = dice(seed, "doctor", doctor).lognormvariate(0, 0.3)
            yield _day(clinic, FIRST + timedelta(days=day), min(max(own, 0.6), 1.6), dice(seed, clinic.code, day))


def _day(clinic: Clinic, day: date, own: float, rng: Random) -> ClinicDay:
    """`own`: how many times the planned minutes this doctor takes for a patient, in the long run."""
    start = wita(day, 8)
    booked = rng.randint(PATIENTS // 2, PATIENTS)
    visits = _visits(start, _arrivals(start, booked, rng), own * rng.lognormvariate(0, 0.1), rng)
    return ClinicDay(clinic, start, booked, tuple(visits))


def _arrivals(start: datetime, booked: int, rng: Random) -> dict[int, datetime]:
    """By number: most come well before their time, some late, some not at all."""
    no_shows = rng.uniform(0.02, 0.2)
    coming = [number for number in range(1, booked + 1) if rng.random() > no_shows]
    planned = {number: start + timedelta(minutes=MINUTES * (number - 1)) for number in coming}
    early = {number: min(max(rng.gauss(40, 25), -20), 90) for number in coming}
    return {number: planned[number] - timedelta(minutes=early[number]) for number in coming}


def _visits(start: datetime, arrivals: dict[int, datetime], own: float, rng: Random) -> Iterator[Visit]:
    """The doctor begins up to five minutes early, or late, is away once on some days, and calls the lowest number of
    those who are there."""
    free = start + timedelta(minutes=rng.expovariate(1 / 15) - 5)
    away = rng.randrange(5 * PATIENTS)
    waiting = dict(arrivals)
    while waiting:
        called = max(free, min(waiting.values()))
        number = min(number for number, came in waiting.items() if came <= called)
        ended = called + timedelta(minutes=_service(own, rng))
        yield Visit(number, waiting.pop(number), called, ended)
        pause = rng.uniform(10, 20) if len(waiting) == away else 0
        free = ended + timedelta(minutes=rng.uniform(0.3, 2) + pause)


def _service(own: float, rng: Random) -> float:
    """In minutes: varied, and one in 25 takes three times as long."""
    return own * MINUTES * rng.lognormvariate(-0.1, 0.45) * (3 if rng.random() < 0.04 else 1)
