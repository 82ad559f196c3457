"""The moments of a visit that BPJS asks for (task id 1-7 and 99), from its tickets: pure.

1 waits for the loket, 2 served there (new patients only), 3 waits for the poli, 4 served there, 5 done there, 6 the
farmasi begins, 7 it is done, 99 absent or cancelled. They are told in this order, without gaps, each later than the one
before. Source: task ids of the web service antrean/updatewaktu of BPJS Kesehatan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from bookings.booking import Booking
from bookings.ticket import Kind, Ticket

GONE = 99
TICK = timedelta(milliseconds=1)


class Moment(NamedTuple):
    """`happened`: which of a ticket's moments it is."""

    task: int
    kind: Kind
    happened: Literal["queued", "started", "finished"]


MOMENTS = (
    Moment(1, "loket", "queued"),
    Moment(2, "loket", "started"),
    Moment(3, "poli", "queued"),
    Moment(4, "poli", "started"),
    Moment(5, "poli", "finished"),
    Moment(6, "farmasi", "started"),
    Moment(7, "farmasi", "finished"),
)


def moments(tickets: Sequence[Ticket], booking: Booking, ended: datetime | None = None) -> list[tuple[int, datetime]]:
    """Task ids with their times, of what has happened. `tickets`: of the visit; `ended`: when a booking was cancelled
    that has no ticket."""
    found: list[tuple[int, datetime]] = []
    for row in MOMENTS:
        if row.kind == "loket" and not booking.is_new:
            continue
        at = _first(row, tickets)
        if at is None:
            break
        found.append((row.task, at))
    gone = _gone(tickets, booking, ended)
    return list(_rising([*found, (GONE, gone)] if gone is not None else found))


def _first(moment: Moment, tickets: Iterable[Ticket]) -> datetime | None:
    """When it happened for the first time; who was not served has not been finished."""
    happened = (
        getattr(one, moment.happened)
        for one in tickets
        if one.kind == moment.kind and (moment.happened != "finished" or one.status == "completed")
    )
    return min((at for at in happened if at is not None), default=None)


def _gone(tickets: Iterable[Ticket], booking: Booking, ended: datetime | None) -> datetime | None:
    if booking.status not in ("cancelled", "noshow"):
        return None
    cancelled = (one.finished for one in tickets if one.status == "cancelled")
    return max((at for at in cancelled if at is not None), default=ended)


def _rising(found: Iterable[tuple[int, datetime]]) -> Iterable[tuple[int, datetime]]:
    before = None
    for task, at in found:
        before = at if before is None else max(at, before + TICK)
        yield task, before
