"""Invented families of East Kalimantan. Person k depends on the seed and k alone, however many are asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from seed import areas, names
from seed.areas import Area
from seed.dice import dice
from seed.names import Name

WINDOW_DAYS = 3 * 365
"""How far back the demo's records go."""

MOST_PATIENTS = 280_000
"""Up to here every NIK is another: the number is hidden in district digit, day of birth and serial."""

_BLOCK = 10
_HOUSEHOLDS = ((4, 3, 2, 1), (5, 2, 1, 1, 1), (3, 3, 2, 1, 1), (4, 4, 1, 1), (6, 2, 1, 1), (3, 2, 2, 1, 1, 1))
_NEWBORN_DAYS = 60


@dataclass(frozen=True, slots=True)
class Birth:
    """A birth in this hospital, as the records of mother and child both tell it."""

    moment: datetime
    weeks: int
    caesarean: bool
    grams: int


@dataclass(frozen=True, slots=True)
class Home:
    area: Area
    line: str
    rt: int
    rw: int


@dataclass(frozen=True, slots=True)
class Member:
    """A place in a household: `role` is single, spouse, child or elder."""

    number: int
    role: str
    gender: str
    born: date


@dataclass(frozen=True, slots=True)
class Person:
    """`nik` is None for a newborn (then `mother` has one); `birth` is one's own, `delivery` that of her child."""

    number: int
    name: Name
    role: str
    gender: str
    born: date
    home: Home
    kk: str
    nik: str | None
    bpjs: str | None
    married: str
    mother: Person | None
    relative: Name | None
    birth: Birth | None
    delivery: Birth | None
    died: datetime | None

    def age(self, day: date) -> int:
        """Whole years on that day."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))

    @property
    def mrn(self) -> str:
        return f"{self.number:06d}"

    @property
    def phone(self) -> str:
        return f"+62840{self.number:08d}"


def person(number: int, seed: int, today: date) -> Person:
    """Patient `number` (from 1) of the hospital that grew from `seed`."""
    block, place = divmod(number - 1, _BLOCK)
    sizes = dice(seed, "block", block).choice(_HOUSEHOLDS)
    first = 0
    for size in sizes:
        if place < first + size:
            break
        first += size
    head = block * _BLOCK + first + 1
    return household(head, size, seed, today)[number - head]


def household(head: int, size: int, seed: int, today: date) -> list[Person]:
    """People who share an address and a family card, the head first."""
    rng = dice(seed, "household", head)
    members = _members(head, size, rng, today)
    area = areas.pick(rng)
    line = f"Jl. {rng.choice(names.STREETS)} No. {rng.randint(1, 180)}"
    home = Home(area, line, rng.randint(1, 30), rng.randint(1, 9))
    culture = rng.choice(names.CULTURES)
    insured = rng.random() < 0.85
    kk = citizen_number(head, area, fit(head, today - timedelta(days=rng.randint(400, 4000)), today), "male")
    people: list[Person] = []
    for member in members:
        people.append(
            _person(member, people, dice(seed, "person", member.number), today, shared=(home, kk, culture, insured))
        )
    return _related(people)


def fit(number: int, day: date, today: date) -> date:
    """The day of birth near `day` that belongs to this number; not in the last days before today."""
    quotient, rest = divmod(number, 1000)
    fitted = day.replace(day=1 + (quotient + 9 * rest) % 28)
    return (
        fitted if fitted <= today - timedelta(days=6) else (fitted - timedelta(days=fitted.day)).replace(day=fitted.day)
    )


def citizen_number(number: int, area: Area, born: date, gender: str) -> str:
    """A number shaped like a NIK that nobody can have: no district is numbered 90 or above."""
    quotient, rest = divmod(number, 1000)
    day = born.day + 40 if gender == "female" else born.day
    return f"{area.code[:4]}{90 + quotient // 28 % 10}{day:02d}{born:%m%y}{9000 + rest:04d}"


def _members(head: int, size: int, rng: Random, today: date) -> list[Member]:
    if size == 1:
        years = rng.choice((19, 23, 27, 34, 45, 52, 58, 63, 67, 72, 79))
        return [Member(head, "single", rng.choice(("male", "female")), _years_ago(head, years, rng, today))]
    if size == 2:
        years = rng.choice((24, 29, 38, 50, 56, 61, 66, 71))
        return [
            Member(head, "spouse", "male", _years_ago(head, years + rng.randint(0, 6), rng, today)),
            Member(head + 1, "spouse", "female", _years_ago(head + 1, years, rng, today)),
        ]
    return _family(head, size, rng, today)


def _family(head: int, size: int, rng: Random, today: date) -> list[Member]:
    elders = 1 if size >= 5 else 0
    children = size - 2 - elders
    youngest = rng.choices((30, 300, 700, 5 * 365, 12 * 365), (14, 22, 22, 24, 18))[0] + rng.randint(0, 60)
    days_old = [youngest]
    while len(days_old) < children:
        days_old.append(days_old[-1] + rng.randint(800, 1500))
    mother = days_old[-1] + rng.randint(20 * 365, 28 * 365)
    members = [
        Member(head, "spouse", "male", fit(head, _days_ago(mother + rng.randint(0, 7 * 365), today), today)),
        Member(head + 1, "spouse", "female", fit(head + 1, _days_ago(mother, today), today)),
    ]
    for place, days in enumerate(reversed(days_old), start=head + 2):
        members.append(
            Member(place, "child", rng.choice(("male", "female")), fit(place, _days_ago(days, today), today))
        )
    if elders:
        last = head + size - 1
        old = _days_ago(mother + rng.randint(22 * 365, 30 * 365), today)
        members.append(Member(last, "elder", rng.choice(("male", "female")), fit(last, old, today)))
    return members


def _years_ago(number: int, years: int, rng: Random, today: date) -> date:
    return fit(number, _days_ago(years * 365 + rng.randint(0, 364), today), today)


def _days_ago(days: int, today: date) -> date:
    return today - timedelta(days=days)


def _person(
    member: Member, family: list[Person], rng: Random, today: date, *, shared: tuple[Home, str, str, bool]
) -> Person:
    home, kk, culture, insured = shared
    mother = family[1] if member.role == "child" else None
    newborn = mother is not None and (today - member.born).days < _NEWBORN_DAYS
    if newborn and mother:
        name = names.newborn(mother.name)
    elif member.role == "child":
        name = names.child(rng, member.gender)
    else:
        name = names.adult(rng, member.gender, culture)
    return Person(
        number=member.number,
        name=name,
        role=member.role,
        gender=member.gender,
        born=member.born,
        home=home,
        kk=kk,
        nik=None if newborn else citizen_number(member.number, home.area, member.born, member.gender),
        bpjs=f"00099{member.number:08d}" if insured and not newborn else None,
        married=_married(member, rng, today),
        mother=mother,
        relative=family[0].name if family else None,
        birth=_birth(member, rng, today) if member.role == "child" else None,
        delivery=None,
        died=_death(member, rng, today),
    )


def _married(member: Member, rng: Random, today: date) -> str:
    """A v3-MaritalStatus code"""
    if member.role == "child":
        return "S"
    if member.role == "spouse":
        return "M"
    if member.role == "elder":
        return "W"
    years = (today - member.born).days // 365
    return "S" if years < 30 else rng.choice("MMMWDS" if years < 60 else "MMWW")


def _birth(member: Member, rng: Random, today: date) -> Birth | None:
    """Recorded here when the pregnancy falls into the window as well."""
    if (today - member.born).days > WINDOW_DAYS - 300:
        return None
    moment = datetime(member.born.year, member.born.month, member.born.day, tzinfo=UTC) + timedelta(
        minutes=rng.randint(0, 14 * 60)
    )
    return Birth(moment, rng.choice((37, 38, 38, 39, 39, 39, 40, 40)), rng.random() < 0.25, rng.randint(52, 78) * 50)


def _death(member: Member, rng: Random, today: date) -> datetime | None:
    """A few of the old died in the years that the records cover."""
    if (today - member.born).days < 58 * 365 or rng.random() > 0.06:
        return None
    day = _days_ago(rng.randint(20, 700), today)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=rng.randint(0, 1439))


def _related(people: list[Person]) -> list[Person]:
    """Everybody knows somebody to call; the mother's record tells the last birth too."""
    births = [person.birth for person in people if person.birth]
    last = max(births, key=lambda birth: birth.moment) if births else None
    if len(people) > 1:
        people[0] = replace(people[0], relative=people[1].name)
        people[1] = replace(people[1], relative=people[0].name, delivery=last)
    return [replace(person, mother=people[1]) if person.mother else person for person in people]
