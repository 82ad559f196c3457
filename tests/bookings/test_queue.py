"""The queue on a real database: each move with what it means for the visit, and many counters at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from auth.caller import Caller
from bookings import ticket as tickets
from bookings.issuing import ServicePoint
from bookings.order import next_ticket
from bookings.progress import LATEST, at_point
from bookings.queue import Queue
from bookings.refusals import Refused
from bookings.ticket import queue as queue_name
from fhir_server.access import Filter
from fhir_server.audit.events import Trail
from fhir_server.changes import Change
from fhir_server.errors import Forbidden, NotFound
from fhir_server.record import Record
from fhir_server.store.documents import Document
from fhir_server.store.store import Store
from tests.bookings.queues import (
    DAY,
    FARMASI,
    LAB,
    LOKET,
    OPENS,
    ROOM,
    Clock,
    arrive,
    minutes,
    next_of,
    of,
    open_hospital,
    ticket,
)
from tests.callers import ANYTHING, bound, staff
from tests.journeys.journal import events

TO_FARMASI, TO_LAB, TO_POLI = ServicePoint(FARMASI, "farmasi"), ServicePoint(LAB, "lab"), ServicePoint(ROOM, "poli")
CALLS = replace(ANYTHING, calls=True)


@pytest.fixture
async def hospital(record: Record) -> Record:
    await open_hospital(record)
    return record


@pytest.fixture
def queue(hospital: Record) -> Queue:
    return Queue(lambda: hospital, Clock())


async def states(record: Record, number: int) -> tuple[str, str]:
    """How the visit and the booking of a patient stand."""
    encounter = await record.read("Encounter", f"e{number}")
    appointment = await record.read("Appointment", f"b{number}")
    return encounter["resource"]["status"], appointment["resource"]["status"]


async def test_a_visit_from_the_poli_to_the_farmasi(queue: Queue, hospital: Record) -> None:
    await arrive(hospital, 12)
    called = of(await queue.next(hospital, ROOM, session="int-pagi", counter="Poli 3"))
    assert (called.ticket, called.status, called.counter) == ("A-12", "received", "Poli 3")
    assert await states(hospital, 12) == ("arrived", "arrived")
    assert of(await queue.serve(hospital, called.id)).status == "in-progress"
    assert await states(hospital, 12) == ("in-progress", "arrived")
    medicine = next_of(await queue.finish(hospital, called.id, to=TO_FARMASI))
    assert (medicine.ticket, medicine.kind, medicine.point, medicine.status) == ("F-1", "farmasi", FARMASI, "requested")
    assert (medicine.appointment, medicine.encounter) == ("Appointment/b12", "Encounter/e12")
    assert await states(hospital, 12) == ("in-progress", "arrived")
    await queue.call(hospital, medicine.id, "1")
    await queue.serve(hospital, medicine.id)
    assert (await queue.finish(hospital, medicine.id)).following is None
    assert await states(hospital, 12) == ("finished", "fulfilled")
    visit = (await hospital.read("Encounter", "e12"))["resource"]
    assert [row["status"] for row in visit["statusHistory"]] == ["arrived", "in-progress", "finished"]


async def test_a_new_patient_goes_from_the_loket_to_the_poli_with_their_number(queue: Queue, hospital: Record) -> None:
    first = await arrive(hospital, 12, is_new=True)
    second = await arrive(hospital, 4, is_new=True, priority="pregnant")
    assert [first.ticket, second.ticket] == ["L-1", "L-2"]
    called = of(await queue.next(hospital, LOKET))
    assert called.ticket == "L-2", "priority"
    await queue.serve(hospital, called.id)
    at_poli = next_of(await queue.finish(hospital, called.id))
    assert (at_poli.ticket, at_poli.point, at_poli.kind) == ("A-4", ROOM, "poli")
    assert (at_poli.session, at_poli.doctor, at_poli.priority) == ("int-pagi", "Practitioner/dokter", "pregnant")
    assert await states(hospital, 4) == ("arrived", "arrived")


async def test_who_does_not_come_is_skipped_recalled_and_absent(queue: Queue, hospital: Record) -> None:
    await arrive(hospital, 1)
    await arrive(hospital, 2)
    first = of(await queue.next(hospital, ROOM))
    assert of(await queue.skip(hospital, first.id)).note == "skipped"
    assert of(await queue.next(hospital, ROOM)).ticket == "A-2"
    assert await queue.next(hospital, ROOM) is None, "who was skipped is not next"
    again = of(await queue.recall(hospital, first.id, "Poli 3"))
    assert (again.note, again.calls, again.counter) == ("recalled", 2, "Poli 3")
    assert of(await queue.absent(hospital, first.id)).note == "absent"
    assert await states(hospital, 1) == ("cancelled", "noshow")
    assert await states(hospital, 2) == ("arrived", "arrived")


class Counting(Record):
    """How many documents were gathered."""

    gathered = 0

    async def gather(self, type: str, filter: Filter, stages: Sequence[Document] = ()) -> list[Document]:
        rows = await super().gather(type, filter, stages)
        self.gathered += len(rows)
        return rows


async def test_who_is_next_is_told_by_who_waits_and_who_was_last(hospital: Record, store: Store) -> None:
    """At the end of a day of 90, in two sessions: as if the whole queue had been read, which it is not."""
    dice, clock = random.Random(5), Clock()
    counting = Counting(store, hospital.caller, hospital.site)
    queue = Queue(lambda: counting, clock)
    rows = [ticket(one, session=dice.choice(["int-pagi", "int-sore"]), priority=_maybe(dice)) for one in range(1, 91)]
    await hospital.commit([Change.create(tickets.write(one)) for one in rows])
    for _ in range(85):
        session = dice.choice(["int-pagi", "int-sore", ""])
        wanted = next_ticket([one for one, _ in await at_point(hospital, queue_name(ROOM, DAY))], session)
        called = await queue.next(counting, ROOM, session=session)
        assert (of(called).id if called else None) == (wanted.id if wanted else None)
        if called and dice.random() < 0.8:
            await queue.serve(hospital, of(called).id)
            await queue.finish(hospital, of(called).id)
        elif called:
            await queue.absent(hospital, of(called).id)
    counting.gathered = 0
    await queue.next(counting, ROOM)
    assert 0 < counting.gathered < 5 + LATEST + 5


async def test_the_row_of_a_slow_doctor_is_not_forgotten_over_a_quick_one(queue: Queue, hospital: Record) -> None:
    """Two people with priority were called in the one session, and then 25 in the other."""
    done: Any = {"status": "completed", "calls": 1}
    before = [ticket(one, called=minutes(one), priority="elderly", **done) for one in (1, 2)]
    await hospital.commit([Change.create(tickets.write(one)) for one in before])
    others = [ticket(one, called=minutes(one), session="int-sore", **done) for one in range(3, 28)]
    waiting = [ticket(50, priority="elderly"), ticket(51)]
    await hospital.commit([Change.create(tickets.write(one)) for one in (*others, *waiting)])
    assert len(others) > LATEST
    assert of(await queue.next(hospital, ROOM, session="int-pagi")).ticket == "A-51"


def _maybe(dice: random.Random) -> str:
    return dice.choice(["", "", "elderly"])


async def test_to_the_laboratory_and_back(queue: Queue, hospital: Record) -> None:
    for number in (1, 2, 3):
        await arrive(hospital, number)
    seen = of(await queue.next(hospital, ROOM))
    await queue.serve(hospital, seen.id)
    at_lab = next_of(await queue.transfer(hospital, seen.id, TO_LAB))
    assert at_lab.ticket == "B-1"
    await queue.call(hospital, at_lab.id)
    await queue.serve(hospital, at_lab.id)
    back = next_of(await queue.finish(hospital, at_lab.id, to=TO_POLI))
    assert (back.ticket, back.session) == ("U-1", "int-pagi"), "its own number has been called"
    assert of(await queue.next(hospital, ROOM, session="int-pagi")).id == back.id
    assert await states(hospital, 1) == ("in-progress", "arrived")


async def test_who_was_sent_on_before_being_served_has_not_been_served(queue: Queue, hospital: Record) -> None:
    waits = await arrive(hospital, 1)
    moved = await queue.transfer(hospital, waits.id, ServicePoint("Location/ruang-jan", "poli"))
    assert (of(moved).status, next_of(moved).ticket, next_of(moved).session) == ("cancelled", "U-1", "")
    assert await states(hospital, 1) == ("arrived", "arrived")


async def test_absent_at_the_farmasi_was_at_the_doctor_all_the_same(queue: Queue, hospital: Record) -> None:
    seen = await arrive(hospital, 1)
    await queue.call(hospital, seen.id)
    await queue.serve(hospital, seen.id)
    medicine = next_of(await queue.finish(hospital, seen.id, to=TO_FARMASI))
    await queue.absent(hospital, medicine.id)
    assert await states(hospital, 1) == ("finished", "fulfilled")


async def test_a_visit_with_another_open_ticket_goes_on(queue: Queue, hospital: Record) -> None:
    seen = await arrive(hospital, 1)
    other = ticket(1, id="lab-1", kind="lab", point=LAB, letter="B", session="")
    await hospital.commit([Change.create(tickets.write(other))])
    await queue.call(hospital, seen.id)
    await queue.serve(hospital, seen.id)
    await queue.finish(hospital, seen.id)
    assert await states(hospital, 1) == ("in-progress", "arrived")
    await queue.absent(hospital, other.id)
    assert await states(hospital, 1) == ("finished", "fulfilled")


async def test_priority_changes_whose_turn_it_is(queue: Queue, hospital: Record) -> None:
    await arrive(hospital, 1)
    last = await arrive(hospital, 2)
    assert of(await queue.priority(hospital, last.id, "disabled")).priority == "disabled"
    assert of(await queue.next(hospital, ROOM)).id == last.id
    with pytest.raises(Refused, match="these reasons"):
        await queue.priority(hospital, "t-1", "hurry")


async def test_a_move_out_of_turn_is_refused_and_nothing_changes(queue: Queue, hospital: Record) -> None:
    waits = await arrive(hospital, 1)
    before = await hospital.read("Task", waits.id)
    for move in (queue.serve, queue.finish, queue.skip):
        with pytest.raises(Refused) as error:
            await move(hospital, waits.id)
        assert (error.value.status, error.value.rule) == (409, "ticket-state")
    assert await hospital.read("Task", waits.id) == before


async def test_what_is_not_there_is_not_found(queue: Queue, hospital: Record) -> None:
    waits = await arrive(hospital, 1)
    for attempt in (
        queue.next(hospital, "Location/nowhere"),
        queue.next(hospital, "ruang-int"),
        queue.call(hospital, "nobody"),
        queue.transfer(hospital, waits.id, ServicePoint("Location/nowhere", "lab")),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_yesterdays_queue_is_not_todays(hospital: Record) -> None:
    await arrive(hospital, 1)
    tomorrow = Queue(lambda: hospital, lambda: OPENS + timedelta(days=1))
    assert await tomorrow.next(hospital, ROOM) is None


def as_caller(record: Record, store: Store, caller: Caller) -> Record:
    return Record(store, caller, record.site).watched(Trail())


@pytest.mark.parametrize(
    "caller",
    [
        staff(role=ANYTHING),
        staff(role=replace(CALLS, rights=frozenset({("*", "rs")}))),
        staff(scope="user/*.rs", role=CALLS),
        Caller("nobody"),
    ],
    ids=["a role that does not call", "a role that does not write", "a scope that only reads", "nobody"],
)
async def test_who_may_not_call(queue: Queue, hospital: Record, store: Store, caller: Caller) -> None:
    waits = await arrive(hospital, 1)
    asking = as_caller(hospital, store, caller)
    for attempt in (
        queue.next(asking, ROOM),
        queue.call(asking, waits.id),
        queue.priority(asking, waits.id, "elderly"),
    ):
        with pytest.raises(Forbidden):
            await attempt
    assert (await hospital.read("Task", waits.id))["version"] == 1


async def test_each_calls_the_patients_that_they_reach(queue: Queue, hospital: Record, store: Store) -> None:
    for number in (1, 2):
        await arrive(hospital, number)
    asking = as_caller(hospital, store, replace(bound("perawat", "p2"), role=replace(CALLS, patients="own")))
    with pytest.raises(NotFound):
        await queue.call(asking, "t-1")
    assert of(await queue.next(asking, ROOM)).ticket == "A-2"
    assert await queue.next(asking, ROOM) is None
    assert of(await queue.next(hospital, ROOM)).ticket == "A-1"


async def test_the_journal_names_who_called(
    queue: Queue, hospital: Record, store: Store, mongodb_uri: str, database_name: str
) -> None:
    await arrive(hospital, 1)
    await queue.next(as_caller(hospital, store, staff("perawat", role=CALLS)), ROOM)
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        last = events(client[database_name])[-1]
    assert (last.who, [(one.type, one.id, one.version) for one in last.writes]) == ("perawat", [("Task", "t-1", 2)])


async def test_the_same_key_gets_the_same_answer(queue: Queue, hospital: Record) -> None:
    for number in (1, 2):
        await arrive(hospital, number)
    first = await queue.next(hospital, ROOM, key="k1")
    assert of(await queue.next(hospital, ROOM, key="k1")) == of(first)
    await queue.serve(hospital, of(first).id, key="k2")
    finished = await queue.finish(hospital, of(first).id, to=TO_FARMASI, key="k3")
    again = await queue.finish(hospital, of(first).id, to=TO_FARMASI, key="k3")
    assert (of(again), next_of(again)) == (of(finished), next_of(finished))
    served = await queue.serve(hospital, of(first).id, key="k2")
    assert (of(served).status, served.following) == ("in-progress", None), "as it was answered then"
    with pytest.raises(Refused, match="another request"):
        await queue.finish(hospital, of(first).id, to=TO_LAB, key="k3")
    both = await asyncio.gather(*(queue.next(hospital, ROOM, key="k4") for _ in range(2)))
    assert [of(one).ticket for one in both] == ["A-2", "A-2"]
