"""What of bookings and the queue must be unique.

https://hl7.org/fhir/R4/appointment.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from resources.extensions import values
from resources.identifiers import Identifier, identifiers
from resources.systems import BOOKING, BOOKING_PREFIX, TICKET_PREFIX

LIVE = ("pending", "booked", "arrived", "waitlist")
ONE_A_DAY = f"{BOOKING}:one-a-day"
ONE_A_REFERRAL = f"{BOOKING}:one-a-referral"
NUMBER = f"{BOOKING}:number-of-session"


def appointment_keys(resource: Any) -> Iterator[Identifier]:
    """The kodebooking; the number in its session, also of one that was cancelled; while it lives, its patient, poli and
    day, and its referral."""
    for found in identifiers(resource):
        if found.current and found.system.startswith(BOOKING_PREFIX):
            yield found
    named = values(resource, BOOKING)
    if "number" in named:
        yield Identifier(0, NUMBER, f"{named.get('session')}/{named['number']}", True)
    if named and resource.get("status") in LIVE:
        yield Identifier(0, ONE_A_DAY, one_a_day(_patient(resource), named.get("poli"), named.get("day")), True)
        if named.get("referral"):
            yield Identifier(0, ONE_A_REFERRAL, str(named["referral"]), True)


def task_keys(resource: Any) -> Iterator[Identifier]:
    """A number of the queue of one service point and day."""
    return (found for found in identifiers(resource) if found.current and found.system.startswith(TICKET_PREFIX))


def one_a_day(patient: str, poli: Any, day: Any) -> str:
    return f"{patient}/{poli}/{day}"


def _patient(resource: Any) -> str:
    rows = resource.get("participant")
    for row in rows if isinstance(rows, list) else ():
        actor = row.get("actor") if isinstance(row, dict) else None
        url = actor.get("reference") if isinstance(actor, dict) else None
        if isinstance(url, str) and "Patient/" in url:
            return url
    return ""
