"""The two records of charts: one store for the tests that only read, and one of its own for each that writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pymongo import MongoClient

from fhir_server.record import Record
from fhir_server.store.store import Store
from main import open_store
from tests.fhir_server.conftest import settings
from tests.fhir_server.interactions.operations.charts import WITH_RESUME, Json, fill


@asynccontextmanager
async def opened(uri: str, name: str) -> AsyncIterator[Store]:
    """A store for many tests."""
    async with open_store(settings(uri, name)) as found:
        yield found
    with MongoClient[Json](uri) as client:
        client.drop_database(name)


@pytest.fixture(scope="session")
async def charts_store(mongodb_uri: str) -> AsyncIterator[Store]:
    async with opened(mongodb_uri, "test_charts") as found:
        yield found


@pytest.fixture(scope="session")
async def charts(charts_store: Store) -> Record:
    """To read from: the record of a caller without limits."""
    return await fill(charts_store)


@pytest.fixture
async def own_charts(store: Store) -> Record:
    """The same, to write into."""
    return await fill(store)


@pytest.fixture(scope="module")
async def resume_store(mongodb_uri: str) -> AsyncIterator[Store]:
    async with opened(mongodb_uri, "test_resume") as found:
        yield found


@pytest.fixture(scope="module")
async def resume(resume_store: Store) -> Record:
    """With a Composition; to read from, and to write other Compositions into."""
    return await fill(resume_store, *WITH_RESUME)


@pytest.fixture
async def own_resume(store: Store) -> Record:
    return await fill(store, *WITH_RESUME)
