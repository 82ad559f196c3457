"""What a hospital asks all day is found by indexes: no collection is scanned, and what is looked at is mostly found.

The same questions as in the bench, over a small archive; the numbers are those of `$explain`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from auth.caller import SYSTEM
from bench import archive
from bench.population import person
from bench.questions import QUESTIONS, Question
from fhir_server.changes import Change
from fhir_server.record import Record
from main import open_store, site
from tests.fhir_server.conftest import client_of, settings

DATABASE = "test_search_plans"
PATIENTS = 300
TURNS = 5
EACH, MORE = 4, 60
"""Of documents that are looked at, so many for each that is found, and so many more."""


@pytest.fixture(scope="module")
async def hospital(mongodb_uri: str) -> AsyncIterator[httpx.AsyncClient]:
    """An open server over the archive."""
    configured = settings(mongodb_uri, DATABASE)
    async with open_store(configured) as store:
        record = Record(store, SYSTEM, site(configured))
        resources = [*archive.locations(), *(one for number in range(PATIENTS) for one in archive.record(number))]
        await asyncio.gather(*(record.commit([Change.create(one)]) for one in resources))
    async with client_of(configured) as client:
        yield client
    with MongoClient[dict[str, Any]](mongodb_uri) as database:
        database.drop_database(DATABASE)


async def steps(client: httpx.AsyncClient, address: str) -> list[dict[str, Any]]:
    type, _, query = address.partition("?")
    answer = await client.get(f"{type}/$explain?{query}")
    assert answer.status_code == 200, answer.text
    rows = [row["part"] for row in answer.json()["parameter"] if row["name"] == "step"]
    return [{part["name"]: next(v for k, v in part.items() if k != "name") for part in parts} for parts in rows]


@pytest.mark.parametrize("question", [one for one in QUESTIONS if one.page == 1], ids=lambda one: str(one.name))
async def test_no_scan_and_little_looked_at(hospital: httpx.AsyncClient, question: Question) -> None:
    found = 0
    for turn in range(TURNS):
        for step in await steps(hospital, question.ask(turn, PATIENTS)):
            assert not step["collectionScan"], step
            assert step["documentsExamined"] <= EACH * step["found"] + MORE, step
            found += step["found"]
    assert found


async def test_of_a_short_name_only_the_page_is_looked_at_and_the_next_goes_on(hospital: httpx.AsyncClient) -> None:
    """Without a sort; however many match. Pages in the order of ids hold each patient once, forward and back."""
    names = [person(number).given[:4] for number in range(PATIENTS)]
    name = max(names, key=names.count)
    address = f"Patient?name={name}&_count=3"
    (page,) = await steps(hospital, address)
    assert (page["index"], page["documentsExamined"]) == ("name", 4)
    every = (await hospital.get(f"Patient?name={name}&_count=100")).json()
    expected = [entry["resource"]["id"] for entry in every["entry"]]
    assert expected == sorted(set(expected))
    assert names.count(name) <= len(expected) == every["total"]
    assert await _walked(hospital, address, "next") == expected
    last = (await hospital.get(f"{address}&_sort=-_id")).json()
    assert [entry["resource"]["id"] for entry in last["entry"]] == expected[:-4:-1]


async def _walked(client: httpx.AsyncClient, address: str, relation: str) -> list[str]:
    found = []
    while address:
        bundle = (await client.get(address)).json()
        found += [entry["resource"]["id"] for entry in bundle["entry"]]
        address = next((link["url"] for link in bundle["link"] if link["relation"] == relation), "")
    return found
