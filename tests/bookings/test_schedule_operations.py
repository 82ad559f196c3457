"""Schedule/{id}/$close and $reopen: who may, what is refused, what it does at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from pymongo import MongoClient

from auth.caller import SYSTEM, Caller
from bookings.generating import generate
from bookings.practice import Leave, leaves, with_leaves
from bookings.refusals import Refused
from bookings.schedule_operations import without
from bookings.session import read
from fhir_server.changes import Change
from fhir_server.errors import BadRequest, FhirError, Forbidden, NotFound
from tests.bookings.conftest import Counter as Reception
from tests.bookings.conftest import person
from tests.bookings.schedules import THURSDAY, schedule
from tests.journeys.journal import events

DAY, SLOT, OTHER = "2026-11-26", "jadwal-001-20261126-0800", "jadwal-002-20261126-0900"
NOTHING = {"closed": 0, "reopened": 0, "changed": 0, "moved": 0, "cancelled": 0, "told": 0}


@pytest.fixture
async def planned(reception: Reception) -> Reception:
    """Two doctors of one clinic, and one of another; two patients booked with the first."""
    await reception.open()
    other = schedule("jadwal-002", "002", [replace(THURSDAY, start=time(9), letter="B", jkn=1, umum=1)])
    coding = {**other["serviceType"][0]["coding"][0], "code": "ANA"}
    children = {**schedule("jadwal-003", "003"), "serviceType": [{"coding": [coding]}]}
    await reception.put(schedule(), other, children, schedule("jadwal-004", hours=[]))
    await generate(reception.clerk)
    for patient in ("ani", "budi"):
        await reception.ask("Appointment/$book", SYSTEM, slot=SLOT, patient=f"Patient/{patient}")
    return reception


async def ask(reception: Reception, code: str, caller: Caller, id: str = "jadwal-001", **values: Any) -> dict[str, int]:
    sent = {name.rstrip("_"): value for name, value in values.items()}
    answer = await reception.ask(f"Schedule/{id}/{code}", caller, **sent)
    assert answer.resource is not None
    return {row["name"]: row["valueInteger"] for row in answer.resource["parameter"]}


async def is_closed(reception: Reception, id: str = SLOT) -> bool:
    session = read((await reception.record().read("Slot", id))["resource"])
    assert session is not None
    return session.closed


@pytest.mark.parametrize("role", ["pmik", "pendaftaran"])
async def test_who_keeps_the_schedules_closes_and_reopens(planned: Reception, role: str) -> None:
    desk = person(role)
    done = await ask(planned, "$close", desk, from_=DAY, reason="Dokter sakit")
    assert done == {**NOTHING, "closed": 1, "cancelled": 2, "told": 2}
    assert await is_closed(planned)
    assert not await is_closed(planned, OTHER)
    assert await ask(planned, "$close", desk, from_=DAY, reason="Dokter sakit") == NOTHING
    assert await ask(planned, "$reopen", desk, from_=DAY) == {**NOTHING, "reopened": 1}
    assert not await is_closed(planned)


async def test_the_journal_names_who_closed_and_why(planned: Reception, mongodb_uri: str, database_name: str) -> None:
    await ask(planned, "$close", person("pendaftaran"), from_=DAY, reason="Dokter sakit")
    await ask(planned, "$reopen", person("pendaftaran"), from_=DAY, reason="Dokter datang juga")
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        told = [one for one in events(client[database_name]) if one.what in ("$close", "$reopen")]
    assert {(one.what, one.who, one.note) for one in told} == {
        ("$close", "pendaftaran.contoh", "Dokter sakit"),
        ("$reopen", "pendaftaran.contoh", "Dokter datang juga"),
    }
    written = {(one.what, write.type) for one in told for write in one.writes}
    assert written >= {("$close", "Schedule"), ("$close", "Slot"), ("$close", "Appointment"), ("$reopen", "Slot")}


async def test_who_closes_does_not_write_schedules_otherwise(planned: Reception) -> None:
    desk = planned.record(person("pendaftaran"))
    with pytest.raises(Forbidden):
        await desk.commit([Change.update(schedule(), "jadwal-001")])


async def test_the_bookings_go_to_a_colleague(planned: Reception) -> None:
    done = await ask(
        planned, "$close", SYSTEM, from_=DAY, to="2026-12-10", reason="Cuti tahunan", move_to="Schedule/jadwal-002"
    )
    assert done == {**NOTHING, "closed": 3, "moved": 1, "cancelled": 1, "told": 2}
    assert leaves((await planned.record().read("Schedule", "jadwal-001"))["resource"]) == [
        Leave(date(2026, 11, 26), date(2026, 12, 10), "Cuti tahunan", "Schedule/jadwal-002")
    ]


async def test_what_the_operation_left_undone_is_done_by_the_next_look(planned: Reception) -> None:
    """As after a crash between the two."""
    document = await planned.record().read("Schedule", "jadwal-001")
    leave = Leave(date(2026, 11, 26), date(2026, 11, 26), "Cuti tahunan", "Schedule/jadwal-002")
    await planned.put(with_leaves(document["resource"], [leave]))
    done = await generate(planned.clerk)
    assert done == Counter(closed=1, moved=1, cancelled=1, told=2)


async def test_leave_that_is_asked_for_at_once(planned: Reception) -> None:
    days = [f"2026-12-{day:02}" for day in (3, 10, 17, 24)]
    done = await asyncio.gather(*(ask(planned, "$close", SYSTEM, from_=day, reason=f"Rapat {day}") for day in days))
    assert sum(one["closed"] for one in done) == 4
    kept = leaves((await planned.record().read("Schedule", "jadwal-001"))["resource"])
    assert sorted(row.since.isoformat() for row in kept) == days


WHY = {"from_": DAY, "reason": "Dokter sakit"}
REFUSED: dict[str, tuple[dict[str, Any], type[FhirError]]] = {
    "no day": ({"reason": "Dokter sakit"}, BadRequest),
    "no such day": ({**WHY, "from_": "besok"}, BadRequest),
    "yesterday": ({**WHY, "from_": "2026-11-23"}, BadRequest),
    "turned": ({**WHY, "to": "2026-11-25"}, BadRequest),
    "for ever": ({**WHY, "to": "2027-11-27"}, BadRequest),
    "no reason": ({"from_": DAY}, BadRequest),
    "no real reason": ({**WHY, "reason": "x"}, BadRequest),
    "to another clinic": ({**WHY, "move_to": "jadwal-003"}, Refused),
    "to itself": ({**WHY, "move_to": "jadwal-001"}, Refused),
    "to one without hours": ({**WHY, "move_to": "jadwal-004"}, Refused),
    "to nobody": ({**WHY, "move_to": "tak-ada"}, Refused),
    "no hours": ({**WHY, "id": "jadwal-004"}, Refused),
    "no schedule": ({**WHY, "id": "tak-ada"}, NotFound),
}
OTHERS = [
    person("pasien", "ani"),
    person("dokter", "ani"),
    person("perawat", "ani"),
    person("sistem", scope="system/*.cruds"),
    *(person(role, scope="user/*.rs") for role in ("pmik", "pendaftaran")),
    *(person(role, scope="user/Slot.cruds") for role in ("pmik", "pendaftaran")),
    *(person(role, scope="patient/*.cruds") for role in ("pmik", "pendaftaran")),
]


async def test_what_is_refused(planned: Reception) -> None:
    for name, (values, refused) in REFUSED.items():
        with pytest.raises(refused) as raised:
            await ask(planned, "$close", SYSTEM, **values)
        assert 400 <= raised.value.status < 500, name
    assert not await is_closed(planned)
    assert leaves((await planned.record().read("Schedule", "jadwal-001"))["resource"]) == []


async def test_nobody_else_closes(planned: Reception) -> None:
    for caller in OTHERS:
        for code in ("$close", "$reopen"):
            with pytest.raises((Forbidden, Refused)) as raised:
                await ask(planned, code, caller, **WHY)
            assert raised.value.status == 403
    assert not await is_closed(planned)


FIRST, SECOND = Leave(date(2026, 12, 1), date(2026, 12, 10), "a"), Leave(date(2026, 12, 20), date(2026, 12, 20), "b")


@pytest.mark.parametrize(
    ("since", "until", "left"),
    [
        (1, 10, [(20, 20)]),
        (3, 5, [(1, 2), (6, 10), (20, 20)]),
        (1, 1, [(2, 10), (20, 20)]),
        (10, 19, [(1, 9), (20, 20)]),
        (5, 25, [(1, 4)]),
        (11, 19, [(1, 10), (20, 20)]),
        (1, 31, []),
    ],
)
def test_days_are_taken_out_of_leave(since: int, until: int, left: list[tuple[int, int]]) -> None:
    rows = without([FIRST, SECOND], date(2026, 12, since), date(2026, 12, until))
    assert [(row.since.day, row.until.day) for row in rows] == left
