"""Sessions and patients for bookings over HTTP, and a checker: what must be true of them whatever happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from bookings import booking as bookings
from bookings import session as sessions
from bookings.booking import LIVE, Booking
from bookings.ledger import taken
from bookings.session import PAYERS, Session
from tests.journeys.bundles import Json, bundle, entry

AT_ONCE = 250


def sent(**values: Any) -> Json:
    """Parameters of an operation: `referral_date` becomes referral-date."""
    rows: list[Json] = []
    for name, value in values.items():
        typed = "valueBoolean" if isinstance(value, bool) else "valueString"
        rows.append({"name": name.replace("_", "-"), typed: value})
    return {"resourceType": "Parameters", "parameter": rows}


async def put(client: httpx.AsyncClient, resources: Iterable[Json]) -> None:
    rows = [entry("PUT", f"{row['resourceType']}/{row['id']}", row) for row in resources]
    for first in range(0, len(rows), AT_ONCE):
        answer = await client.post("", json=bundle(*rows[first : first + AT_ONCE]))
        assert answer.is_success, answer.text


async def with_patients(client: httpx.AsyncClient, number: int) -> None:
    """Patients p1, p2, …"""
    await put(client, ({"resourceType": "Patient", "id": f"p{one}"} for one in range(1, number + 1)))


async def with_sessions(client: httpx.AsyncClient, *held: Session) -> None:
    await put(client, (sessions.write(one) for one in held))


def violations(database: Any, acknowledged: Mapping[str, str], overbooked: int = 0) -> list[str]:
    """What is wrong with all sessions and bookings of a database: nothing, it is to be hoped.

    `acknowledged`: Appointment id -> the status that a client was told last."""
    held = [one for row in database["Slot"].find() if (one := sessions.read(row["resource"])) is not None]
    read = [bookings.read(row["resource"]) for row in database["Appointment"].find({"deleted": False})]
    made = [one for one in read if one is not None]
    found = [problem for one in held for problem in _of_session(one, made, overbooked)]
    live = [one for one in made if one.status in LIVE]
    twice = Counter((one.patient, one.poli, one.day) for one in live)
    found += [f"{key} has {times} live bookings" for key, times in twice.items() if times > 1]
    codes = Counter(one.code for one in made)
    found += [f"the code {code} was given {times} times" for code, times in codes.items() if times > 1]
    known = {one.id: one.status for one in made}
    for id, status in acknowledged.items():
        if id not in known:
            found.append(f"Appointment/{id} was acknowledged and is lost")
        elif not _may_become(status, known[id]):
            found.append(f"Appointment/{id} was acknowledged as {status} and is {known[id]}")
    return found


def _of_session(session: Session, made: list[Booking], overbooked: int) -> list[str]:
    found = []
    own = [one for one in made if one.session == session.id]
    numbers = sorted(one.number for one in own if one.number is not None)
    if numbers != list(range(1, session.issued + 1)):
        found.append(f"{session.id}: numbers {numbers}, but {session.issued} were issued")
    for payer in PAYERS:
        quota, places = session.quota(payer), taken(own, session.id, payer)
        if quota.taken != places:
            found.append(f"{session.id}: {quota.taken} places of {payer} taken, but {places} bookings")
        if places > quota.capacity + overbooked:
            found.append(f"{session.id}: {places} bookings on {quota.capacity} places of {payer}")
    waiting = sum(one.status == "waitlist" for one in own)
    if session.waiting != waiting:
        found.append(f"{session.id}: {session.waiting} waiting, but {waiting} on the list")
    return found


def _may_become(told: str, now: str) -> bool:
    """Whether the server itself may have moved it on: holds run out, who waits is promoted; nothing is undone."""
    further = {"pending": {"pending", "cancelled"}, "waitlist": {"waitlist", "pending", "cancelled"}}
    return now in further.get(told, {told})
