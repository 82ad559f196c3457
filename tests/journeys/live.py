"""A server with sign-in in processes of its own, as `rsud serve` starts them, where an app and a browser reach it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx

from auth.issuer import Issuer
from auth.storage.database import connected
from tests import processes
from tests.journeys.smart import FHIR, URL, Smart
from tests.journeys.test_readme import is_ready


class ToPort(httpx.AsyncHTTPTransport):
    """Whatever the address says, it leads to this port of 127.0.0.1: as a proxy before the server does it."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self.port)
        passed = httpx.Request(
            request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
        )
        return await super().handle_async_request(passed)


@asynccontextmanager
async def live(folder: Path, uri: str, database: str, *arguments: str) -> AsyncIterator[Smart]:
    """`arguments`: more of them for `rsud serve`."""
    port = processes.free_port()
    environment = {"RSUD_MONGODB_URI": uri, "RSUD_MONGODB_DATABASE": database, "RSUD_BASE_URL": FHIR}
    limits = {"RSUD_RATE_PER_TOKEN": "0", "RSUD_RATE_PER_ADDRESS": "0", "RSUD_AUDIT_EVENTS": "false"}
    started = processes.start(
        folder, "serve", "--port", str(port), *arguments, PYTHONPATH=str(processes.ROOT), **environment, **limits
    )
    transport = partial(ToPort, port)
    try:
        processes.wait_until(lambda: started.poll() is not None or is_ready(port), seconds=60)
        with connected(uri, database) as documents:
            async with httpx.AsyncClient(transport=transport(), base_url=URL, timeout=60) as client:
                yield Smart(client, Issuer(URL, FHIR, documents), transport)
    finally:
        started.terminate()
        started.communicate(timeout=30)
