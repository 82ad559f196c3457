"""Many counters at once, and any buttons in any order: numbers stay dense, nothing is lost, all tell the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings import ticket as tickets
from bookings.issuing import ServicePoint, following_id
from bookings.progress import by_visit
from bookings.queue import Moved, Queue
from bookings.refusals import Refused
from bookings.ticket import Ticket
from fhir_server.access import Filter
from fhir_server.changes import Change
from fhir_server.decide import Committed
from fhir_server.record import Record
from fhir_server.store.documents import Document, instant
from fhir_server.store.store import Store
from fhir_server.writing import Errand
from main import open_store
from tests.bookings.queues import (
    FARMASI,
    LAB,
    ROOM,
    Clock,
    arrive,
    minutes,
    next_of,
    of,
    open_hospital,
    ticket,
)
from tests.fhir_server.conftest import settings as server_settings

TO_FARMASI, TO_LAB, TO_POLI = ServicePoint(FARMASI, "farmasi"), ServicePoint(LAB, "lab"), ServicePoint(ROOM, "poli")


@pytest.fixture
async def hospital(record: Record) -> Record:
    await open_hospital(record)
    return record


@pytest.fixture
def queue(hospital: Record) -> Queue:
    return Queue(lambda: hospital, Clock())


@pytest.fixture
async def other_store(store: Store, mongodb_uri: str, database_name: str) -> AsyncIterator[Store]:
    """The same database, as another process sees it."""
    async with open_store(server_settings(mongodb_uri, database_name)) as found:
        yield found


async def test_eight_counters_at_once_get_eight_tickets(hospital: Record, store: Store, other_store: Store) -> None:
    for number in range(1, 21):
        await arrive(hospital, number)
    records = [Record(one, hospital.caller, hospital.site) for one in (store, other_store)]
    queues = [Queue(lambda record=record: record, lambda: minutes(1)) for record in records * 4]  # type: ignore[misc]
    found = await asyncio.gather(
        *(one.next(records[place % 2], ROOM, counter=str(place)) for place, one in enumerate(queues))
    )
    assert sorted(of(one).number for one in found) == list(range(1, 9))
    assert {of(one).counter for one in found} == set("01234567")


async def test_twenty_who_come_to_the_farmasi_at_once_have_the_numbers_1_to_20(
    hospital: Record, store: Store, other_store: Store
) -> None:
    records = [Record(one, hospital.caller, hospital.site) for one in (store, other_store)]
    queues = [Queue(lambda record=record: record, lambda: minutes(1)) for record in records]  # type: ignore[misc]
    seen = [await arrive(hospital, number) for number in range(1, 21)]
    for one in seen:
        await queues[0].call(hospital, one.id)
        await queues[0].serve(hospital, one.id)
    found = await asyncio.gather(
        *(queues[one.number % 2].finish(hospital, one.id, to=TO_FARMASI) for one in seen),
        *(queues[one.number % 2 - 1].finish(hospital, one.id, to=TO_FARMASI) for one in seen),
        return_exceptions=True,
    )
    refused = [one for one in found if isinstance(one, BaseException)]
    assert {type(one) for one in refused} == {Refused}, "each was finished twice, and once only"
    moved = [one for one in found if isinstance(one, Moved)]
    assert sorted(next_of(one).number for one in moved) == list(range(1, 21))
    assert {next_of(one).id for one in moved} == {following_id(one.id) for one in seen}


async def test_the_last_two_tickets_of_a_visit_that_end_at_once_end_it(
    hospital: Record, store: Store, other_store: Store
) -> None:
    records = [Record(one, hospital.caller, hospital.site) for one in (store, other_store)]
    queues = [Queue(lambda record=record: record, lambda: minutes(60)) for record in records]  # type: ignore[misc]
    visits = range(1, 21)
    for number in visits:
        seen = await arrive(hospital, number)
        await queues[0].call(hospital, seen.id)
        await queues[0].serve(hospital, seen.id)
        other = ticket(number, id=f"lab-{number}", kind="lab", point=LAB, letter="B", session="")
        await hospital.commit([Change.create(tickets.write(replace(other, encounter=seen.encounter)))])
    await asyncio.gather(
        *(queues[number % 2].finish(hospital, f"t-{number}") for number in visits),
        *(queues[number % 2 - 1].absent(hospital, f"lab-{number}") for number in visits),
    )
    for number in visits:
        await _check_visit(hospital, number)


class Overtaken(Record):
    """Before it writes for the first time, somebody else does."""

    first: Change | None = None

    async def carry_out(self, errands: Sequence[Errand]) -> list[list[Committed]]:
        if self.first is not None:
            first, self.first = self.first, None
            await self.commit([first])
        return await super().carry_out(errands)


@pytest.mark.parametrize("type", ["Encounter", "Appointment"])
async def test_what_others_write_at_that_moment_stays(hospital: Record, store: Store, type: str) -> None:
    seen = await arrive(hospital, 1)
    id = {"Encounter": "e1", "Appointment": "b1"}[type]
    overtaken = Overtaken(store, hospital.caller, hospital.site)
    queue = Queue(lambda: overtaken, Clock())
    await queue.call(hospital, seen.id)
    await queue.serve(hospital, seen.id)
    before = (await hospital.read(type, id))["resource"]
    overtaken.first = Change.update({**before, "reasonCode": [{"text": "Batuk"}]}, id)
    await queue.finish(hospital, seen.id)
    after = (await hospital.read(type, id))["resource"]
    assert after["status"] in ("finished", "fulfilled")
    assert after["reasonCode"] == [{"text": "Batuk"}]


class Between(Record):
    """After who waits was read, and before who was called, somebody else calls."""

    call: Callable[[], Awaitable[object]] | None = None

    async def gather(self, type: str, filter: Filter, stages: Sequence[Document] = ()) -> list[Document]:
        if stages and self.call is not None:
            call, self.call = self.call, None
            await call()
        return await super().gather(type, filter, stages)


async def test_who_is_called_while_the_queue_is_read_is_not_called_again(hospital: Record, store: Store) -> None:
    for number in (1, 2):
        await arrive(hospital, number)
    between = Between(store, hospital.caller, hospital.site)
    between.call = partial(Queue(lambda: hospital, Clock()).next, hospital, ROOM)
    called = await Queue(lambda: between, Clock()).next(between, ROOM)
    assert of(called).ticket == "A-2"


PRESSES = st.tuples(
    st.sampled_from("next call call recall skip absent serve serve serve finish finish medicine lab back".split()),
    st.integers(0, 5),
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PRESSES, min_size=12, max_size=40))
async def test_whatever_is_pressed_visits_bookings_and_tickets_agree(
    queue: Queue, hospital: Record, presses: list[tuple[str, int]]
) -> None:
    numbers = await _two_arrive(hospital)
    for name, which in presses:
        everything = sorted(await _tickets(hospital, numbers), key=lambda one: (one.is_over, one.id))
        with suppress(Refused):
            await _press(queue, hospital, name, everything[which % len(everything)])
        for number in numbers:
            await _check_visit(hospital, number)


async def _two_arrive(hospital: Record) -> list[int]:
    """Each time two others: one who comes again, one who is new."""
    there = len(await hospital.gather("Encounter", {}))
    await arrive(hospital, there + 1)
    await arrive(hospital, there + 2, is_new=True)
    return [there + 1, there + 2]


async def _tickets(hospital: Record, numbers: list[int]) -> list[Ticket]:
    return [one for number in numbers for one, _ in await by_visit(hospital, f"Encounter/e{number}")]


async def _press(queue: Queue, hospital: Record, name: str, one: Ticket) -> None:
    match name:
        case "next":
            await queue.next(hospital, one.point)
        case "lab":
            await queue.transfer(hospital, one.id, TO_LAB)
        case "medicine":
            await queue.finish(hospital, one.id, to=TO_FARMASI)
        case "back":
            await queue.finish(hospital, one.id, to=TO_POLI)
        case _:
            await getattr(queue, name)(hospital, one.id)


async def _check_visit(hospital: Record, number: int) -> None:
    """One open ticket while the visit goes on, none afterwards; the booking and the clock say the same."""
    own = await _tickets(hospital, [number])
    visit = (await hospital.read("Encounter", f"e{number}"))["resource"]
    is_over = visit["status"] in ("finished", "cancelled")
    assert len([one for one in own if not one.is_over]) == (0 if is_over else 1)
    assert len(own) == len({one.queue + one.ticket for one in own})
    booking = (await hospital.read("Appointment", f"b{number}"))["resource"]
    expected = {"finished": "fulfilled", "cancelled": "noshow"}
    assert booking["status"] == expected.get(visit["status"], "arrived")
    begun = [row["period"]["start"] for row in visit["statusHistory"] if row["status"] == "in-progress"]
    served = [one.started for one in own if one.kind == "poli" and one.started is not None]
    assert begun == ([instant(min(served))] if served else [])
