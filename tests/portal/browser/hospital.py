"""The demo hospital behind a real `rsud serve`, with the accounts of the world of the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from anyio import to_thread
from pydantic import SecretStr

from auth.issuer import Issuer
from auth.storage.database import connected
from auth.users import User
from settings import Settings
from tests.journeys.servers import Running
from tests.portal.world import enrolled, seeded
from tests.processes import ROOT, free_port, start, wait_until

NAME = "RSUD Mahakam Sejahtera"


@dataclass(frozen=True)
class Hospital:
    """`url`: its root, without a slash at the end; `mother`, who acts for `child`, and `stranger`: as in World."""

    settings: Settings
    url: str
    issuer: Issuer
    mother: User
    stranger: User
    child: str

    @property
    def patient(self) -> str:
        assert self.mother.patient is not None
        return self.mother.patient


@asynccontextmanager
async def serving(folder: Path, uri: str, database: str) -> AsyncIterator[Hospital]:
    """It serves until the end of the context; its database is gone then."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = Settings(mongodb_uri=SecretStr(uri), mongodb_database=database, base_url=f"{url}/fhir", port=port)
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Makassar")).date()
    patients = await seeded(settings, today)
    with connected(uri, database) as documents:
        mother, stranger = enrolled(documents, patients, today)
        running = await to_thread.run_sync(_started, folder, settings, url)
        try:
            yield Hospital(settings, url, Issuer(url, f"{url}/fhir", documents), mother, stranger, patients[1])
        finally:
            running.kill()
            running.process.communicate()
            documents.client.drop_database(database)


def _started(folder: Path, settings: Settings, url: str) -> Running:
    variables = {
        "PYTHONPATH": str(ROOT),
        "RSUD_MONGODB_URI": settings.mongodb_uri.get_secret_value() if settings.mongodb_uri else "",
        "RSUD_MONGODB_DATABASE": settings.mongodb_database,
        "RSUD_HOSPITAL_NAME": NAME,
        "RSUD_RATE_PER_ADDRESS": "0",
    }
    process = start(folder, "serve", "--port", str(settings.port), **variables)
    wait_until(lambda: process.poll() is not None or _is_ready(url))
    assert process.poll() is None, process.communicate()
    return Running(process, url, settings.port)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
