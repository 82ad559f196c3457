"""The real application on the real database, reached without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from pymongo import MongoClient

from auth.caller import SYSTEM
from fhir_server.record import Record
from fhir_server.store.store import Store
from main import create_app, open_store, site
from settings import Settings

BASE = "http://test/fhir"


def settings(uri: str, database: str, **changes: Any) -> Settings:
    """Of an open server, whose journal is not made into AuditEvents: they would come between what tests count."""
    chosen = {"open": True, "audit_events": False, "rate_per_token": 0, "rate_per_address": 0, **changes}
    return Settings(mongodb_uri=SecretStr(uri), mongodb_database=database, base_url=BASE, **chosen)


@asynccontextmanager
async def client_of(configured: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(configured)
    async with app.router.lifespan_context(app) as state:
        transport = httpx.ASGITransport(app=with_state(app, dict(state or {})))
        async with httpx.AsyncClient(transport=transport, base_url=f"{BASE}/", timeout=60) as client:
            yield client


def with_state(app: Any, state: dict[str, Any]) -> Any:
    """ASGITransport does not run the lifespan: requests get its state from here."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "state": dict(state)}, receive, send)

    return wrapped


@pytest.fixture(scope="session")
def shared_database(mongodb_uri: str) -> Iterator[str]:
    """One database for the tests that keep to ids and codes of their own."""
    yield "test_shared"
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        client.drop_database("test_shared")


@pytest.fixture(scope="session")
async def client(mongodb_uri: str, shared_database: str) -> AsyncIterator[httpx.AsyncClient]:
    """An open server; its database is shared by many tests."""
    async with client_of(settings(mongodb_uri, shared_database)) as found:
        yield found


@pytest.fixture
async def empty_client(mongodb_uri: str, database_name: str) -> AsyncIterator[httpx.AsyncClient]:
    """An open server on a database of its own."""
    async with client_of(settings(mongodb_uri, database_name)) as found:
        yield found


@pytest.fixture
async def store(mongodb_uri: str, database_name: str) -> AsyncIterator[Store]:
    async with open_store(settings(mongodb_uri, database_name)) as found:
        yield found


@pytest.fixture
def record(store: Store) -> Record:
    """The record of a caller without limits, on a database of its own."""
    return Record(store, SYSTEM, site(Settings(base_url=BASE)))
