"""The demo hospital behind a real `rsud serve`, with the accounts of the world of the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from anyio import to_thread
from pydantic import SecretStr

from auth.issuer import Issuer
from auth.storage.database import connected
from auth.users import User
from settings import Settings
from tests.journeys.servers import signing_in
from tests.portal.world import enrolled, seeded
from tests.processes import free_port

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
        running = await to_thread.run_sync(signing_in, folder, settings, NAME)
        try:
            yield Hospital(settings, url, Issuer(url, f"{url}/fhir", documents), mother, stranger, patients[1])
        finally:
            running.kill()
            running.process.communicate()
            documents.client.drop_database(database)
