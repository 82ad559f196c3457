"""One authorization server for the tests: each of them registers its own apps and people in the shared database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from auth.issuer import Issuer
from auth.protocol import server_of
from auth.server import Server
from auth.storage.database import Documents, connected

URL = "https://ehr.test"


@pytest.fixture(scope="session")
def shared_documents(mongodb_uri: str) -> Iterator[Documents]:
    with connected(mongodb_uri, "test_auth") as database:
        yield database
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        client.drop_database("test_auth")


@pytest.fixture
def issuer(shared_documents: Documents) -> Issuer:
    return Issuer(URL, f"{URL}/fhir", shared_documents)


@pytest.fixture
def server(issuer: Issuer) -> Server:
    return server_of(issuer)
