"""Who is called next at a service point: pure.

Elderly, disabled and pregnant people go before others, but after two of them in a row one other person who waits is
called, so that nobody waits for ever. Within a kind: at a poli by number, session after session by their letters, in
front of them who comes back from an examination, behind them who belongs to no session; elsewhere by the time of
waiting. Who was skipped is not next until they are called again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from bookings.ticket import WAITING, Ticket

IN_A_ROW = 2
"""So many people with priority go before one who has none."""

RETURNED = "U"
"""The letter of who comes to a poli without a number of their booking: ulang."""


def next_ticket(tickets: Sequence[Ticket], session: str = "") -> Ticket | None:
    """The ticket to call; `tickets`: all of a service point and day, those called before tell whose turn it is;
    `session`: only of this one, and of those who belong to none."""
    return next(iter(in_order(tickets, session)), None)


def ahead(ticket: Ticket, tickets: Sequence[Ticket]) -> int | None:
    """How many will be called before it if nobody else comes, each doctor calling their own; None where it does not
    wait: called, skipped, over."""
    waiting = (one.id for one in in_order(tickets, ticket.session))
    return next((place for place, id in enumerate(waiting) if id == ticket.id), None)


def in_order(tickets: Sequence[Ticket], session: str = "") -> list[Ticket]:
    """All who wait, as they will be called if nobody else comes."""
    here = [one for one in tickets if not session or one.session in (session, "")]
    waiting = sorted((one for one in here if one.status == WAITING and one.note != "skipped"), key=_rank)
    urgent = deque(one for one in waiting if one.priority)
    others = deque(one for one in waiting if not one.priority)
    in_a_row = _in_a_row(here)
    found = []
    while urgent or others:
        is_urgent = bool(urgent) and (in_a_row < IN_A_ROW or not others)
        in_a_row = in_a_row + 1 if is_urgent else 0
        found.append((urgent if is_urgent else others).popleft())
    return found


def _in_a_row(tickets: Sequence[Ticket]) -> int:
    """How many people with priority were called since the last one who has none."""
    called = sorted(_called(tickets), key=lambda pair: (pair[0], pair[1].letter, pair[1].number), reverse=True)
    return sum(1 for _ in takewhile(lambda pair: bool(pair[1].priority), called))


def _called(tickets: Sequence[Ticket]) -> list[tuple[datetime, Ticket]]:
    return [(one.called, one) for one in tickets if one.called is not None]


def _rank(ticket: Ticket) -> tuple[int, str, float, int]:
    if ticket.kind != "poli":
        return 0, "", ticket.queued.timestamp(), ticket.number
    if not ticket.session:
        return 2, "", ticket.queued.timestamp(), ticket.number
    return 0 if ticket.letter == RETURNED else 1, ticket.letter, 0, ticket.number
