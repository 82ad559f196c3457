"""Loading: all of it, once, in whole batches, and again after an interruption."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from auth.caller import SYSTEM
from bookings import booking as bookings
from bookings import session as sessions
from bookings.asking import Clerk
from bookings.desk import Desk
from bookings.generating import generate
from bookings.ledger import taken
from bookings.rules import Rules
from bookings.session import PAYERS
from fhir_server.changes import Change
from fhir_server.errors import Conflict, NotFound, Unavailable
from fhir_server.ids import new_ids
from fhir_server.record import Record
from fhir_server.site import Site
from fhir_server.store.store import Store, connect
from resources.issues import Text
from seed.elements import wita
from seed.hospital import Hospital
from seed.load import MARK, AlreadySeeded, already_seeded, load

Resource = dict[str, Any]

NOTHING = Text("no", "tidak")


class Shelf:
    """A record in memory. It fails at the commit of this number."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.resources: dict[tuple[str, str], Resource] = {}
        self.commits = 0
        self.fails_at = fails_at

    async def read(self, type: str, id: str) -> Resource:
        if (type, id) not in self.resources:
            raise NotFound(NOTHING)
        return self.resources[type, id]

    async def read_many(self, ids: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        keys = [(type, id) for type, wanted in ids.items() for id in wanted]
        return [{"_id": key[1], "resource": self.resources[key]} for key in keys if key in self.resources]

    async def commit(self, changes: Sequence[Change]) -> None:
        self.commits += 1
        if self.commits == self.fails_at:
            raise Unavailable(NOTHING)
        new = {(change.type, str(change.id)): change.resource or {} for change in changes}
        assert len(new) == len(changes), "no id twice in one commit"
        if new.keys() & self.resources.keys():
            raise Conflict(NOTHING)
        self.resources |= new


async def test_all_slots_are_there_once_and_agree_with_the_bookings(house: Hospital, today: date) -> None:
    shelf = Shelf()
    sent = await load(shelf, patients=200, seed=1, today=today)
    assert sent == len(shelf.resources)
    held = {id: read for (type, id), one in shelf.resources.items() if type == "Slot" and (read := sessions.read(one))}
    assert held.keys() == {session.id for rows in house.sessions.values() for session in rows}
    appointments = [one for (type, _), one in shelf.resources.items() if type == "Appointment"]
    booked = [booking for one in appointments if (booking := bookings.read(one))]
    assert len(booked) > 40
    for session in held.values():
        own = [one for one in booked if one.session == session.id]
        assert sorted(one.number or 0 for one in own) == list(range(1, session.issued + 1))
        assert [session.quota(payer).taken for payer in PAYERS] == [taken(own, session.id, payer) for payer in PAYERS]


async def test_patients_do_not_depend_on_how_many_there_are(today: date) -> None:
    few, many = Shelf(), Shelf()
    await load(few, patients=3, seed=1, today=today)
    await load(many, patients=11, seed=1, today=today)
    for key, resource in few.resources.items():
        if key[0] not in ("Slot", "Provenance"):
            assert many.resources[key] == resource


async def test_a_second_load_is_refused_and_says_what_to_do(today: date) -> None:
    shelf = Shelf()
    assert not await already_seeded(shelf)
    await load(shelf, patients=2, seed=1, today=today)
    assert await already_seeded(shelf)
    before = dict(shelf.resources)
    with pytest.raises(AlreadySeeded, match="another data folder or database"):
        await load(shelf, patients=2, seed=1, today=today)
    assert shelf.resources == before


@pytest.mark.parametrize("fails_at", [1, 2, 3, 5, 7, 8])
async def test_an_interrupted_load_goes_on_where_it_stopped(today: date, fails_at: int) -> None:
    whole, shelf = Shelf(), Shelf(fails_at)
    await load(whole, patients=40, seed=1, today=today)
    with pytest.raises(Unavailable):
        await load(shelf, patients=40, seed=1, today=today)
    assert not await already_seeded(shelf)
    shelf.fails_at = None
    await load(shelf, patients=40, seed=1, today=today)
    assert shelf.resources == whole.resources


async def test_what_is_missing_of_a_batch_is_added(today: date) -> None:
    whole, shelf = Shelf(), Shelf()
    await load(whole, patients=3, seed=1, today=today)
    await load(shelf, patients=3, seed=1, today=today)
    for key in (("Provenance", MARK), ("Patient", "pasien-000002"), ("Organization", "org-igd")):
        del shelf.resources[key]
    await load(shelf, patients=3, seed=1, today=today)
    assert shelf.resources == whole.resources


async def test_somebody_elses_number_is_not_skipped(today: date) -> None:
    class Guarded(Shelf):
        async def commit(self, changes: Sequence[Change]) -> None:
            if any(change.type == "Patient" for change in changes):
                raise Conflict(NOTHING)
            await super().commit(changes)

    shelf = Guarded()
    with pytest.raises(Conflict):
        await load(shelf, patients=2, seed=1, today=today)
    assert not await already_seeded(shelf)


async def test_progress_goes_up_to_the_number_of_patients(today: date) -> None:
    heard: list[tuple[int, int]] = []
    await load(Shelf(), patients=30, seed=1, today=today, progress=lambda done, total: heard.append((done, total)))
    assert heard == sorted(heard)
    assert heard[-1] == (30, 30)
    assert len(heard) > 3


async def test_an_empty_hospital_has_slots_but_no_patients(today: date) -> None:
    shelf = Shelf()
    await load(shelf, patients=0, seed=1, today=today)
    types = {type for type, _ in shelf.resources}
    assert {"Organization", "Practitioner", "Schedule", "Slot", "Medication", "Provenance"} <= types
    assert not types & {"Patient", "Encounter", "Appointment"}


@pytest.mark.parametrize("patients", [-1, 280_001])
async def test_an_impossible_number_is_refused(today: date, patients: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 280000"):
        await load(Shelf(), patients=patients, seed=1, today=today)


async def test_it_goes_into_a_real_record(mongodb_uri: str, database_name: str, today: date) -> None:
    client = connect(mongodb_uri)
    try:
        store = Store(client, database_name)
        await store.open()
        record = Record(store, SYSTEM, Site())
        sent = await load(record, patients=2, seed=1, today=today)
        database = client[database_name]
        stored = {type: await database[type].count_documents({}) for type in await store.types()}
        assert sum(stored.values()) == sent
        assert stored["Patient"] == 2
        document = await record.read("Provenance", MARK)
        assert document["version"] == 1
        with pytest.raises(AlreadySeeded):
            await load(record, patients=2, seed=1, today=today)
        await _check_that_a_server_only_adds(record, today)
    finally:
        await client.close()


async def _check_that_a_server_only_adds(record: Record, today: date) -> None:
    """The sessions of the days beyond those of the demo, and of the day itself."""
    clerk = Clerk(Desk(lambda: record, Rules()), lambda: record, lambda: wita(today, 6), new_ids())
    done = await generate(clerk)
    assert done["made"] > 200
    assert done == {"made": done["made"]}
    assert await generate(clerk) == {}
