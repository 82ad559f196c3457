"""A doctor's weekly hours (jadwal praktik) and leave, as they lie on a Schedule; the sessions that they make.

https://hl7.org/fhir/R4/schedule.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bookings.session import Quota, Session, poli_coding
from fhir_server.messages import Resource
from resources.extensions import extension, repeated, with_repeated
from resources.practice import WEEKDAYS
from resources.systems import LEAVE, POLI_PREFIX, PRACTICE, PROVIDER

MADE = re.compile(r"[0-9]{8}-[0-9]{4}(-[2-9])?")


@dataclass(frozen=True, slots=True)
class Hours:
    """`weekday`: mon … sun; `start`, `end`: of the hospital's clock; `jkn`, `umum`: places; `minutes`: planned for a
    patient (SPM); `letter`: before its numbers."""

    weekday: str
    start: time
    end: time
    jkn: int
    umum: int
    minutes: int
    letter: str
    open_on_holidays: bool = False


@dataclass(frozen=True, slots=True)
class Leave:
    """No practice from `since` to `until`, both included; `move_to`: the Schedule that takes the bookings over."""

    since: date
    until: date
    reason: str
    move_to: str = ""

    def covers(self, day: date) -> bool:
        return self.since <= day <= self.until


def hours(schedule: Resource) -> list[Hours]:
    return [
        Hours(
            weekday=named["weekday"],
            start=time.fromisoformat(named["start"]),
            end=time.fromisoformat(named["end"]),
            jkn=named["jkn"],
            umum=named["umum"],
            minutes=named["minutes"],
            letter=named["letter"],
            open_on_holidays=named.get("open-on-holidays", False),
        )
        for _, named in repeated(schedule, PRACTICE)
    ]


def with_hours(schedule: Resource, rows: Iterable[Hours]) -> Resource:
    """The Schedule with these weekly hours in place of what it had."""
    return with_repeated(schedule, PRACTICE, [_extension(row) for row in rows])


def _extension(row: Hours) -> Resource:
    return extension(
        PRACTICE,
        {
            "weekday": row.weekday,
            "start": row.start,
            "end": row.end,
            "jkn": row.jkn,
            "umum": row.umum,
            "minutes": row.minutes,
            "letter": row.letter,
            "open-on-holidays": row.open_on_holidays or None,
        },
    )


def leaves(schedule: Resource) -> list[Leave]:
    return [
        Leave(
            since=date.fromisoformat(named["from"]),
            until=date.fromisoformat(named["to"]),
            reason=named["reason"],
            move_to=named.get("move-to", ""),
        )
        for _, named in repeated(schedule, LEAVE)
    ]


def with_leaves(schedule: Resource, rows: Iterable[Leave]) -> Resource:
    """The Schedule with these leaves in place of those it had."""
    named = [{"from": row.since, "to": row.until, "reason": row.reason, "move-to": row.move_to or None} for row in rows]
    return with_repeated(schedule, LEAVE, [extension(LEAVE, one) for one in named])


def leave_on(schedule: Resource, day: date) -> Leave | None:
    return next((row for row in leaves(schedule) if row.covers(day)), None)


def with_provider(schedule: Resource, url: str) -> Resource:
    """The Schedule with the Organization that its visits are of."""
    return with_repeated(schedule, PROVIDER, [{"url": PROVIDER, "valueReference": {"reference": url}}])


def planned(schedule: Resource, days: Iterable[date], holidays: Mapping[date, str], zone: ZoneInfo) -> list[Session]:
    """The sessions of these days, in their order; closed on holidays (day -> name) and leave. None of a Schedule that
    is out of use."""
    rows = hours(schedule)
    if not rows or schedule.get("active") is False:
        return []
    found = [
        _session(schedule, row, day, (holidays, zone))
        for day in days
        for row in rows
        if row.weekday == WEEKDAYS[day.weekday()]
    ]
    first, last = _horizon(schedule, zone)
    within = (one for one in found if (not first or first <= one.start) and (not last or one.end <= last))
    return sorted(within, key=lambda session: session.start)


def is_planned(session: Session) -> bool:
    """Whether a template made it: its id says so. Others are the hospital's own."""
    schedule = session.schedule.removeprefix("Schedule/")
    return session.id.startswith(f"{schedule}-") and MADE.fullmatch(session.id.removeprefix(f"{schedule}-")) is not None


def id_of(schedule: str, start: datetime) -> str:
    """jadwal-001-20261126-0800. `schedule`: the id."""
    return f"{schedule}-{start:%Y%m%d-%H%M}"


def _session(schedule: Resource, row: Hours, day: date, known: tuple[Mapping[date, str], ZoneInfo]) -> Session:
    holidays, zone = known
    coding, leave = poli_coding(schedule), leave_on(schedule, day)
    assert coding is not None
    (doctor, doctor_name), (location, location_name) = _actor(schedule, "Practitioner"), _actor(schedule, "Location")
    start = datetime.combine(day, row.start, zone)
    reason = leave.reason if leave else "" if row.open_on_holidays else holidays.get(day, "")
    return Session(
        id=id_of(schedule["id"], start),
        schedule=f"Schedule/{schedule['id']}",
        organization=coding["system"].removeprefix(POLI_PREFIX),
        poli=coding["code"],
        poli_name=coding.get("display", coding["code"]),
        doctor=doctor,
        doctor_name=doctor_name,
        location=location,
        location_name=location_name,
        provider=next(_providers(schedule), ""),
        start=start,
        end=datetime.combine(day, row.end, zone),
        letter=row.letter,
        minutes=row.minutes,
        jkn=Quota(row.jkn),
        umum=Quota(row.umum),
        closed=bool(reason),
        reason=reason,
    )


def _actor(schedule: Resource, type: str) -> tuple[str, str]:
    actors = ((one.get("reference", ""), one.get("display", "")) for one in schedule["actor"])
    return next(one for one in actors if one[0].startswith(f"{type}/"))


def _providers(schedule: Resource) -> Iterator[str]:
    for row in schedule.get("extension", ()):
        if row.get("url") == PROVIDER and "valueReference" in row:
            yield row["valueReference"].get("reference", "")


def _horizon(schedule: Resource, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """A day without a time is all of it; a month or year bounds nothing."""
    period = schedule.get("planningHorizon", {})
    first, last = period.get("start", ""), period.get("end", "")
    return _moment(first, zone, 0), _moment(last, zone, 1)


def _moment(text: str, zone: ZoneInfo, days: int) -> datetime | None:
    if len(text) < len("2026-11-24"):
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=zone) + timedelta(days=days)
