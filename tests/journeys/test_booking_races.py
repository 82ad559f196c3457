"""Many want the places of one session at once, through two server processes: each place is given once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pymongo import MongoClient
from pymongo.database import Database

from bench.crowd import crowd, post
from bookings.booking import read
from bookings.session import Quota, Session
from tests.bookings.worlds import session
from tests.journeys.booking_world import sent, violations, with_patients, with_sessions
from tests.journeys.bundles import Json
from tests.journeys.servers import Running, running

DATABASE = "test_booking_races"

Clients = tuple[httpx.AsyncClient, httpx.AsyncClient]


@pytest.fixture(scope="module")
def database(mongodb_uri: str) -> Iterator[Database[Json]]:
    with MongoClient[Json](mongodb_uri) as client:
        client.drop_database(DATABASE)
        yield client[DATABASE]
        client.drop_database(DATABASE)


@pytest.fixture(scope="module")
def servers(
    mongodb_uri: str, database: Database[Json], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Running]]:
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("booking")
        yield [stack.enter_context(running(folder, mongodb_uri, database.name)) for _ in range(2)]


@pytest.fixture
async def clients(servers: list[Running]) -> AsyncIterator[Clients]:
    async with AsyncExitStack() as stack:
        limits = httpx.Limits(max_connections=250, max_keepalive_connections=250)
        first, second = [
            await stack.enter_async_context(
                httpx.AsyncClient(base_url=server.url, timeout=60, limits=limits, trust_env=False)
            )
            for server in servers
        ]
        yield first, second


def coming(id: str, jkn: int, umum: int, **changes: Any) -> Session:
    """A session two days from now."""
    start = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
    return session(id, start=start, end=start + timedelta(hours=4), jkn=Quota(jkn), umum=Quota(umum), **changes)


@pytest.mark.parametrize("attempts", [200, 2000])
async def test_of_many_attempts_thirty_get_the_thirty_places(
    servers: list[Running], clients: Clients, database: Database[Json], attempts: int
) -> None:
    id = f"rebutan-{attempts}"
    await with_sessions(clients[0], coming(id, 20, 10, poli=f"P{attempts}"))
    await with_patients(clients[0], attempts)

    def asking(number: int) -> tuple[int, bytes]:
        wanted = sent(slot=id, patient=f"Patient/p{number}", payer="jkn" if number % 2 else "umum")
        return servers[number % 2].port, post("Appointment/$book", json.dumps(wanted).encode())

    replies = await crowd([asking(number) for number in range(1, attempts + 1)])
    assert Counter(reply.status for reply in replies) == {201: 30, 409: attempts - 30}
    booked = [json.loads(reply.body) for reply in replies if reply.status == 201]
    numbers = [found.number for one in booked if (found := read(one)) and found.number]
    assert sorted(numbers) == list(range(1, 31))
    refused = [json.loads(reply.body)["issue"][0]["details"] for reply in replies if reply.status == 409]
    assert {one["coding"][0]["code"] for one in refused} == {"full"}
    assert violations(database, {one["id"]: "booked" for one in booked}) == []


async def test_one_who_taps_twenty_times_books_once(clients: Clients, database: Database[Json]) -> None:
    await with_sessions(clients[0], coming("ketukan", 0, 30, poli="KTK"))
    await with_patients(clients[0], 1)
    wanted = sent(slot="ketukan", patient="Patient/p1")
    answers = await asyncio.gather(*(clients[n % 2].post("Appointment/$book", json=wanted) for n in range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
    assert violations(database, {}) == []


async def test_one_idempotency_key_gets_one_answer(clients: Clients, database: Database[Json]) -> None:
    await with_sessions(clients[0], coming("sekali", 0, 30, poli="SKL"))
    await with_patients(clients[0], 2)
    wanted, headers = sent(slot="sekali", patient="Patient/p1"), {"Idempotency-Key": "ketuk-1"}
    answers = await asyncio.gather(
        *(clients[n % 2].post("Appointment/$book", json=wanted, headers=headers) for n in range(20))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 20}
    assert len({answer.text for answer in answers}) == 1
    other = sent(slot="sekali", patient="Patient/p2")
    assert (await clients[0].post("Appointment/$book", json=other, headers=headers)).status_code == 422
    assert violations(database, {answers[0].json()["id"]: "booked"}) == []


async def test_a_place_that_is_given_up_goes_to_one(clients: Clients, database: Database[Json]) -> None:
    """Cancelling and booking at once, again and again: the place is never given twice and never lost."""
    await with_sessions(clients[0], coming("gantian", 0, 1, poli="GNT"))
    await with_patients(clients[0], 12)
    holder = (await clients[0].post("Appointment/$book", json=sent(slot="gantian", patient="Patient/p1"))).json()
    for _ in range(6):
        wanted = [sent(slot="gantian", patient=f"Patient/p{number}") for number in range(2, 12)]
        cancelled, *answers = await asyncio.gather(
            clients[0].post(f"Appointment/{holder['id']}/$cancel", json=sent(reason="Berhalangan")),
            *(clients[n % 2].post("Appointment/$book", json=body) for n, body in enumerate(wanted)),
        )
        assert cancelled.status_code == 200, cancelled.text
        booked = [answer.json() for answer in answers if answer.status_code == 201]
        assert len(booked) <= 1
        holder = booked[0] if booked else (await clients[1].post("Appointment/$book", json=wanted[0])).json()
        assert violations(database, {holder["id"]: "booked"}) == []


async def test_the_checker_sees_what_is_wrong(clients: Clients, database: Database[Json]) -> None:
    """A planted bug of each kind is found."""
    await with_sessions(clients[0], coming("contoh", 1, 0, poli="CTH"))
    await with_patients(clients[0], 1)
    wanted = sent(slot="contoh", patient="Patient/p1", payer="jkn")
    assert (await clients[0].post("Appointment/$book", json=wanted)).status_code == 201
    assert violations(database, {}) == []
    slot = database["Slot"].find_one({"_id": "contoh"})
    assert slot is not None
    appointment = database["Appointment"].find_one({"resource.slot.reference": "Slot/contoh"})
    assert appointment is not None
    planted: list[tuple[str, Json, str]] = [
        ("Slot", _with(slot, "jkn-taken", 0), "places of jkn taken"),
        ("Slot", _with(slot, "jkn-capacity", 0), "on 0 places"),
        ("Slot", _with(slot, "issued", 2), "were issued"),
        ("Slot", _with(slot, "waiting", 1), "on the list"),
        ("Appointment", _with(appointment, "number", 99), "numbers"),
    ]
    for type, changed, problem in planted:
        original = database[type].find_one_and_replace({"_id": changed["_id"]}, {**changed, "keys": []})
        assert original is not None
        assert any(problem in found for found in violations(database, {})), problem
        database[type].replace_one({"_id": changed["_id"]}, original)
    copy = {**appointment, "_id": "kembar", "keys": [], "resource": {**appointment["resource"], "id": "kembar"}}
    database["Appointment"].insert_one(copy)
    assert any("live bookings" in found for found in violations(database, {}))
    database["Appointment"].delete_one({"_id": "kembar"})
    assert violations(database, {"hilang": "booked"}) == ["Appointment/hilang was acknowledged and is lost"]


def _with(document: Json, name: str, value: int) -> Json:
    """The document with another value in its extension."""
    (extension,) = document["resource"]["extension"]
    rows = [{**row, "valueInteger": value} if row["url"] == name else row for row in extension["extension"]]
    return {**document, "resource": {**document["resource"], "extension": [{**extension, "extension": rows}]}}
