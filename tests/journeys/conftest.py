"""What the stories share: the real application on the real database, and a look into that database past the server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pymongo import MongoClient
from pymongo.database import Database

from auth.caller import SYSTEM
from fhir_server.record import Record
from fhir_server.store.store import Store
from main import open_store, site
from tests.fhir_server.conftest import client_of, settings
from tests.journeys.hostile import besieged
from tests.journeys.servers import Running
from tests.journeys.smart import serving
from tests.journeys.smart_world import Hospital, hospital

hypothesis_settings.register_profile(
    "nightly",
    max_examples=1000,
    stateful_step_count=100,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
async def client(mongodb_uri: str, database_name: str) -> AsyncIterator[httpx.AsyncClient]:
    """An open server on a database of its own."""
    async with client_of(settings(mongodb_uri, database_name)) as found:
        yield found


@pytest.fixture
def database(mongodb_uri: str, database_name: str) -> Iterator[Database[dict[str, Any]]]:
    """The database of `client` and `store`, to see what is really there."""
    with MongoClient[dict[str, Any]](mongodb_uri) as found:
        yield found[database_name]


@pytest.fixture
async def store(mongodb_uri: str, database_name: str) -> AsyncIterator[Store]:
    async with open_store(settings(mongodb_uri, database_name)) as found:
        yield found


@pytest.fixture
def record(store: Store, mongodb_uri: str, database_name: str) -> Record:
    """The record of a caller without limits."""
    return Record(store, SYSTEM, site(settings(mongodb_uri, database_name)))


@pytest.fixture(scope="session")
def besieged_server(mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server process for hostile input."""
    with besieged(tmp_path_factory.mktemp("besieged"), mongodb_uri) as found:
        yield found


@pytest.fixture(scope="session")
async def besieged_client(besieged_server: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=besieged_server.url, timeout=30, trust_env=False) as found:
        yield found


@pytest.fixture(scope="session")
async def world(mongodb_uri: str) -> AsyncIterator[Hospital]:
    """A server with sign-in and a small hospital in it; each test registers its own apps."""
    async with serving(mongodb_uri, "test_smart") as smart:
        yield await hospital(smart)
        smart.issuer.database.client.drop_database("test_smart")
