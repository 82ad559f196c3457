"""Whoever may see some patients only gets the same bytes whether the others are there or not, whatever is asked.

Two databases, one without the others, are asked the same, one request after the other: searches, chains, includes,
orders, totals, histories, pages, writes and conditional writes.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

import httpx
import pytest
from pymongo import MongoClient
from pymongo.database import Database

from auth.caller import Caller
from fhir_server.record import Record
from fhir_server.store.documents import CODEC
from fhir_server.store.reindex import as_stored
from fhir_server.store.store import Store
from main import create_app, open_store
from tests.callers import bound, with_context
from tests.fhir_server.conftest import BASE, settings, with_state
from tests.journeys.non_interference.requests import Asked, Json, request
from tests.journeys.non_interference.wards import CATEGORY, SITE, TYPES, Ward, fill, of, ward
from tests.journeys.search_model.asking import effort, seed

REQUESTS = 8
"""Of one caller, on one ward."""

LINKS = 3
PASSING = re.compile(r'(?<=_cursor=)[^&"]+|(?<="timestamp":")[^"]+')
CALLERS = (
    with_context("siti", "a"),
    with_context("siti", "a", "patient/*.rs"),
    with_context("siti", "a", f"patient/Observation.cruds?category={CATEGORY}|laboratory patient/Patient.rs"),
    with_context("siti", "a", "patient/Patient.r patient/Observation.s patient/Practitioner.rs"),
    with_context("siti", "a", "patient/Observation.cruds patient/Patient.rs patient/Organization.rs"),
    bound("ibu", "a", "c"),
    bound("dokter", "a", scope="user/*.cruds"),
    bound("perawat", "a", "d", "e", scope="user/*.rs user/Observation.cruds"),
)
EXAMPLES, MORE_EXAMPLES = 300, 2_000
CALLERS_OF_A_WARD, PARTS = 5, 4


@dataclass
class Side:
    """One of the two servers: its database, and the record that answers the next request."""

    store: Store
    rows: Database[Json]
    client: httpx.AsyncClient = field(default_factory=httpx.AsyncClient)
    record: Record | None = None

    def contents(self) -> dict[tuple[str, str], Json]:
        names = [name for type in TYPES for name in (type, f"{type}_history")]
        return {(name, row["_id"]): row for name in names for row in self.rows[name].find()}


@asynccontextmanager
async def side(uri: str, name: str) -> AsyncIterator[Side]:
    configured = settings(uri, name)
    async with open_store(configured) as store:
        for type in TYPES:
            await store.prepare(type)
        app = create_app(configured)
        async with app.router.lifespan_context(app) as state:
            with MongoClient[Json](uri, tz_aware=True) as mongodb:
                found = Side(store, mongodb.get_database(name, codec_options=CODEC))
                given = {**dict(state or {}), "record_for": lambda caller: found.record}
                transport = httpx.ASGITransport(app=with_state(app, given))
                async with httpx.AsyncClient(transport=transport, base_url=f"{BASE}/", timeout=60) as found.client:
                    yield found
                mongodb.drop_database(name)


@pytest.fixture(scope="module")
async def sides(mongodb_uri: str) -> AsyncIterator[tuple[Side, Side]]:
    async with AsyncExitStack() as stack:
        names = "test_with_others", "test_without_others"
        with_others, without = [await stack.enter_async_context(side(mongodb_uri, name)) for name in names]
        yield with_others, without


def ids(number: int) -> Iterator[str]:
    return (f"baru-{number}-{place}" for place in count(1))


async def answer(here: Side, caller: Caller, asked: Asked, number: int) -> httpx.Response:
    """The same ids and the same moment on both sides."""
    moment = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(seconds=number)
    here.record = Record(here.store, caller, SITE, ids(number), clock=lambda: moment)
    content = asked.body if isinstance(asked.body, str) else json.dumps(asked.body) if asked.body is not None else None
    headers = {"Content-Type": "application/fhir+json", **asked.headers} if content is not None else asked.headers
    return await here.client.request(asked.method, asked.url, content=content, headers=headers)


def told(response: httpx.Response) -> tuple[int, str, dict[str, str]]:
    """All that the caller learns, without when it was; cursors are sealed, and hold the moment of the database."""
    return response.status_code, PASSING.sub("_", response.text), dict(response.headers) | {"content-length": ""}


def following(response: httpx.Response) -> Asked | None:
    """The next page; a Binary, given as what it is, has none."""
    if not response.content or "fhir+json" not in response.headers["content-type"]:
        return None
    links = response.json().get("link", ())
    url = next((link["url"] for link in links if link.get("relation") == "next"), None)
    return None if url is None else Asked("GET", url.removeprefix(f"{BASE}/"))


async def compare(sides: tuple[Side, Side], caller: Caller, asked: Asked, number: int) -> list[int]:
    """Asks both, page after page; the statuses."""
    pages: list[Asked | None] = [asked, asked]
    statuses = []
    for _ in range(1 + LINKS):
        if pages[0] is None or pages[1] is None:
            break
        answers = [await answer(here, caller, page, number) for here, page in zip(sides, pages, strict=True) if page]
        assert told(answers[0]) == told(answers[1]), f"{caller.subject} {sorted(map(str, caller.scopes))}: {asked}"
        assert answers[0].status_code < 500, (asked, answers[0].text)
        statuses.append(answers[0].status_code)
        pages = [following(one) for one in answers]
    return statuses


@pytest.mark.parametrize("part", range(PARTS))
async def test_others_make_no_difference(sides: tuple[Side, Side], part: int) -> None:
    """An example is a ward, a caller, and what it asks, one request after the other; each sees what those before it
    have written."""
    tried, steps = Counter[int](), count(1)
    for number in range(effort(EXAMPLES, MORE_EXAMPLES) // CALLERS_OF_A_WARD // PARTS):
        chosen = seed() + 1_000 * number + part
        dice, whole = Random(chosen), ward(chosen)
        gone = frozenset(dice.choice(((*"b",), (*"bd",), (*"be",), (*"bcde",))))
        fill(sides[0].rows, whole)
        fill(sides[1].rows, whole.without(gone))
        for caller in dice.choices(
            [one for one in CALLERS if gone.isdisjoint(one.patients or ())], k=CALLERS_OF_A_WARD
        ):
            for _ in range(REQUESTS):
                asked = request(dice, whole)
                try:
                    tried.update(await compare(sides, caller, asked, next(steps)))
                except AssertionError as error:
                    error.add_note(f"seed {chosen}, without {sorted(gone)}")
                    raise
        assert untouched(sides[0], whole, gone)
    assert all(tried[status] > 4 for status in (200, 201, 204, 400, 403, 404, 412)), tried
    assert tried[200] > sum(tried.values()) / 4, tried


def untouched(here: Side, whole: Ward, gone: frozenset[str]) -> bool:
    """What is of the others is as it was."""
    found = here.contents()
    rows = [(type, row) for type in TYPES for row in whole.documents.get(type, ())]
    rows += [(f"{type}_history", row) for type in TYPES for row in whole.past.get(type, ())]
    return all(as_stored(row) == found.get((name, row["_id"])) for name, row in rows if not gone.isdisjoint(of(row)))


def test_the_wards_have_what_could_be_told(sides: tuple[Side, Side]) -> None:
    """Resources of two patients, some that moved, some that are deleted, links to others."""
    whole = [ward(number) for number in range(20)]
    rows = [row for one in whole for type in TYPES for row in one.documents.get(type, ())]
    moved = [one for one in whole for type in TYPES for row in one.past.get(type, ()) if len(of(row)) == 1]
    assert len([row for row in rows if len(of(row)) > 1]) > 20
    assert len([row for row in rows if row["deleted"]]) > 20
    assert len(moved) > 100
    assert [row for row in rows if "link" in row.get("resource", {})]
