"""The moments of a visit that BPJS asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.moments import moments
from bookings.ticket import Ticket
from tests.bookings.queues import booking, minutes, ticket


def served(kind: Any, queued: float, *times: float, **changes: Any) -> Ticket:
    """Queued, then started, then finished, as far as times are given."""
    started, finished = [*(minutes(at) for at in times), None, None][:2]
    status = "completed" if finished else "in-progress" if started else "requested"
    return ticket(1, kind=kind, queued=minutes(queued), started=started, finished=finished, status=status, **changes)


LOKET, POLI, FARMASI = served("loket", 0, 5, 8), served("poli", 8, 40, 52), served("farmasi", 52, 55, 70)
ABSENT = ticket(1, status="cancelled", note="absent", queued=minutes(8), finished=minutes(60))


@pytest.mark.parametrize(
    ("tickets", "is_new", "expected"),
    [
        ([LOKET, POLI, FARMASI], True, [(1, 0), (2, 5), (3, 8), (4, 40), (5, 52), (6, 55), (7, 70)]),
        ([FARMASI, POLI], False, [(3, 8), (4, 40), (5, 52), (6, 55), (7, 70)]),
        ([POLI], False, [(3, 8), (4, 40), (5, 52)]),
        ([served("loket", 0)], True, [(1, 0)]),
        ([LOKET, served("poli", 8)], True, [(1, 0), (2, 5), (3, 8)]),
        ([LOKET, served("poli", 8, 40)], False, [(3, 8), (4, 40)]),
        ([POLI, served("lab", 20, 25, 30), served("poli", 30, 33, 39)], False, [(3, 8), (4, 33), (5, 39)]),
        ([served("poli", 8), FARMASI], False, [(3, 8)]),
        ([], True, []),
    ],
)
def test_only_what_has_happened_and_without_gaps(
    tickets: list[Ticket], is_new: bool, expected: list[tuple[int, float]]
) -> None:
    found = moments(tickets, booking(1, is_new=is_new))
    assert found == [(task, minutes(at)) for task, at in expected]


@pytest.mark.parametrize("status", ["cancelled", "noshow"])
def test_99_tells_who_was_absent_or_cancelled(status: Any) -> None:
    ended = booking(1, status=status)
    assert moments([ABSENT], ended) == [(3, minutes(8)), (99, minutes(60))]
    assert moments([], ended, minutes(3)) == [(99, minutes(3))], "before there is a ticket"
    assert moments([], ended) == [], "nobody knows when"


def test_a_ticket_that_ended_unserved_is_no_end_of_service() -> None:
    assert moments([ABSENT], booking(1)) == [(3, minutes(8))]
    assert moments([ABSENT, served("poli", 61, 65)], booking(1)) == [(3, minutes(8)), (4, minutes(65))]


def test_moments_of_one_millisecond_are_told_apart() -> None:
    found = moments([served("loket", 0, 0, 0), served("poli", 0, 0, 0)], booking(1, is_new=True))
    assert found == [(task, minutes(0) + timedelta(milliseconds=task - 1)) for task in range(1, 6)]


@given(st.lists(st.tuples(st.sampled_from(["loket", "poli", "farmasi"]), st.integers(0, 9)), max_size=6), st.booleans())
def test_they_always_rise(rows: list[tuple[Any, int]], is_new: bool) -> None:
    tickets = [served(kind, at, at, at) for kind, at in rows]
    found = moments(tickets, booking(1, is_new=is_new, status="noshow"), minutes(1))
    assert [task for task, _ in found] == sorted({task for task, _ in found})
    assert [at for _, at in found] == sorted({at for _, at in found})
