"""When a patient will be seen: from the session's start, who is in front, and how fast this doctor, or this service
point, works today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import mean, median

from bookings.ticket import Kind

PRIOR = 3
"""The planned minutes count as much as so many patients seen."""

OUTLIER = 3
"""A patient counts at most so many times the middle one, and at least the same part of it."""

TURNOVER = timedelta(minutes=2)
"""Between two patients; a longer gap means that nobody was there, or that the doctor was away."""

LEAST_LEFT = 0.5
"""Of a patient's time, for one who is inside for longer than the others were."""

USUAL_MINUTES: Mapping[Kind, float] = {"loket": 5, "poli": 10, "farmasi": 10, "lab": 10, "radiologi": 15}
"""For each patient at a service point without planned minutes, until its own pace is known."""

Service = tuple[datetime, datetime | None]
"""When a patient went in and came out; None while inside."""


@dataclass(frozen=True, slots=True)
class Today:
    """A session as it stands at `now`. `start`: as planned; `minutes`: planned for a patient (SPM); `services`: so far,
    in any order; `absent`: how many were not there when it was their turn, and have not come since."""

    start: datetime
    minutes: float
    now: datetime
    services: Sequence[Service] = ()
    absent: int = 0


def pace(today: Today) -> timedelta:
    """For each patient: the mean of those seen today and of PRIOR planned ones, outliers cut."""
    known = [today.minutes] * PRIOR + [length / timedelta(minutes=1) for length in _lengths(today)]
    middle = median(known)
    return timedelta(minutes=mean(min(max(length, middle / OUTLIER), middle * OUTLIER) for length in known))


def expected(today: Today, ahead: int, awaited: int = 0) -> datetime:
    """When somebody is likely to be called who has `ahead` people waiting in front, without the one inside, and
    `awaited` more with a lower number who have not come yet. Not before `now`, nor before the planned start."""
    each = pace(today)
    begins = today.now + _left(today, each) if today.services else max(today.now, today.start)
    return max(begins + each * (ahead + awaited * _share_who_come(today)), today.start)


def waiting(today: Today, ahead: int, awaited: int = 0) -> timedelta:
    """From now until `expected`."""
    return expected(today, ahead, awaited) - today.now


def _lengths(today: Today) -> Iterator[timedelta]:
    """Of each patient until the next went in, without the time in which nobody was there."""
    services = sorted(today.services, key=lambda service: service[0])
    for (went_in, came_out), (next_in, _) in pairwise(services):
        yield min(next_in, came_out + TURNOVER if came_out else next_in) - went_in
    if services and (came_out := services[-1][1]):
        yield came_out - services[-1][0]


def _left(today: Today, each: timedelta) -> timedelta:
    """Until the one who is inside comes out."""
    went_in, came_out = max(today.services, key=lambda service: service[0], default=(today.now, today.now))
    if came_out:
        return timedelta()
    return max(each - max(today.now - went_in, timedelta()), each * LEAST_LEFT)


def _share_who_come(today: Today) -> float:
    return 1 - today.absent / (len(today.services) + today.absent + PRIOR)
