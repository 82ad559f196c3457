"""The patients' pages over the demo hospital, without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from auth.storage import clients
from fhir_server.record import Record
from main import open_record
from settings import Settings
from tests.journeys.smart import FHIR, serving
from tests.journeys.tokens import APP
from tests.portal.world import World, accounts, seeded

DATABASE = "test_portal"


@pytest.fixture(scope="session")
async def world(mongodb_uri: str) -> AsyncIterator[World]:
    """One hospital for all tests of the pages: each books and asks under its own names."""
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Makassar")).date()
    settings = Settings(mongodb_uri=SecretStr(mongodb_uri), mongodb_database=DATABASE, base_url=FHIR)
    patients = await seeded(settings, today)
    async with serving(mongodb_uri, DATABASE, verify_per_address=600) as smart:
        clients.add(smart.issuer.database, APP)
        yield accounts(smart, patients, today)
        smart.issuer.database.client.drop_database(DATABASE)


@pytest.fixture(scope="session")
async def hospital(world: World, mongodb_uri: str) -> AsyncIterator[Record]:
    """The record of the same hospital without limits, for what no caller may write."""
    settings = Settings(mongodb_uri=SecretStr(mongodb_uri), mongodb_database=DATABASE, base_url=FHIR)
    async with open_record(settings) as record:
        yield record
