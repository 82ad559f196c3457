"""An archive that grows with the years: a patient and the ten clinical resources of a patient follow from a number.

A hospital's day does not grow with its archive: 200 new patients and so 600 visits a day, in 30 clinics of which the
busiest has 50. 10,000 patients are 50 days, 300,000 are four years. Three in ten visits never get an end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from itertools import accumulate
from random import Random
from typing import TypeVar

from bench.samples import SYLLABLES

Chosen = TypeVar("Chosen")

FIRST_DAY = date(2020, 1, 1)
NEW_A_DAY, RETURN_DAYS = 200, 60
VISITS = 3
CLINICS, CITIES = 30, 12
ZONE = timezone(timedelta(hours=8))
STATUSES, STATUS_WEIGHTS = ("finished", "in-progress", "arrived", "planned", "cancelled"), (70, 10, 10, 5, 5)


@dataclass(frozen=True, slots=True)
class Person:
    """`number` from 0."""

    number: int
    given: str
    family: str
    gender: str
    born: date
    city: str

    @property
    def id(self) -> str:
        return f"p{self.number:07d}"

    @property
    def nik(self) -> str:
        """The shape of a NIK, in a district that does not exist; the serial has more than a NIK has room for."""
        day = self.born.day + (40 if self.gender == "female" else 0)
        return f"64{90 + self.number // 1_000_000}{day:02d}{self.born:%m}{self.number % 1_000_000:06d}00"

    @property
    def mrn(self) -> str:
        return f"{self.number:07d}"


@dataclass(frozen=True, slots=True)
class Visit:
    """`place` from 0 among the patient's visits, `clinic` from 0."""

    person: Person
    place: int
    begin: datetime
    clinic: int
    status: str

    @property
    def id(self) -> str:
        return f"e{self.person.number:07d}-{self.place}"


def person(number: int) -> Person:
    rng = dice("person", number)
    return Person(
        number,
        pick(rng, given_names(), 20).capitalize(),
        pick(rng, family_names(), 20).capitalize(),
        rng.choice(("female", "male")),
        date(1935, 1, 1) + timedelta(days=rng.randrange(85 * 365)),
        pick(rng, cities(), 3),
    )


def visits(one: Person) -> list[Visit]:
    """The first on the day of registration, the others within two months."""
    rng = dice("visits", one.number)
    registered = FIRST_DAY + timedelta(days=one.number // NEW_A_DAY)
    days = [0, *(rng.randint(1, RETURN_DAYS) for _ in range(VISITS - 1))]
    return [
        Visit(
            one,
            place,
            datetime.combine(registered, time(8), ZONE) + timedelta(days=day, minutes=rng.randrange(7 * 60)),
            pick(rng, range(CLINICS), 5),
            rng.choices(STATUSES, STATUS_WEIGHTS)[0],
        )
        for place, day in enumerate(days)
    ]


def last_day(patients: int) -> date:
    """No visit of so many patients is later."""
    return FIRST_DAY + timedelta(days=(patients - 1) // NEW_A_DAY + RETURN_DAYS)


def given_names() -> tuple[str, ...]:
    return _words(1_000, 3_571)


def family_names() -> tuple[str, ...]:
    return _words(4_000, 1_237)


def cities() -> tuple[str, ...]:
    return tuple(f"Kota {word.capitalize()}" for word in _words(CITIES, 4_391))


def diagnoses() -> tuple[str, ...]:
    """ICD-10 codes by shape, the frequent ones first."""
    return tuple(f"{'JKIEAMRN'[place % 8]}{place // 8:02d}.{place % 10}" for place in range(400))


def clinic_id(clinic: int) -> str:
    return f"poli-{clinic:02d}"


def clinic_name(clinic: int) -> str:
    return f"Poli {_words(CLINICS, 2_311)[clinic].capitalize()}"


def dice(purpose: str, number: int) -> Random:
    return Random(f"{purpose}/{number}")  # noqa: S311 - a load, not a secret


def pick(rng: Random, values: Sequence[Chosen], flat: int) -> Chosen:
    """The first values more often, as Zipf saw it in words: by 1 / (rank + `flat`)."""
    return rng.choices(values, cum_weights=_weights(len(values), flat))[0]


@cache
def _weights(count: int, flat: int) -> tuple[float, ...]:
    return tuple(accumulate(1 / (rank + flat) for rank in range(1, count + 1)))


@cache
def _words(count: int, stride: int) -> tuple[str, ...]:
    """Of three syllables each. `stride` has no divisor in common with 8000: it keeps ranks apart in the alphabet."""
    places = [rank * stride % len(SYLLABLES) ** 3 for rank in range(1, count + 1)]
    return tuple("".join(SYLLABLES[place // share % 20] for share in (400, 20, 1)) for place in places)
