"""Patients with a record of their own for one test, beside those of the demo hospital."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from main import open_record
from settings import Settings
from tests.journeys.smart import FHIR
from tests.portal.conftest import DATABASE
from tests.portal.record.charts import Hospital
from tests.portal.world import World


@pytest.fixture(scope="session")
async def hospital(world: World, mongodb_uri: str) -> AsyncIterator[Hospital]:
    """What the hospital writes."""
    settings = Settings(mongodb_uri=SecretStr(mongodb_uri), mongodb_database=DATABASE, base_url=FHIR)
    async with open_record(settings) as record:
        yield Hospital(world, record)
