"""The visit's clock: what its Encounter tells of what happens to the tickets."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings import moves, visit
from fhir_server.messages import Resource
from resources.registry import validate
from tests.bookings.queues import FARMASI, SESSION, booking, minutes, ticket

ARRIVED = visit.new(booking(3), SESSION, minutes(0), "e3")
SEEN = visit.moved(ARRIVED, "in-progress", minutes(20))
SERVED = moves.serve(moves.call(ticket(3), minutes(19)), minutes(20))
DONE = moves.finish(SERVED, minutes(30))
GONE = moves.absent(moves.call(ticket(3), minutes(19)), minutes(30))


def clock(encounter: Resource) -> list[tuple[str, datetime, datetime | None]]:
    return [(row["status"], _time(row, "start"), _time(row, "end")) for row in encounter["statusHistory"]]


def _time(row: Resource, name: str) -> Any:
    text = row["period"].get(name)
    return datetime.fromisoformat(text) if text else None


def issues(encounter: Resource) -> list[str]:
    """Without the advice to have a narrative."""
    return [issue.text.en for issue in validate(encounter) if not issue.text.en.startswith("dom-6")]


def test_it_begins_at_check_in() -> None:
    assert ARRIVED["identifier"] == [
        {"system": "http://sys-ids.kemkes.go.id/encounter/100099999", "value": "20261124000003"}
    ]
    assert (ARRIVED["status"], ARRIVED["class"]["code"]) == ("arrived", "AMB")
    assert ARRIVED["subject"] == {"reference": "Patient/p3"}
    assert ARRIVED["appointment"] == [{"reference": "Appointment/b3"}]
    assert ARRIVED["participant"][0]["individual"] == {"reference": "Practitioner/dokter", "display": "dr. Contoh"}
    assert ARRIVED["serviceProvider"] == {"reference": "Organization/org-rsud"}
    assert clock(ARRIVED) == [("arrived", minutes(0), None)]
    assert issues(ARRIVED) == []
    assert "serviceProvider" not in visit.new(booking(3), replace(SESSION, provider=""), minutes(0), "e3")


def test_service_at_the_poli_begins_it() -> None:
    assert visit.after(ARRIVED, SERVED, minutes(20)) == SEEN
    assert clock(SEEN) == [("arrived", minutes(0), minutes(20)), ("in-progress", minutes(20), None)]
    assert "end" not in SEEN["period"]


@pytest.mark.parametrize(
    ("encounter", "one", "goes_on", "status"),
    [
        (ARRIVED, replace(SERVED, kind="loket"), True, "arrived"),
        (ARRIVED, moves.call(ticket(3), minutes(1)), True, "arrived"),
        (SEEN, DONE, True, "in-progress"),
        (SEEN, DONE, False, "finished"),
        (ARRIVED, GONE, False, "cancelled"),
        (ARRIVED, GONE, True, "arrived"),
        (SEEN, replace(GONE, kind="farmasi", point=FARMASI), False, "finished"),
        ({**SEEN, "status": "finished"}, GONE, False, "finished"),
        ({**ARRIVED, "status": "cancelled"}, SERVED, True, "cancelled"),
    ],
)
def test_the_last_ticket_ends_it(encounter: Resource, one: Any, goes_on: bool, status: str) -> None:
    assert visit.after(encounter, one, minutes(30), goes_on=goes_on)["status"] == status


def test_its_end_ends_all_of_it() -> None:
    ended = visit.after(SEEN, DONE, minutes(30), goes_on=False)
    assert clock(ended)[1:] == [("in-progress", minutes(20), minutes(30)), ("finished", minutes(30), minutes(30))]
    assert _time(ended, "end") == _time(ended["location"][0], "end") == minutes(30)
    assert ended["length"]["value"] == 30
    assert issues(ended) == []


@pytest.mark.parametrize(
    ("status", "before", "after"),
    [
        ("arrived", "arrived", "arrived"),
        ("in-progress", "arrived", "arrived"),
        ("finished", "arrived", "fulfilled"),
        ("cancelled", "arrived", "noshow"),
        ("finished", "cancelled", "cancelled"),
    ],
)
def test_the_booking_ends_with_it(status: str, before: Any, after: str) -> None:
    assert visit.outcome(booking(3, status=before), {**ARRIVED, "status": status}).status == after


def test_a_clinician_may_have_written_the_encounter_meanwhile() -> None:
    bare = {name: value for name, value in SEEN.items() if name not in ("statusHistory", "location", "period")}
    ended = visit.moved(bare, "finished", minutes(30))
    assert clock(ended) == [("finished", minutes(30), minutes(30))]
    assert ended["period"] == {"end": ended["statusHistory"][0]["period"]["end"]}
    assert {"location", "length"}.isdisjoint(ended)


@given(st.lists(st.tuples(st.sampled_from(["in-progress", "finished", "cancelled"]), st.integers(-10, 90))))
def test_the_clock_never_goes_back(done: list[tuple[Any, int]]) -> None:
    encounter = ARRIVED
    for status, minute in done:
        encounter = visit.moved(encounter, status, minutes(minute))
        rows = clock(encounter)
        for (_, start, end), (_, next_start, _) in pairwise(rows):
            assert start + timedelta(milliseconds=1) <= next_start
            assert end == next_start
        assert rows[-1][0] == encounter["status"]
        assert (rows[-1][2] is None) == ("end" not in encounter["period"])
        assert issues(encounter) == []
