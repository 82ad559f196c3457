"""One patient's record while it is being written: what is there so far, and which days are still free."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from fhir_server.messages import Resource
from seed.elements import Element, reference, wita_date
from seed.hospital import Hospital
from seed.people import WINDOW_DAYS, Person
from seed.staff import Staff


@dataclass(slots=True)
class Chart:
    """`since` and `until` bound the days on which something may have happened; `avoided`: drugs that
    this patient must not get; `next_clinic`: where a next visit is due."""

    person: Person
    hospital: Hospital
    rng: Random
    today: date
    subject: Element
    since: date
    until: date
    size: Decimal
    resources: list[Resource] = field(default_factory=list)
    taken: set[date] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    avoided: set[str] = field(default_factory=set)
    next_clinic: str | None = None


@dataclass(slots=True)
class Visit:
    """An encounter under way. `clock` moves on with all that is done; `entries`: section -> what belongs there."""

    encounter: Resource
    doctor: Staff
    nurse: Staff
    clock: datetime
    inpatient: bool = False
    entries: dict[str, list[Element]] = field(default_factory=dict)

    @property
    def day(self) -> date:
        return wita_date(self.clock)

    def later(self, minutes: int) -> datetime:
        self.clock += timedelta(minutes=minutes)
        return self.clock


def chart_of(person: Person, hospital: Hospital, patient: Resource, *, today: date, rng: Random) -> Chart:
    until = today - timedelta(days=1)
    if person.died:
        until = min(until, wita_date(person.died) - timedelta(days=8))
    return Chart(
        person=person,
        hospital=hospital,
        rng=rng,
        today=today,
        subject=reference(patient, person.name.text),
        since=max(today - timedelta(days=WINDOW_DAYS), person.born),
        until=until,
        size=Decimal(rng.randint(90, 112)) / 100,
        resources=[patient],
    )


def add(chart: Chart, type: str, kind: str, /, **content: Any) -> Resource:
    """A new resource at the end of the record, with an id such as rawat-000123-004."""
    number = chart.counts.get(kind, 0) + 1
    chart.counts[kind] = number
    resource = {"resourceType": type, "id": f"{kind}-{chart.person.number:06d}-{number:03d}", **content}
    chart.resources.append(resource)
    return resource


def free_day(chart: Chart, day: date, *, sundays: bool = False) -> date | None:
    """The first day from `day` on without another encounter; None when that is past the record's end."""
    while day in chart.taken or day < chart.since or (day.weekday() == 6 and not sundays):
        day += timedelta(days=1)
    if day > chart.until:
        return None
    chart.taken.add(day)
    return day


def some_day(chart: Chart) -> date:
    """Any day of the record."""
    return chart.since + timedelta(days=chart.rng.randint(0, max((chart.until - chart.since).days, 0)))


def note(visit: Visit, section: str, resource: Resource) -> Element:
    """Remembers a resource for the discharge summary."""
    entry = reference(resource)
    visit.entries.setdefault(section, []).append(entry)
    return entry
