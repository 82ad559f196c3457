"""Who leaves after check-in: cancelled by the desk, the visit and its tickets with the booking, or not at all."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pymongo import MongoClient

from bookings import booking as bookings
from bookings.moments import moments
from bookings.reading import found
from bookings.refusals import Refused
from bookings.session import Quota
from bookings.ticket import Ticket
from fhir_server.messages import FhirResponse, Resource
from tests.bookings.conftest import Counter
from tests.bookings.test_visits import ANI, DESK, NURSE, booked, moved, opened, queued
from tests.journeys.journal import events


async def checked_in(reception: Counter, patient: str = "ani", **more: Any) -> tuple[Resource, Ticket]:
    """The Appointment and the first ticket."""
    made = await booked(reception, patient, **more)
    arrived = (await reception.ask(f"Appointment/{made['id']}/$check-in", DESK)).resource or {}
    (ticket,) = await queued(reception, f"based-on=Appointment/{made['id']}")
    return arrived, ticket


async def left_over(reception: Counter, appointment: Resource) -> tuple[str, str, set[str]]:
    """How the booking, its visit and its tickets stand."""
    booking = (await reception.record().read("Appointment", appointment["id"]))["resource"]
    (visit,) = await found(reception.record(), "Encounter", (("appointment", f"Appointment/{appointment['id']}"),))
    own = await queued(reception, f"based-on=Appointment/{appointment['id']}")
    return booking["status"], visit["resource"]["status"], {one.status for one in own}


LEAVES = "Pasien pulang, ada keperluan mendadak"


@pytest.mark.parametrize("states", [[], ["$call"], ["$call", "$skip"]], ids=["waits", "called", "skipped"])
async def test_who_leaves_after_check_in_is_cancelled_by_the_desk(reception: Counter, states: list[str]) -> None:
    await opened(reception, umum=Quota(1))
    appointment, ticket = await checked_in(reception)
    waits = await reception.ask("Appointment/$waitlist", DESK, slot="int-pagi", patient="budi")
    for state in states:
        await moved(reception, f"Task/{ticket.id}/{state}")
    reception.clock.pass_by(minutes=10)
    path = f"Appointment/{appointment['id']}/$cancel"
    for caller, reason, rule in ((ANI, LEAVES, "being-served"), (DESK, "", "reason"), (DESK, " x ", "reason")):
        with pytest.raises(Refused) as refused:
            await reception.ask(path, caller, reason=reason)
        assert refused.value.rule == rule
    assert await left_over(reception, appointment) == ("arrived", "arrived", {ticket_status(states)})
    cancelled = (await reception.ask(path, DESK, reason=LEAVES)).resource or {}
    assert cancelled["cancelationReason"] == {"text": LEAVES}
    assert await left_over(reception, appointment) == ("cancelled", "cancelled", {"cancelled"})
    own = await queued(reception, f"based-on=Appointment/{appointment['id']}")
    read = bookings.read(cancelled)
    assert read is not None
    assert [task for task, _ in moments(own, read)] == [3, 99]
    promoted = (await reception.record().read("Appointment", (waits.resource or {})["id"]))["resource"]
    assert promoted["status"] == "pending", "the place is free"
    with pytest.raises(Refused, match="over"):
        await reception.ask(path, DESK, reason=LEAVES)
    assert (await booked(reception))["id"] != appointment["id"], "and may come again on the same day"


def ticket_status(states: list[str]) -> str:
    return "received" if states == ["$call"] else "requested"


async def test_who_leaves_from_the_loket_is_cancelled_too(reception: Counter) -> None:
    await opened(reception)
    appointment, ticket = await checked_in(reception, new_patient=True)
    for state in ("$call", "$serve"):
        await moved(reception, f"Task/{ticket.id}/{state}")
    await reception.ask("Appointment/$cancel", DESK, code=bookings_code(appointment), reason=LEAVES)
    assert await left_over(reception, appointment) == ("cancelled", "cancelled", {"cancelled"})


def bookings_code(appointment: Resource) -> str:
    read = bookings.read(appointment)
    assert read is not None
    return read.code


async def test_who_has_been_served_is_not_cancelled(reception: Counter) -> None:
    await opened(reception)
    appointment, ticket = await checked_in(reception)
    for path, values in (
        (f"Task/{ticket.id}/$call", {}),
        (f"Task/{ticket.id}/$serve", {}),
        (f"Task/{ticket.id}/$finish", {"to": "Location/farmasi", "kind": "farmasi"}),
    ):
        await moved(reception, path, **values)
        if not path.endswith("$call"):
            with pytest.raises(Refused, match="has been served"):
                await reception.ask(f"Appointment/{appointment['id']}/$cancel", DESK, reason=LEAVES)
    assert (await left_over(reception, appointment))[:2] == ("arrived", "in-progress")


async def test_of_the_doctor_who_serves_and_the_desk_that_cancels_one_is_first(reception: Counter) -> None:
    """Neither is a visit cancelled that has begun, nor is one served that was cancelled."""
    people = [f"orang-{number}" for number in range(12)]
    await opened(reception, umum=Quota(20))
    await reception.open(patients=people)
    cases = [await checked_in(reception, patient) for patient in people]
    for _, ticket in cases:
        await moved(reception, f"Task/{ticket.id}/$call")
    done = await asyncio.gather(
        *(reception.ask(f"Appointment/{one['id']}/$cancel", DESK, reason=LEAVES) for one, _ in cases),
        *(reception.ask(f"Task/{ticket.id}/$serve", NURSE) for _, ticket in cases),
        return_exceptions=True,
    )
    assert {type(one) for one in done} <= {FhirResponse, Refused}
    for place, (appointment, _) in enumerate(cases):
        cancelled, served = (isinstance(one, FhirResponse) for one in (done[place], done[place + len(cases)]))
        assert cancelled != served
        wanted = ("cancelled", "cancelled", {"cancelled"}) if cancelled else ("arrived", "in-progress", {"in-progress"})
        assert await left_over(reception, appointment) == wanted


async def test_the_journal_names_who_cancelled_a_visit_and_why(
    reception: Counter, mongodb_uri: str, database_name: str
) -> None:
    await opened(reception)
    appointment, ticket = await checked_in(reception)
    await reception.ask(f"Appointment/{appointment['id']}/$cancel", DESK, reason=LEAVES)
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        last = events(client[database_name])[-1]
    assert (last.what, last.who, last.note) == ("$cancel", DESK.subject, LEAVES)
    assert {write.type for write in last.writes} == {"Appointment", "Slot", "Encounter", "Task"}
    assert ticket.id in {write.id for write in last.writes}
