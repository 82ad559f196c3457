"""However a search is counted, paged or sent, it is the same search. https://hl7.org/fhir/R4/search.html#count

More of it: `pytest tests/journeys/test_search_metamorphic.py --hypothesis-profile=nightly`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from tests.journeys.search_model.asking import Hospital, answered, at_once, bundle_of, effort, found, hospital, seed
from tests.journeys.search_model.dice import Dice, Json
from tests.journeys.search_model.search import Search
from tests.journeys.search_model.searches import Searches

SEED, MOST_PAGES = 2027, 4
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
async def asked(mongodb_uri: str) -> AsyncIterator[Hospital]:
    async with hospital(mongodb_uri, "test_search_metamorphic", SEED) as found:
        yield found


async def test_every_way_to_ask_gives_the_same(asked: Hospital) -> None:
    client = asked.all.client
    chosen, pages = seed(), Counter[int]()

    async def check(search: Search) -> None:
        whole = await bundle_of(client, search, ("_count", "1000"))
        size = len(found(whole))
        count = 1 + size // (1 + len(str(search)) % MOST_PAGES)
        got = [page async for page in paged(client, search, count)]
        posted = [page async for page in paged(client, search, count, post=True)]
        back = [page async for page in backward(client, search, got[-1])]
        counted = await bundle_of(client, search, ("_summary", "count"))
        pages[len(got)] += 1
        totals = {counted["total"], got[0]["total"], posted[0]["total"], whole["total"], size, len(set(found(whole)))}
        assert len(totals) == 1, f"seed {chosen}: {search} {totals}"
        assert "entry" not in counted, f"seed {chosen}: {search}"
        assert joined(got) == joined(posted) == joined(back[::-1]) == found(whole), (
            f"seed {chosen}: {search} by {count}"
        )

    make = Searches(asked.all.world, Dice(Random(chosen)))
    await at_once((make() for _ in range(effort(1_000, 20_000))), check)
    assert min(pages[number] for number in (1, 2, 3)) > 20


def joined(pages: list[Json]) -> list[Any]:
    return [name for page in pages for name in found(page)]


async def paged(client: httpx.AsyncClient, search: Search, count: int, *, post: bool = False) -> AsyncIterator[Json]:
    """The pages that follow one another by `next`, by GET or by POST of the same parameters."""
    pairs = [*search.query, ("_count", str(count)), ("_total", "accurate")]
    while pairs:
        if post:
            address = f"{search.path}/_search".lstrip("/")
            answer = await client.post(address, content=urlencode(pairs), headers=FORM)
        else:
            answer = await client.get(f"{search.path}?{urlencode(pairs)}")
        page = answered(answer, search)
        yield page
        pairs = linked(page, "next")


async def backward(client: httpx.AsyncClient, search: Search, last: Json) -> AsyncIterator[Json]:
    """This page, and those before it, by `previous`."""
    yield last
    pairs = linked(last, "previous")
    while pairs:
        page = answered(await client.get(f"{search.path}?{urlencode(pairs)}"), search)
        yield page
        pairs = linked(page, "previous")


def linked(page: Json, relation: str) -> list[tuple[str, str]]:
    """The parameters of a link; none where there is no such link."""
    links = {link["relation"]: link["url"] for link in page["link"]}
    return parse_qsl(urlsplit(links.get(relation, "")).query, keep_blank_values=True)
