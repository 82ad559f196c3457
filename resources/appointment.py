"""The hospital's own rules for Appointment: the kodebooking, start and end, how a booking proceeds. https://hl7.org/fhir/R4/appointment.html"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from resources.identifiers import Identifier, identifiers
from resources.issues import Issue
from resources.moves import Moves, ends_after_start, move_issue, table
from resources.systems import BOOKING_PREFIX

MOVES: Moves = table(
    proposed="pending booked waitlist cancelled entered-in-error",
    pending="proposed booked waitlist cancelled entered-in-error",
    waitlist="proposed pending booked cancelled entered-in-error",
    booked="arrived checked-in fulfilled noshow cancelled entered-in-error",
    arrived="checked-in fulfilled noshow cancelled entered-in-error",
    checked_in="arrived fulfilled noshow cancelled entered-in-error",
    noshow="arrived checked-in entered-in-error",
    fulfilled="entered-in-error",
    cancelled="entered-in-error",
    entered_in_error="",
)


def appointment_keys(resource: Any) -> Iterator[Identifier]:
    return (found for found in identifiers(resource) if found.current and found.system.startswith(BOOKING_PREFIX))


def appointment_move(before: Any, after: Any) -> Issue | None:
    """Why a booking must not proceed like this. Someone late may still check in after a no-show."""
    return move_issue(before, after, MOVES)


def appointment_rules(resource: Any) -> Iterator[Issue]:
    return ends_after_start(resource)
