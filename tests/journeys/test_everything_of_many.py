"""$everything of a record of 20,000 resources: each comes once, and no page takes more memory than a page needs."""

from __future__ import annotations

import tracemalloc
from collections.abc import AsyncIterator
from copy import deepcopy

import pytest
from pymongo import MongoClient

from auth.caller import SYSTEM
from fhir_server.record import Record
from fhir_server.store.documents import CODEC, Stamp, live, now, with_meta
from main import open_store, site
from tests.fhir_server.conftest import settings
from tests.fhir_server.interactions.operations.charts import Json, ask, link, observation, put, urls
from tests.journeys.journal import events

NAME = "test_everything_of_many"
MANY = 20_000
WORDS = "catatan perawat " * 150
"""Of each observation: 2.4 KB."""

MOST_BYTES = 12 * 1024**2
"""The record has more than four times as much, and several times that as objects of Python."""

PRACTITIONERS = 30


@pytest.fixture(scope="module")
async def record(mongodb_uri: str) -> AsyncIterator[Record]:
    configured = settings(mongodb_uri, NAME)
    with MongoClient[Json](mongodb_uri) as client:
        async with open_store(configured) as store:
            found = Record(store, SYSTEM, site(configured))
            doctors = [{"resourceType": "Practitioner", "id": f"p{number:02}"} for number in range(PRACTITIONERS)]
            await put(found, {"resourceType": "Patient", "id": "a"}, observation("o", "a"), *doctors)
            fill(client, found)
            yield found
        client.drop_database(NAME)


def fill(client: MongoClient[Json], record: Record) -> None:
    """Straight into the database: this is not about writing."""
    rows: list[Json] = []
    for number in range(MANY):
        if number < PRACTITIONERS:
            performer = [{"reference": f"Practitioner/p{number:02}"}]
            one = observation("x", "a", note=[{"text": WORDS}], performer=performer)
            stamp = Stamp("x", 1, now(), "POST")
            template = live(with_meta(one, stamp), stamp, record.site.describe(one))
        row = {**template, "_id": f"o-{number:05}", "resource": {**template["resource"], "id": f"o-{number:05}"}}
        rows.append(row)
    client.get_database(NAME, codec_options=CODEC)["Observation"].insert_many(deepcopy(rows))


async def test_each_comes_once(record: Record, mongodb_uri: str) -> None:
    seen: list[str] = []
    address: str | None = "Patient/a/$everything?_count=1000"
    while address is not None:
        page = await ask(record, address)
        assert 0 < len(page["entry"]) <= 1000
        seen += urls(page)
        address = link(page, "next")
    numbers = [f"Observation/o-{number:05}" for number in range(MANY)]
    doctors = [f"Practitioner/p{number:02}" for number in range(PRACTITIONERS)]
    assert seen == ["Patient/a", "Observation/o", *numbers, *doctors]
    with MongoClient[Json](mongodb_uri) as client:
        assert {one.patients for one in events(client[NAME]) if one.what == "$everything"} == {("a",)}


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("_count=200", id="the first page"),
        pytest.param("_count=1000", id="a large page"),
        pytest.param("_type=Practitioner", id="what all of it refers to"),
    ],
)
async def test_a_page_takes_the_memory_of_a_page(record: Record, query: str) -> None:
    tracemalloc.start()
    try:
        page = await ask(record, f"Patient/a/$everything?{query}")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert page["entry"]
    assert peak < MOST_BYTES
