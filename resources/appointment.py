"""The hospital's own rules for Appointment: the kodebooking. https://hl7.org/fhir/R4/appointment.html"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from resources.identifiers import Identifier, identifiers
from resources.systems import BOOKING_PREFIX


def appointment_keys(resource: Any) -> Iterator[Identifier]:
    return (found for found in identifiers(resource) if found.current and found.system.startswith(BOOKING_PREFIX))
