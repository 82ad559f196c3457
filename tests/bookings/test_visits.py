"""From check-in to the pharmacy: what the patient, the staff and the record see of a visit."""

from __future__ import annotations

import asyncio
from collections import Counter as Tally
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from bookings import booking as bookings
from bookings import ticket as tickets
from bookings.moments import moments
from bookings.ticket import Ticket
from fhir_server.errors import FhirError
from fhir_server.messages import FhirRequest, Resource
from tests.bookings.conftest import Counter, person
from tests.bookings.worlds import MORNING, session
from tests.journeys.journal import events

ANI, DESK, NURSE = person("pasien", "ani"), person("pendaftaran"), person("sistem")
POINTS = ("ruang-int", "loket-pendaftaran", "farmasi", "laboratorium")


async def opened(reception: Counter, **changes: Any) -> None:
    await reception.open(session(**changes))
    await reception.put(*({"resourceType": "Location", "id": id, "status": "active"} for id in POINTS))
    reception.clock.now = MORNING - timedelta(minutes=20)


async def booked(reception: Counter, patient: str = "ani", **more: Any) -> Resource:
    made = await reception.ask(
        "Appointment/$book", DESK, slot="int-pagi", patient=patient, overbook="Sudah datang", **more
    )
    assert made.resource is not None
    return made.resource


async def queued(reception: Counter, query: str) -> list[Ticket]:
    pairs = tuple(pair.split("=", 1) for pair in query.split("&"))
    request = FhirRequest("GET", ("Task",), tuple((name, value) for name, value in pairs))
    bundle = (await reception.dispatcher.answer(request, reception.record())).resource or {}
    found = [tickets.read(entry["resource"]) for entry in bundle.get("entry", ())]
    return [one for one in found if one is not None]


async def moved(reception: Counter, path: str, **values: Any) -> list[Ticket]:
    """The ticket, and the one that follows."""
    answer = (await reception.ask(path, NURSE, **values)).resource or {}
    found = [tickets.read(part["resource"]) for part in answer.get("parameter", ())]
    return [one for one in found if one is not None]


async def test_a_visit_from_the_door_to_the_pharmacy(reception: Counter) -> None:
    await opened(reception)
    made = await booked(reception)
    arrived = await reception.ask(f"Appointment/{made['id']}/$check-in", ANI)
    assert (arrived.resource or {})["status"] == "arrived"
    (ticket,) = await queued(reception, f"based-on=Appointment/{made['id']}")
    assert (ticket.ticket, ticket.kind, ticket.point) == ("A-1", "poli", "Location/ruang-int")
    for minutes, path, values in (
        (30, "Location/ruang-int/$next", {"counter": "Ruang 1"}),
        (1, f"Task/{ticket.id}/$serve", {}),
        (12, f"Task/{ticket.id}/$finish", {"to": "Location/farmasi", "kind": "farmasi"}),
    ):
        reception.clock.pass_by(minutes=minutes)
        after = await moved(reception, path, **values)
    assert [one.ticket for one in after] == ["A-1", "F-1"]
    medicine = after[1]
    for minutes, path in ((5, "Location/farmasi/$next"), (1, "$serve"), (9, "$finish")):
        reception.clock.pass_by(minutes=minutes)
        await moved(reception, path if "/" in path else f"Task/{medicine.id}/{path}")
    encounter = (await reception.record().read("Encounter", ticket.encounter.removeprefix("Encounter/")))["resource"]
    assert encounter["appointment"] == [{"reference": f"Appointment/{made['id']}"}]
    assert [row["status"] for row in encounter["statusHistory"]] == ["arrived", "in-progress", "finished"]
    appointment = (await reception.record().read("Appointment", made["id"]))["resource"]
    assert (encounter["status"], appointment["status"]) == ("finished", "fulfilled")
    everything = await queued(reception, f"encounter={ticket.encounter}")
    booking = bookings.read(appointment)
    assert booking is not None
    begun = MORNING - timedelta(minutes=20)
    assert [(id, round((at - begun).total_seconds() / 60)) for id, at in moments(everything, booking)] == [
        (3, 0),
        (4, 31),
        (5, 43),
        (6, 49),
        (7, 58),
    ]
    await seen_by_the_patient(reception, encounter["id"])


async def seen_by_the_patient(reception: Counter, visit: str) -> None:
    """The timeline is one search away."""
    request = FhirRequest(
        "GET",
        ("Encounter",),
        (("_id", visit), ("_include", "Encounter:appointment"), ("_revinclude", "Task:encounter")),
    )
    seen = (await reception.dispatcher.answer(request, reception.record(ANI))).resource or {}
    shown = Tally(entry["resource"]["resourceType"] for entry in seen["entry"])
    assert shown == {"Encounter": 1, "Appointment": 1, "Task": 2}, (
        "the timeline is one search away, for the patient too"
    )
    waited = [
        entry["resource"]["output"][0]["valueDuration"]["value"]
        for entry in seen["entry"]
        if entry["resource"]["resourceType"] == "Task"
    ]
    assert sorted(waited) == [6, 31]


async def test_a_new_patient_goes_to_the_loket_first(reception: Counter) -> None:
    await opened(reception)
    made = await booked(reception, new_patient=True)
    await reception.ask("Appointment/$check-in", DESK, code=made["identifier"][0]["value"])
    (first,) = await queued(reception, f"based-on=Appointment/{made['id']}")
    assert (first.ticket, first.kind) == ("L-1", "loket")
    await moved(reception, "Location/loket-pendaftaran/$next")
    await moved(reception, f"Task/{first.id}/$serve")
    finished, following = await moved(reception, f"Task/{first.id}/$finish")
    assert (finished.status, following.ticket, following.point) == ("completed", "A-1", "Location/ruang-int")


@pytest.mark.parametrize(
    ("minutes", "rule"), [(-121, "check-in-early"), (-120, None), (239, None), (240, "check-in-late")]
)
async def test_when_patients_check_in(reception: Counter, minutes: int, rule: str | None) -> None:
    await opened(reception)
    made = await booked(reception)
    reception.clock.now = MORNING + timedelta(minutes=minutes)
    if rule is None:
        assert (await reception.ask(f"Appointment/{made['id']}/$check-in", ANI)).status == 200
        return
    with pytest.raises(FhirError) as error:
        await reception.ask(f"Appointment/{made['id']}/$check-in", ANI)
    assert error.value.issues[0].rule == rule
    assert (await reception.ask(f"Appointment/{made['id']}/$check-in", DESK)).status == 200, "the desk decides itself"


async def test_twenty_check_ins_at_once_are_one_visit(reception: Counter) -> None:
    await opened(reception)
    made = await booked(reception)
    answers = await asyncio.gather(
        *(
            reception.ask(f"Appointment/{made['id']}/$check-in", ANI, key=f"k{n % 2}" if n % 3 else "")
            for n in range(20)
        )
    )
    assert {answer.version for answer in answers} == {2}
    assert len(await queued(reception, f"based-on=Appointment/{made['id']}")) == 1
    request = FhirRequest("GET", ("Encounter",), (("appointment", f"Appointment/{made['id']}"),))
    assert ((await reception.dispatcher.answer(request, reception.record())).resource or {})["total"] == 1


async def test_numbers_of_the_loket_have_no_gap_under_a_rush(reception: Counter) -> None:
    people = tuple(f"p{number}" for number in range(20))
    await opened(reception)
    await reception.open(patients=people)
    made = [await booked(reception, patient, new_patient=True) for patient in people]
    await asyncio.gather(*(reception.ask(f"Appointment/{one['id']}/$check-in", DESK) for one in made))
    found = await queued(reception, "group-identifier=loket-pendaftaran/2026-11-26&_count=50")
    assert sorted(one.number for one in found) == list(range(1, 21))


async def test_who_is_absent_frees_nothing_and_is_a_noshow(reception: Counter) -> None:
    await opened(reception)
    made = await booked(reception)
    await reception.ask(f"Appointment/{made['id']}/$check-in", ANI)
    (called,) = await moved(reception, "Location/ruang-int/$next")
    await moved(reception, f"Task/{called.id}/$absent")
    assert (await reception.record().read("Appointment", made["id"]))["resource"]["status"] == "noshow"
    visit = (await reception.record().read("Encounter", called.encounter.removeprefix("Encounter/")))["resource"]
    assert visit["status"] == "cancelled"


@pytest.mark.parametrize("role", ["pasien", "wali", "kasir", "manajemen", "it"])
async def test_who_may_not_call(reception: Counter, role: str) -> None:
    await opened(reception)
    made = await booked(reception)
    await reception.ask(f"Appointment/{made['id']}/$check-in", ANI)
    (ticket,) = await queued(reception, f"based-on=Appointment/{made['id']}")
    for path in ("Location/ruang-int/$next", f"Task/{ticket.id}/$call"):
        with pytest.raises(FhirError) as error:
            await reception.ask(path, person(role, "ani"))
        assert error.value.status == 403


@pytest.mark.parametrize(
    ("path", "values", "status"),
    [
        ("Location/tidak-ada/$next", {}, 404),
        ("Task/tidak-ada/$call", {}, 404),
        ("Task/{}/$finish", {}, 409),
        ("Task/{}/$transfer", {"to": "Location/farmasi", "kind": "dapur"}, 400),
        ("Task/{}/$transfer", {"to": "Location/tidak-ada", "kind": "farmasi"}, 404),
        ("Task/{}/$priority", {"reason": "teman"}, 422),
    ],
)
async def test_what_cannot_be_done(reception: Counter, path: str, values: dict[str, str], status: int) -> None:
    await opened(reception)
    made = await booked(reception)
    await reception.ask(f"Appointment/{made['id']}/$check-in", ANI)
    (ticket,) = await queued(reception, f"based-on=Appointment/{made['id']}")
    with pytest.raises(FhirError) as error:
        await reception.ask(path.format(ticket.id), NURSE, **values)
    assert error.value.status == status, error.value
    assert (await queued(reception, f"based-on=Appointment/{made['id']}")) == [ticket]


async def test_an_odd_priority_is_refused_before_anything_happens(reception: Counter) -> None:
    await opened(reception)
    made = await booked(reception)
    with pytest.raises(FhirError) as error:
        await reception.ask(f"Appointment/{made['id']}/$check-in", DESK, priority="teman")
    assert error.value.issues[0].rule == "priority"
    await reception.ask(f"Appointment/{made['id']}/$check-in", DESK, priority="elderly")
    (ticket,) = await queued(reception, f"based-on=Appointment/{made['id']}")
    assert ticket.priority == "elderly"


async def test_what_is_given_out_again_is_told(reception: Counter, database_name: str, mongodb_uri: str) -> None:
    """Nothing is written then, but the journal names whose data they are."""
    await opened(reception)
    made = await booked(reception)
    await reception.ask(f"Appointment/{made['id']}/$book", DESK)
    for _ in range(2):
        await reception.ask(f"Appointment/{made['id']}/$check-in", ANI, key="k1")
    await reception.ask(f"Appointment/{made['id']}/$check-in", ANI)
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        told = [event for event in events(client[database_name]) if event.what in ("$book", "$check-in")]
    again = [(event.what, event.patients) for event in told if not event.writes]
    assert again == [("$book", ("ani",)), ("$check-in", ("ani",)), ("$check-in", ("ani",))]
