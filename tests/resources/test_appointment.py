"""Bookings: their code, their times, how they proceed."""

from __future__ import annotations

from typing import Any

import pytest

from resources.appointment import MOVES, appointment_move
from resources.definitions.structure import required_codes
from resources.registry import business_keys, validate
from resources.systems import local

BOOKED: dict[str, Any] = {
    "resourceType": "Appointment",
    "identifier": [{"system": local("kodebooking", "1"), "value": "20261124000001"}],
    "status": "booked",
    "start": "2026-11-24T08:00:00+08:00",
    "end": "2026-11-24T00:15:00Z",
    "participant": [{"actor": {"reference": "Patient/1"}, "status": "accepted"}],
}


def errors(resource: dict[str, Any]) -> list[tuple[str, str]]:
    return [(issue.code, issue.expression) for issue in validate(resource) if issue.severity == "error"]


def test_a_booking() -> None:
    assert errors(BOOKED) == []
    assert business_keys(BOOKED) == [f"{local('kodebooking', '1')}|20261124000001"]


@pytest.mark.parametrize("end", ["2026-11-24T08:00:00+08:00", "2026-11-23T23:59:00Z"])
def test_the_end_is_after_the_start(end: str) -> None:
    assert errors({**BOOKED, "end": end}) == [("business-rule", "Appointment.end")]


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ("proposed", "booked", True),
        ("booked", "arrived", True),
        ("booked", "checked-in", True),
        ("arrived", "fulfilled", True),
        ("noshow", "arrived", True),
        ("booked", "booked", True),
        ("cancelled", "booked", False),
        ("fulfilled", "booked", False),
    ],
)
def test_moves(old: str, new: str, allowed: bool) -> None:
    assert (appointment_move({"status": old}, {"status": new}) is None) is allowed


def test_the_table_speaks_of_real_statuses() -> None:
    value_set = required_codes("http://hl7.org/fhir/ValueSet/appointmentstatus")
    assert set(MOVES) | set().union(*MOVES.values()) == {code for codes in value_set.values() for code in codes}
