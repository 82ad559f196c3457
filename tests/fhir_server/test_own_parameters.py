"""The hospital's own search parameters: put to use beside writers, in several processes, over interruptions."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, cast

import httpx
import pytest

from auth.caller import SYSTEM
from fhir_server.changes import Change
from fhir_server.errors import InvalidParameter
from fhir_server.own_parameters import OwnParameters, Pace, following, is_due
from fhir_server.record import Record
from fhir_server.reindexing import Scope
from fhir_server.search.query import parse
from fhir_server.site import Site
from fhir_server.store.parameters import ParameterStates, Row, Seen, State
from fhir_server.store.store import Store
from resources.definitions.own import Own

Json = dict[str, Any]
FAST = Pace(look=0.02, tell=0.2, dead=2, batch=10, pause=0)
SITE = Site("http://test/fhir")
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def parameter(code: str = "contact-name", **more: Any) -> Json:
    return {
        "resourceType": "SearchParameter",
        "id": code,
        "url": f"http://example.org/sp/{code}",
        "name": "Contoh",
        "status": "active",
        "description": "contoh",
        "code": code,
        "base": ["Patient"],
        "type": "string",
        "expression": "Patient.contact.name",
        **more,
    }


def patient(id: str, contact: str) -> Json:
    return {"resourceType": "Patient", "id": id, "contact": [{"name": {"text": contact}}]}


class Process:
    """What one server process has: records of the present site."""

    def __init__(self, store: Store, own: OwnParameters) -> None:
        self._store = store
        self.own = own

    @property
    def record(self) -> Record:
        return Record(self._store, SYSTEM, self.own.site)

    async def put(self, *resources: Json) -> None:
        await self.record.commit([Change.update(one, one["id"]) for one in resources])

    async def found(self, type: str, **criteria: str) -> list[str]:
        record = self.record
        pairs = tuple((name.replace("__", ":"), value) for name, value in criteria.items())
        documents = (await record.search(parse(type, pairs, extra=record.site.extra))).documents
        return [document["_id"] for document in documents]


@asynccontextmanager
async def process(store: Store, pace: Pace = FAST) -> AsyncIterator[Process]:
    own = OwnParameters(store.parameter_states(), partial(Record, store, SYSTEM), SITE, pace=pace)
    async with own.watching():
        yield Process(store, own)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(2000):
        if await condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen in time")


async def is_ready(one: Process, code: str = "contact-name", type: str = "Patient") -> bool:
    return any(row.code == code and type in row.base and row.ready for row in one.own.site.extra.rows)


async def test_old_and_new_are_found(store: Store) -> None:
    async with process(store) as one:
        await one.put(*(patient(f"p{number}", f"Ibu {number:02}") for number in range(25)))
        with pytest.raises(InvalidParameter, match="no search parameter"):
            await one.found("Patient", **{"contact-name": "ibu"})
        await one.put(parameter())
        await until(lambda: is_ready(one))
        await one.put(patient("p99", "Ibu 99"))
        assert len(await one.found("Patient", **{"contact-name": "ibu", "_count": "100"})) == 26
        assert await one.found("Patient", **{"contact-name__exact": "Ibu 07"}) == ["p7"]
        assert await one.found("Patient", **{"_filter": 'contact-name eq "Ibu 99"'}) == ["p99"]
        assert (await one.found("Patient", _sort="-contact-name"))[:2] == ["p99", "p24"]
        assert await one.found("Patient", **{"contact-name__missing": "true"}) == []


async def test_in_chains_both_ways_and_includes(store: Store) -> None:
    seen = parameter(
        "seen-by", base=["Observation"], type="reference", expression="Observation.note.author", target=["Practitioner"]
    )
    observation = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    author = {"authorReference": {"reference": "Practitioner/d1"}, "text": "x"}
    async with process(store) as one:
        await one.put(
            {"resourceType": "Practitioner", "id": "d1", "name": [{"text": "Contoh"}]},
            {**observation, "id": "o1", "note": [author], "subject": {"reference": "Patient/p1"}},
            patient("p1", "Ibu"),
            seen | {"expression": "Observation.note.author"},
            parameter(),
        )
        await until(lambda: is_ready(one, "seen-by", "Observation"))
        await until(lambda: is_ready(one))
        assert await one.found("Observation", **{"seen-by.name": "contoh"}) == ["o1"]
        assert await one.found("Observation", **{"subject:Patient.contact-name": "ibu"}) == ["o1"]
        assert await one.found("Practitioner", **{"_has:Observation:seen-by:status": "final"}) == ["d1"]
        extra = one.own.site.extra
        query = parse("Observation", (("_include", "Observation:seen-by"),), extra=extra)
        assert [include.parameter for include in query.results.includes] == ["seen-by"]


async def test_no_writer_of_two_processes_is_missed(store: Store) -> None:
    """All the time, also while it is indexed; what is written is found from the moment that it can be searched for."""
    turns, going = count(), True
    async with process(store) as first, process(store) as second:
        await first.put(*(patient(f"old{number:03}", "Lama") for number in range(200)))

        async def write(one: Process) -> None:
            while going:
                turn = next(turns)
                await one.put(patient(f"new{turn}", f"Baru{turn}"), patient(f"old{turn % 200:03}", f"Lama Lagi{turn}"))
                if await is_ready(one):
                    assert await one.found("Patient", **{"contact-name": f"baru{turn}"}) == [f"new{turn}"]
                    assert len(await one.found("Patient", **{"contact-name": "lama", "_count": "500"})) == 200

        writers = [asyncio.create_task(write(one)) for one in (first, second, first, second)]
        await asyncio.sleep(0.2)
        await first.put(parameter())
        await until(lambda: is_ready(first))
        await until(lambda: is_ready(second))
        await asyncio.sleep(0.3)
        going = False
        await asyncio.gather(*writers)
        written = next(turns)
        for one in (first, second):
            assert len(await one.found("Patient", **{"contact-name": "baru", "_count": "1000"})) == min(written, 1001)
        tallies = await first.record.reindex(Scope(verify=True))
        assert sum(tally.drifted for tally in tallies) == 0


async def test_a_request_that_began_before_is_waited_for(store: Store) -> None:
    async with process(store) as one, process(store) as other:
        slow = other.record
        await one.put(parameter())
        await until(lambda: told(other))
        await asyncio.sleep(0.3)
        assert not await is_ready(one)
        with pytest.raises(InvalidParameter, match="being indexed"):
            await one.found("Patient", **{"contact-name": "ibu"})
        with pytest.raises(InvalidParameter, match="being indexed"):
            await one.found("Patient", _sort="contact-name")
        await slow.commit([Change.update(patient("p1", "Ibu"), "p1")])
        del slow
        await until(lambda: is_ready(one))
        assert await one.found("Patient", **{"contact-name": "ibu"}) == ["p1"]


async def test_an_answered_request_in_a_circle_is_not_waited_for(store: Store) -> None:
    async with process(store) as one:
        circle: list[object] = [one.record]
        circle.append(circle)
        del circle
        gc.disable()
        try:
            await one.put(parameter(), patient("p", "Ibu"))
            await until(lambda: is_ready(one))
        finally:
            gc.enable()


async def told(one: Process) -> bool:
    return bool(one.own.site.extra.rows)


async def test_an_end_in_the_middle(store: Store) -> None:
    """Another process goes on where the first was."""
    slow = replace(FAST, batch=1, pause=0.02)
    async with process(store, slow) as one:
        await one.put(*(patient(f"p{number:02}", "Ibu") for number in range(60)))
        await one.put(parameter())

        async def is_under_way() -> bool:
            position = await store.rows().position("own parameters")
            return position is not None and position.done > 5

        await until(is_under_way)
    position = await store.rows().position("own parameters")
    assert position is not None
    assert position.last is not None
    async with process(store, slow) as one:
        assert await told(one)
        assert not await is_ready(one)
        await until(lambda: is_ready(one))
        assert len(await one.found("Patient", **{"contact-name": "ibu", "_count": "100"})) == 60
    assert await store.rows().position("own parameters") is None


class HardOfHearing:
    """Has looked once; the look after it takes long, and loses one cancellation, as the driver may."""

    def __init__(self, states: ParameterStates) -> None:
        self._states = states
        self._looks = count(1)
        self.is_looking = False
        self.has_lost = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._states, name)

    async def read(self) -> State:
        self.is_looking = next(self._looks) > 1
        try:
            await asyncio.sleep(60 if self.is_looking else 0)
        except asyncio.CancelledError:
            if self.has_lost:
                raise
            self.has_lost = True
        return await self._states.read()


async def test_an_end_that_the_driver_did_not_hear(store: Store) -> None:
    states = HardOfHearing(store.parameter_states())
    own = OwnParameters(cast(ParameterStates, states), partial(Record, store, SYSTEM), SITE, pace=FAST)

    async def is_looking() -> bool:
        return states.is_looking

    async with asyncio.timeout(5):
        async with own.watching():
            await until(is_looking)
    assert states.has_lost


async def test_a_process_that_died_is_not_waited_for_for_ever(store: Store) -> None:
    long_ago = datetime.now(UTC) - timedelta(seconds=1.5)
    await store.parameter_states().tell("dead", Seen(-1, long_ago))
    async with process(store) as one:
        await one.put(parameter())
        await until(lambda: is_ready(one))
        assert "dead" not in (await store.parameter_states().read()).processes


@pytest.mark.parametrize("end", [{"status": "retired"}, None])
async def test_one_that_is_no_longer_wanted(store: Store, end: Json | None) -> None:
    async with process(store) as one:
        await one.put(patient("p1", "Ibu"), parameter())
        await until(lambda: is_ready(one))
        if end is None:
            await one.record.commit([Change.delete("SearchParameter", "contact-name")])
        else:
            await one.put(parameter(**end))

        async def is_gone() -> bool:
            return not await told(one)

        await until(is_gone)
        with pytest.raises(InvalidParameter, match="no search parameter"):
            await one.found("Patient", **{"contact-name": "ibu"})
        await one.put(patient("p2", "Ibu"))
        tallies = await one.record.reindex(Scope())
        assert [tally.drifted for tally in tallies if tally.part.type == "Patient"] == [1, 0]
        await one.put(parameter())
        await until(lambda: is_ready(one))
        assert await one.found("Patient", **{"contact-name": "ibu"}) == ["p1", "p2"]


async def test_over_http(empty_client: httpx.AsyncClient) -> None:
    """At the pace of a server."""
    await empty_client.put("Patient/p1", json=patient("p1", "Ibu Contoh"))
    assert (await empty_client.put("SearchParameter/contact-name", json=parameter())).status_code == 201
    again = await empty_client.post("SearchParameter", json=parameter() | {"id": "x", "url": "http://example.org/2"})
    assert again.status_code == 409
    wrong = await empty_client.post("SearchParameter", json=parameter("other", expression="Patient.nmae"))
    assert wrong.status_code == 422
    assert "nmae" in wrong.text

    async def answers() -> bool:
        return (await empty_client.get("Patient", params={"contact-name": "ibu"})).status_code == 200

    await until(answers)
    bundle = (await empty_client.get("Patient", params={"contact-name": "ibu"})).json()
    assert [entry["resource"]["id"] for entry in bundle["entry"]] == ["p1"]
    statement = (await empty_client.get("metadata")).json()
    rows = {row["type"]: row for row in statement["rest"][0]["resource"]}
    assert {"name": "contact-name", "definition": "http://example.org/sp/contact-name", "type": "string"} in rows[
        "Patient"
    ]["searchParam"]
    assert "contact-name" not in str(rows["Person"])


def own_of(code: str, **more: Any) -> Own:
    return Own(code, "string", f"http://example.org/sp/{code}", "Patient.contact.name", ("Patient",), **more)


@pytest.mark.parametrize(
    ("rows", "resources", "expected"),
    [
        ([], [parameter("a")], [Row(own_of("a"), 8)]),
        ([Row(own_of("a", ready=True), 3)], [parameter("a")], [Row(own_of("a", ready=True), 3)]),
        ([Row(own_of("a"), 3)], [parameter("a"), parameter("b")], [Row(own_of("a"), 3), Row(own_of("b"), 8)]),
        ([Row(own_of("a", ready=True), 3)], [], []),
        (
            [Row(own_of("a", ready=True), 3)],
            [parameter("a", target=["Patient"])],
            [Row(own_of("a", target=("Patient",)), 8)],
        ),
        ([], [parameter("a"), parameter("a", url="http://example.org/other")], [Row(own_of("a"), 8)]),
        ([], [parameter("name"), parameter("c", expression="Patient.nmae")], []),
    ],
)
def test_the_next_set(rows: Sequence[Row], resources: Sequence[Json], expected: Sequence[Row]) -> None:
    assert list(following(State(7, tuple(rows)), resources)) == expected


@pytest.mark.parametrize(
    ("rows", "seen", "due"),
    [
        ([Row(own_of("a"), 3)], {"x": Seen(3, NOW), "y": Seen(4, NOW)}, True),
        ([Row(own_of("a"), 3)], {"x": Seen(3, NOW), "y": Seen(2, NOW)}, False),
        ([Row(own_of("a"), 3)], {"x": Seen(3, NOW), "y": Seen(2, NOW - timedelta(hours=1))}, True),
        ([Row(own_of("a"), 3), Row(own_of("b"), 4)], {"x": Seen(3, NOW)}, False),
        ([Row(own_of("a", ready=True), 3)], {"x": Seen(3, NOW)}, False),
    ],
)
def test_when_to_index(rows: Sequence[Row], seen: dict[str, Seen], due: bool) -> None:
    assert is_due(State(4, tuple(rows), processes=seen), NOW - timedelta(minutes=1)) is due
