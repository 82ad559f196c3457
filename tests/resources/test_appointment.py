"""Bookings: their code, their times."""

from __future__ import annotations

from typing import Any

import pytest

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
