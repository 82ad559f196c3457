"""Random searches find, and order, what a model written from the specification does. https://hl7.org/fhir/R4/search.html

20,000 of them: `pytest tests/journeys/test_search_differential.py --hypothesis-profile=nightly`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from random import Random

import pytest

from tests.journeys.search_model.asking import Hospital, View, at_once, bundle_of, effort, found, hospital, seed
from tests.journeys.search_model.dice import Dice
from tests.journeys.search_model.evaluation import address, matching
from tests.journeys.search_model.includes import included
from tests.journeys.search_model.ordering import ordered
from tests.journeys.search_model.search import FEATURES, Search, features
from tests.journeys.search_model.searches import Searches
from tests.journeys.search_model.shrinking import BROUGHT, Answers, Ask, report

SEED = 2026
LEAST = 3
"""Each feature is tried so many times, at least, even in a short run."""


@pytest.fixture(scope="module")
async def asked(mongodb_uri: str) -> AsyncIterator[Hospital]:
    async with hospital(mongodb_uri, "test_search_differential", SEED) as found:
        yield found


async def test_the_server_finds_what_the_model_finds(asked: Hospital) -> None:
    chosen, tried = seed(), Counter[str]()

    async def check(search: Search) -> None:
        for view in views(search, asked):
            ask = comparison(view)
            answers = await ask(search)
            assert not answers.differ, f"seed {chosen}: {await report(search, ask, view.world)}"
            tried.update(features(search) | ({"found"} if answers.model else {"nothing"}))

    make = Searches(asked.all.world, Dice(Random(chosen)))
    await at_once((make() for _ in range(effort(1_000, 20_000))), check)
    assert tried["found"] > tried["nothing"] / 2
    assert [feature for feature in FEATURES if tried[feature] < LEAST] == []


def views(search: Search, asked: Hospital) -> list[View]:
    """Searches through other resources are tried in each view."""
    return [asked.all, asked.joining, asked.among, asked.bound] if search.joins else [asked.all, asked.bound]


def comparison(view: View) -> Ask:
    async def ask(search: Search) -> Answers:
        matches = matching(view.world, search)
        model = [address(one) for one in ordered(matches, search.sort, view.world)]
        brought = sorted(included(matches, search.includes, view.world))
        bundle = await bundle_of(view.client, search, ("_count", "1000"))
        real = found(bundle) + [BROUGHT + name for name in sorted(found(bundle, "include"))]
        return Answers(real, model + [BROUGHT + name for name in brought])

    return ask
