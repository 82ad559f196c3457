"""Schedules with weekly hours for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from bookings.practice import Hours, with_hours
from fhir_server.messages import Resource
from resources.systems import POLI_PREFIX
from tests.bookings.worlds import ORGANIZATION

THURSDAY = Hours("thu", time(8), time(12), jkn=3, umum=2, minutes=10, letter="A")
"""The weekday of worlds.MORNING."""


def schedule(
    id: str = "jadwal-001", doctor: str = "001", hours: Sequence[Hours] = (THURSDAY,), **changes: Any
) -> Resource:
    """Of a doctor of the clinic INT."""
    coding = {"system": POLI_PREFIX + ORGANIZATION, "code": "INT", "display": "Penyakit Dalam"}
    found = {
        "resourceType": "Schedule",
        "id": id,
        "serviceType": [{"coding": [coding]}],
        "actor": [
            {"reference": f"Practitioner/nakes-{doctor}", "display": f"dr. Contoh {doctor}"},
            {"reference": "Location/ruang-int", "display": "Ruang Poli Penyakit Dalam"},
        ],
    }
    return {**with_hours(found, hours), **changes}
