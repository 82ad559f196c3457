"""What every test may ask for: one real MongoDB replica set for the whole run, and a fresh database in it per test."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from fhir_server.store import mongod

SNAPSHOT_SECONDS = 60


@pytest.fixture(scope="session")
def mongodb_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an embedded MongoDB that lives as long as the test run."""
    with mongod.running(tmp_path_factory.mktemp("mongodb")) as embedded:
        with MongoClient[dict[str, Any]](embedded.uri) as client:
            # Dropped databases keep their files open as long as snapshots reach back: an hour of tests opens too many.
            client.admin.command("setParameter", 1, minSnapshotHistoryWindowInSeconds=SNAPSHOT_SECONDS)
        yield embedded.uri


@pytest.fixture(scope="session")
def _mongodb(mongodb_uri: str) -> Iterator[MongoClient[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        yield client


@pytest.fixture
def database_name(_mongodb: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """The name of a database that no other test uses; it is dropped after the test."""
    name = f"test_{uuid.uuid4().hex}"
    yield name
    _mongodb.drop_database(name)
