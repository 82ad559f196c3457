"""What searches look at is found out of order, mended, and stays right beside writers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from fhir_server.changes import Change
from fhir_server.errors import Forbidden
from fhir_server.record import Record
from fhir_server.reindexing import OLDEST, Scope, Tally, advice, fingerprint, following, lines, outdated, reindex
from fhir_server.search.query import parse
from fhir_server.site import Site
from fhir_server.store.reindex import Mend, Outcome, Part, Position, Rows
from fhir_server.store.store import Store
from tests.callers import bound

Json = dict[str, Any]
NIK = "https://fhir.kemkes.go.id/id/nik"
VERIFY = Scope(verify=True)


class Late(Rows):
    """Something happens between reading and mending."""

    def __init__(self, rows: Rows, meanwhile: Callable[[], Awaitable[None]]) -> None:
        super().__init__(rows._database)
        self._meanwhile = meanwhile

    async def mend(self, part: Part, mends: Sequence[Mend]) -> Outcome:
        if mends:
            await self._meanwhile()
        return await super().mend(part, mends)


@pytest.fixture
def stored(mongodb_uri: str, database_name: str) -> Iterator[Database[Json]]:
    """The documents behind the record's back."""
    with MongoClient[Json](mongodb_uri) as client:
        yield client[database_name]


def patient(id: str, name: str = "Rekaan", **more: Any) -> Json:
    return {"resourceType": "Patient", "id": id, "name": [{"text": name}], "birthDate": "1990-01-01", **more}


def observation(id: str, patient: str) -> Json:
    subject = {"reference": f"Patient/{patient}"}
    return {"resourceType": "Observation", "id": id, "status": "final", "code": {"text": "suhu"}, "subject": subject}


async def put(record: Record, *resources: Json) -> None:
    await record.commit([Change.update(one, one["id"]) for one in resources])


async def deleted(record: Record, type: str, id: str) -> None:
    await record.commit([Change.delete(type, id)])


async def found(record: Record, type: str, **criteria: str) -> set[str]:
    documents = (await record.search(parse(type, tuple(criteria.items())))).documents
    return {document["_id"] for document in documents}


async def drifted(record: Record, scope: Scope = VERIFY) -> dict[str, int]:
    tallies = await record.reindex(replace(scope, verify=True))
    return {tally.part.collection: tally.drifted for tally in tallies if tally.drifted}


async def a_history(record: Record) -> None:
    """Current, past, deleted and re-created documents of two types."""
    await put(record, *(patient(f"p{number}") for number in range(3)))
    await put(record, observation("o1", "p1"), observation("o2", "p2"))
    await put(record, observation("o1", "p2"), patient("p1", "Contoh"))
    await deleted(record, "Observation", "o1")
    await deleted(record, "Patient", "p2")
    await put(record, observation("o1", "p1"))


async def test_what_is_written_has_not_drifted(record: Record) -> None:
    await a_history(record)
    tallies = await record.reindex(VERIFY)
    assert {tally.part.collection: tally.checked for tally in tallies} == {
        "Observation": 2,
        "Observation_history": 3,
        "Patient": 3,
        "Patient_history": 2,
    }
    assert [tally for tally in tallies if tally.drifted] == []
    assert [tally for tally in await record.reindex(Scope()) if tally.drifted] == []


@pytest.mark.parametrize(
    ("collection", "id", "change"),
    [
        ("Patient", "p1", {"$set": {"index.birthdate": {"lo": 1, "hi": 2}}}),
        ("Patient", "p1", {"$unset": {"index.name": ""}}),
        ("Patient", "p1", {"$set": {"index.colour": ["red"]}}),
        ("Patient", "p1", {"$set": {"index": {}}}),
        ("Patient", "p1", {"$unset": {"index": ""}}),
        ("Patient", "p1", {"$unset": {"keys": ""}}),
        ("Patient", "p0", {"$set": {"keys": ["https://fhir.kemkes.go.id/id/nik|3"]}}),
        ("Patient", "p1", {"$set": {"compartments": {}}}),
        ("Patient", "p2", {"$set": {"compartments": {"Patient": ["p1"]}}}),
        ("Patient", "p2", {"$set": {"index": {"name": ["x"]}}}),
        ("Observation", "o1", {"$set": {"compartments.Patient": ["p0"]}}),
        ("Observation", "o1", {"$unset": {"search": ""}}),
        ("Observation_history", "o1/1", {"$set": {"compartments.Patient": ["p2"]}}),
        ("Observation_history", "o1/3", {"$set": {"compartments.Patient": ["p1"]}}),
        ("Patient_history", "p1/1", {"$set": {"index": {}}}),
    ],
)
async def test_drift_is_found_and_mended(
    record: Record, stored: Database[Json], collection: str, id: str, change: Json
) -> None:
    await a_history(record)
    await put(record, patient("p1", identifier=[{"system": NIK, "value": "6472014101900001"}]))
    before = stored[collection].find_one({"_id": id})
    assert stored[collection].update_one({"_id": id}, change).modified_count == 1
    assert await drifted(record) == {collection: 1}
    assert stored[collection].find_one({"_id": id}) != before
    (mended,) = [tally for tally in await record.reindex(Scope()) if tally.drifted]
    assert (mended.part.collection, mended.drifted) == (collection, 1)
    assert stored[collection].find_one({"_id": id}) == before
    assert await drifted(record) == {}


async def test_the_oldest_documents_tell_that_other_code_wrote_them(
    record: Record, store: Store, stored: Database[Json]
) -> None:
    await a_history(record)
    types = await store.types()
    assert await outdated(store.rows(), record.site, types) == []
    stored["Patient"].update_one({"_id": "p0"}, {"$unset": {"search": ""}})
    assert await outdated(store.rows(), record.site, types) == ["Patient"]
    assert "`rsud reindex` (Patient)" in advice(["Patient"])
    await record.reindex(Scope(("Patient",)))
    assert await outdated(store.rows(), record.site, types) == []
    await put(record, *(patient(f"new{number}") for number in range(OLDEST)))
    for year, told in ((2099, []), (1999, ["Patient"])):
        changes = {"$unset": {"search": ""}, "$set": {"updated": datetime(year, 1, 1, tzinfo=UTC)}}
        stored["Patient"].update_one({"_id": "p0"}, changes)
        assert await outdated(store.rows(), record.site, types) == told


async def test_only_the_types_that_are_named(record: Record, stored: Database[Json]) -> None:
    await a_history(record)
    for type in ("Patient", "Observation"):
        stored[type].update_many({"deleted": False}, {"$set": {"index": {}}})
    await record.reindex(Scope(("Patient",), "Patient"))
    assert await drifted(record) == {"Observation": 2}
    assert await found(record, "Patient", name="contoh") == {"p1"}


async def test_a_key_of_another_is_told_and_the_rest_is_mended(record: Record, stored: Database[Json]) -> None:
    taken = [{"system": NIK, "value": "6472014101900001"}]
    await put(record, patient("p1"), patient("p2", "Contoh"))
    stored["Patient"].update_one({"_id": "p2"}, {"$set": {"resource.identifier": taken, "index": {}}})
    stored["Patient"].update_one({"_id": "p1"}, {"$set": {"resource.identifier": taken, "index": {}}})
    (patients, _) = await record.reindex(Scope())
    assert (patients.drifted, patients.refused) == (2, ("p2",))
    assert await found(record, "Patient", identifier=f"{NIK}|6472014101900001") == {"p1", "p2"}
    assert "Patient/p2 has an identifier" in "\n".join(lines([patients], verify=False))


async def test_an_interrupted_run_goes_on_where_it_was(record: Record, stored: Database[Json]) -> None:
    await put(record, *(patient(f"p{number:03}") for number in range(100)))
    await put(record, *(observation(f"o{number:03}", "p001") for number in range(50)))
    heard: list[tuple[int, int]] = []
    scope = Scope(batch=10)

    def interrupt(done: int, total: int) -> None:
        heard.append((done, total))
        if done == 80:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await record.reindex(scope, interrupt)
    tallies = await record.reindex(scope, lambda done, total: heard.append((done, total)))
    assert {tally.part.collection: tally.checked for tally in tallies} == {"Patient": 80, "Patient_history": 0}
    assert heard[-1] == (150, 150)
    assert stored["reindex"].count_documents({}) == 0
    assert sum(tally.checked for tally in await record.reindex(scope)) == 150


async def test_a_run_of_other_code_or_another_place_begins_anew(record: Record, store: Store) -> None:
    await put(record, *(patient(f"p{number}") for number in range(5)))
    for what in ("another", fingerprint(record.site)):
        await store.rows().keep("all", Position(what, Part("Patient"), "p3", 4))
        tallies = await record.reindex(Scope())
        assert tallies[0].checked == (5 if what == "another" else 1)
    elsewhere = Site(record.site.base, ZoneInfo("Asia/Jakarta"))
    assert len({fingerprint(site) for site in (Site(), record.site, elsewhere)}) == 3


async def test_another_zone_is_drift(record: Record, store: Store) -> None:
    await put(record, patient("p1"))
    jakarta = Record(store, record.caller, Site(record.site.base, ZoneInfo("Asia/Jakarta")))
    assert await drifted(jakarta) == {"Patient": 1}
    await jakarta.reindex(Scope())
    assert await drifted(jakarta) == {}


async def test_writers_and_readers_never_wait(record: Record, stored: Database[Json]) -> None:
    """All that was stored has drifted; beside the runs that mend it, four writers and a reader."""
    await put(record, *(patient(f"old{number:03}", "Lama") for number in range(300)))
    stored["Patient"].update_many({}, {"$set": {"index": {}, "compartments": {}}, "$unset": {"search": ""}})
    turns, going, written = count(), True, set[str]()

    async def write() -> None:
        while going:
            turn = next(turns)
            await put(record, patient(f"new{turn}", "Baru"), patient(f"old{turn % 300:03}", f"Lama {turn}"))
            written.add(f"new{turn}")
            assert await found(record, "Patient", _id=f"new{turn}", name="baru") == {f"new{turn}"}

    async def read() -> None:
        while going:
            for number in range(0, 300, 37):
                assert (await record.read("Patient", f"old{number:03}"))["resource"]["name"]

    tasks = [asyncio.create_task(work()) for work in (write, write, write, write, read)]
    runs = 0
    deadline = asyncio.get_running_loop().time() + 2
    while asyncio.get_running_loop().time() < deadline:
        await record.reindex(Scope(batch=20))
        runs += 1
    going = False
    await asyncio.gather(*tasks)
    assert runs > 1
    assert len(written) > 20
    assert await drifted(record) == {}
    assert len(await found(record, "Patient", name="lama", _count="1000")) == 300
    assert written <= await found(record, "Patient", name="baru", _count="1000")


async def test_a_write_between_reading_and_mending_stays(record: Record, store: Store, stored: Database[Json]) -> None:
    await put(record, patient("p1"))
    stored["Patient"].update_one({}, {"$set": {"index": {}}})

    async def meanwhile() -> None:
        await put(record, patient("p1", "Terbaru"))

    tallies = await reindex(Late(store.rows(), meanwhile), record.site, Scope(("Patient",)))
    assert [tally.drifted for tally in tallies] == [0, 0]
    assert await found(record, "Patient", name="terbaru") == {"p1"}
    assert await drifted(record) == {}


async def test_only_for_who_may_see_everything(store: Store, record: Record) -> None:
    limited = Record(store, bound("p", "p"), record.site)
    with pytest.raises(Forbidden):
        await limited.reindex(VERIFY)


def test_the_order_of_a_walk() -> None:
    parts = [Part("A"), Part("A", past=True)]
    start = Position("x", parts[0])
    first = following(start, [{"_id": "1"}, {"_id": "2"}], parts)
    assert first == Position("x", parts[0], "2", 2)
    second = following(first, [], parts)
    assert second == Position("x", parts[1], None, 2)
    assert following(second, [], parts) is None


def test_lines_for_people() -> None:
    tallies = [Tally(Part("Slot"), 10, 2), Tally(Part("Slot", past=True), 5, 1)]
    assert [line.split() for line in lines(tallies, verify=True)] == [
        ["Slot", "15", "checked", "3", "drifted"],
        ["in", "all", "15", "checked", "3", "drifted"],
    ]


async def test_the_progress_is_at_the_end_once(record: Record) -> None:
    await put(record, *(patient(f"p{number}") for number in range(25)))
    heard: list[tuple[int, int]] = []
    await record.reindex(Scope(batch=10), lambda done, total: heard.append((done, total)))
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)
    assert [pair for pair in heard if pair[0] == pair[1]] == [(25, 25)]
    assert heard[-1] == (25, 25)
