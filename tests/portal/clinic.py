"""Sessions of a test's own, and the desk and the doctor who work them off, over HTTP."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from string import ascii_uppercase
from typing import Any

from bookings import session as sessions
from bookings.session import Quota, Session
from fhir_server.changes import Change
from fhir_server.record import Record
from tests.journeys.booking_world import sent
from tests.journeys.bundles import Json
from tests.journeys.tokens import given
from tests.portal.world import World

DOCTOR, POINT, ORGANIZATION = "nakes-005", "ruang-ana", "100099999"
SOON, LATER = timedelta(minutes=30), timedelta(days=2)
"""Until a session begins: check-in is open; it may still be changed from home."""


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def session(starts: timedelta = LATER, **changes: Any) -> Session:
    """Of a clinic and with a letter that no other test has, with three places for each payer."""
    start, poli = now() + starts, secrets.token_hex(4).upper()
    values: dict[str, Any] = {
        "schedule": "Schedule/jadwal-005",
        "organization": ORGANIZATION,
        "poli": poli,
        "poli_name": f"Uji {poli}",
        "doctor": f"Practitioner/{DOCTOR}",
        "doctor_name": "dr. Contoh",
        "location": f"Location/{POINT}",
        "location_name": "Ruang Contoh",
        "start": start,
        "end": start + timedelta(hours=4),
        "letter": "".join(secrets.choice(ascii_uppercase) for _ in range(3)),
        "minutes": 10,
        "jkn": Quota(3),
        "umum": Quota(3),
    }
    return Session(f"uji-{secrets.token_hex(6)}", **{**values, **changes})


async def held(hospital: Record, *made: Session) -> None:
    """Writes the Slots."""
    await hospital.commit([Change.create(sessions.write(one), id=one.id) for one in made])


def path(one: Session) -> str:
    """The page of its doctor."""
    return f"/portal/schedule/{one.poli}/{one.doctor.removeprefix('Practitioner/')}"


async def asked(world: World, address: str, **values: Any) -> Json:
    """An operation that the desk asks for; its answer."""
    token = given(world.smart, "system/*.cruds", None)
    answer = await world.smart.fhir(address, token, "POST", json=sent(**values))
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


async def booked(world: World, one: Session, patient: str, **values: Any) -> Json:
    """The Appointment of a booking that the desk has made."""
    return await asked(world, "Appointment/$book", slot=one.id, patient=patient, **values)


def code_of(appointment: Json) -> str:
    return str(appointment["identifier"][0]["value"])


async def queue(world: World, name: str, ticket: str, **values: Any) -> Json:
    """Does something with a ticket of the queue, by the id of its Task: $call, $serve, $finish, …"""
    found = await asked(world, f"Task/{ticket}/{name}", **values)
    return {row["name"]: row["resource"] for row in found["parameter"]}


async def arrived(world: World, code: str) -> str:
    """Checks in at the desk; the id of the ticket's Task."""
    appointment = await asked(world, "Appointment/$check-in", code=code)
    token = given(world.smart, "system/*.cruds", None)
    found = await world.smart.fhir(f"Task?based-on=Appointment/{appointment['id']}", token)
    return str(found.json()["entry"][0]["resource"]["id"])
