"""The end of an emergency: told once, whoever ends it, by however many processes, and after whatever came between."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pymongo.asynchronous.collection import AsyncCollection

from auth.caller import SYSTEM, Caller
from auth.policy import load
from auth.scopes import parse
from fhir_server.audit.audit_event import audit_events
from fhir_server.audit.events import Event, Trail, decode_many
from fhir_server.changes import Change
from fhir_server.emergencies import LENGTH, run_out, running_out
from fhir_server.errors import NotFound, Unavailable
from fhir_server.record import Record
from fhir_server.site import Site
from fhir_server.store.documents import now
from fhir_server.store.journal import Journal, cannot_write
from fhir_server.store.store import Store

NURSE = Caller("perawat", parse("user/*.cruds"), load().roles["perawat"], "Practitioner/p", client="app")
REASON = "tidak sadar, alergi tidak diketahui"
START = now()
END = START + LENGTH
A_MOMENT = timedelta(milliseconds=1)
Blocks = AsyncCollection[dict[str, Any]]


@pytest.fixture
async def hospital(store: Store) -> Store:
    patients = [{"resourceType": "Patient", "id": id} for id in ("p1", "p2")]
    await Record(store, SYSTEM, Site()).commit([Change.update(row, row["id"]) for row in patients])
    return store


def elsewhere(store: Store) -> Store:
    """As another process has it."""
    return Store(store._client, store._database.name)


def at(store: Store, moment: Any, caller: Caller = NURSE) -> Record:
    return Record(store, caller, Site(), clock=lambda: moment).watched(Trail("$break-glass"))


async def told(store: Store) -> list[Event]:
    """What the journal knows of emergencies, in its order of time."""
    rows = await store._database["audit_blocks"].find({}).to_list()
    found = [event for row in rows for event in decode_many(row["entries"])]
    return sorted((event for event in found if event.what.startswith("break-glass")), key=lambda event: event.at)


async def test_it_is_told_when_the_hour_is_over_and_not_before(hospital: Store) -> None:
    assert await at(hospital, START).start_emergency("p1", REASON) == END
    assert await run_out(hospital, END - A_MOMENT) == 0
    assert await hospital.emergencies.patients("perawat", END - A_MOMENT) == {"p1"}
    assert await hospital.emergencies.patients("perawat", END) == frozenset()
    assert await run_out(hospital, END) == 1
    start, end = await told(hospital)
    assert (start.what, start.at, start.note) == ("break-glass-start", START, REASON)
    assert (end.what, end.at, end.note) == ("break-glass-stop", END, "waktu habis")
    for event in (start, end):
        assert (event.who, event.person, event.role, event.client) == ("perawat", "Practitioner/p", "perawat", "app")
        assert event.patients == ("p1",)


async def test_many_processes_tell_it_once(hospital: Store) -> None:
    callers = [Caller(f"perawat-{number}", NURSE.scopes, NURSE.role) for number in range(5)]
    for caller in callers:
        await at(hospital, START, caller).start_emergency("p1", REASON)
    stores = [hospital, elsewhere(hospital), elsewhere(hospital)]
    ended = await asyncio.gather(*(run_out(stores[turn % 3], END) for turn in range(9)))
    assert sum(ended) == 5
    ends = [event.who for event in await told(hospital) if event.what == "break-glass-stop"]
    assert sorted(ends) == [caller.subject for caller in callers]


async def test_of_a_person_and_the_clock_one_ends_it(hospital: Store) -> None:
    for patient in ("p1", "p2", "p1", "p2"):
        await at(hospital, START).start_emergency(patient, REASON)
        stopping = at(elsewhere(hospital), END - A_MOMENT).stop_emergency(patient)
        _, refused = await asyncio.gather(run_out(hospital, END), stopping, return_exceptions=True)
        assert refused is None or isinstance(refused, NotFound)
    assert [event.what for event in await told(hospital)].count("break-glass-stop") == 4


async def test_what_was_stopped_does_not_run_out(hospital: Store) -> None:
    await at(hospital, START).start_emergency("p1", REASON)
    await at(hospital, START + timedelta(minutes=5)).stop_emergency("p1")
    assert await run_out(hospital, END) == 0
    assert [event.note for event in await told(hospital)] == [REASON, ""]


async def test_what_is_prolonged_ends_once_and_later(hospital: Store) -> None:
    await at(hospital, START).start_emergency("p1", REASON)
    later = START + timedelta(minutes=59)
    assert await at(hospital, later).start_emergency("p1", REASON) == later + LENGTH
    assert await run_out(hospital, END) == 0
    assert await run_out(hospital, later + LENGTH) == 1
    assert [event.what.rpartition("-")[2] for event in await told(hospital)] == ["start", "start", "stop"]


async def test_the_end_of_one_is_told_before_the_next_takes_its_place(hospital: Store) -> None:
    await at(hospital, START).start_emergency("p1", REASON)
    await at(elsewhere(hospital), END + A_MOMENT).start_emergency("p2", REASON)
    assert [(event.what.rpartition("-")[2], event.patients) for event in await told(hospital)] == [
        ("start", ("p1",)),
        ("stop", ("p1",)),
        ("start", ("p2",)),
    ]


async def test_a_server_that_comes_back_tells_what_ran_out_meanwhile(hospital: Store) -> None:
    await at(hospital, START).start_emergency("p1", REASON)
    async with running_out(elsewhere(hospital), clock=lambda: END + timedelta(days=3), look=0.01):
        for _ in range(500):
            if len(await told(hospital)) == 2:
                break
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
    assert [event.at for event in await told(hospital)] == [START, END]


class FullJournal(Journal):
    async def add(self, *arguments: object, **more: object) -> None:
        raise cannot_write()


async def test_an_end_that_cannot_be_told_is_none(hospital: Store) -> None:
    await at(hospital, START).start_emergency("p1", REASON)
    broken = elsewhere(hospital)
    broken.journal = FullJournal(broken._database)
    with pytest.raises(Unavailable):
        await run_out(broken, END)
    with pytest.raises(Unavailable):
        await at(broken, START).stop_emergency("p1")
    assert len(await told(hospital)) == 1
    assert await run_out(hospital, END) == 1


async def test_the_patient_s_log_shows_the_end(hospital: Store) -> None:
    await at(hospital, START).start_emergency("p1", REASON)
    await run_out(hospital, END)
    (shown,) = audit_events((await told(hospital))[-1])
    assert [coding["code"] for coding in shown["subtype"]] == ["110138"]
    assert shown["purposeOfEvent"] == [{"text": "waktu habis"}]
    assert {"reference": "Patient/p1"} in [entity.get("what") for entity in shown["entity"]]
