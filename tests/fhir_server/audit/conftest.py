"""A journal with a story in it, and what was made of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from auth.caller import OPEN
from fhir_server.audit.heads import HeadsLog, private_key
from fhir_server.audit.projection import Pace, Projection
from fhir_server.interactions.dispatch import answer
from fhir_server.messages import FhirRequest, FhirResponse
from fhir_server.record import Record
from fhir_server.site import Site
from fhir_server.store.store import Store

Ask = Callable[..., Awaitable[FhirResponse]]

AT_ONCE = Pace(rest=0, rest_busy=0)


@pytest.fixture
def ask(store: Store) -> Ask:
    """Answers one request of an open server."""

    async def asked(method: str, path: str, body: Any = None, **more: Any) -> FhirResponse:
        segments = tuple(path.split("/")) if path else ()
        return await answer(FhirRequest(method, segments, body=body, **more), Record(store, OPEN, Site()))

    return asked


@pytest.fixture
def database(mongodb_uri: str, database_name: str) -> Iterator[Database[dict[str, Any]]]:
    """The database of `store`, past the server."""
    with MongoClient[dict[str, Any]](mongodb_uri, tz_aware=True) as client:
        yield client[database_name]


@pytest.fixture
def heads(tmp_path: Path) -> HeadsLog:
    return HeadsLog(tmp_path / "heads.log", private_key(tmp_path / "key.pem"))


@pytest.fixture
def projection(store: Store, heads: HeadsLog) -> Projection:
    return Projection(store.audit_trail(), Site, heads, pace=AT_ONCE)


@pytest.fixture
async def told(ask: Ask, projection: Projection) -> None:
    """Eight rounds of writes and reads, one after the other and at the same time, all made into AuditEvents."""
    for round in range(8):
        await ask("PUT", f"Patient/{round}", {"resourceType": "Patient", "id": str(round)})
        await asyncio.gather(*(ask("GET", f"Patient/{seen}") for seen in range(round + 1)))
    await projection.step()
