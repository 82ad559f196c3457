"""The endpoints when something is wrong on our side: told without details, and never as the client's fault."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import pytest
from anyio import CapacityLimiter
from pymongo.errors import AutoReconnect
from starlette.applications import Starlette
from starlette.middleware import Middleware

from auth.issuer import Issuer
from auth.pages.site import Pages
from auth.people import People
from auth.protocol import server_of
from auth.routes import database_failed, routes
from auth.senders import nobody
from auth.storage.database import DatabaseFailed, Documents
from fhir_server.routes import Door, fhir_first
from tests.auth.apps import asking
from tests.fhir_server.conftest import with_state

URL = "https://ehr.test"
FORM = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b", "token": "t"}


class Broken:
    """A database that raises whatever is done with it."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getitem__(self, name: str) -> Any:
        raise self._error


@asynccontextmanager
async def reached(error: Exception) -> AsyncIterator[httpx.AsyncClient]:
    issuer = Issuer(URL, f"{URL}/fhir", cast("Documents", Broken(error)))

    async def caller(token: str) -> None:
        raise error

    door = Door(issuer.fhir_base, is_open=False, max_body_bytes=1000)
    app = Starlette(
        routes=routes(URL),
        middleware=[Middleware(fhir_first, door=door, others=[route.path for route in routes(URL)])],
        exception_handlers={DatabaseFailed: database_failed},
    )
    pages = Pages(issuer, cast("People", None), nobody)
    state = {"server": server_of(issuer), "threads": CapacityLimiter(2), "pages": pages, "caller": caller}
    state["record_for"] = lambda _: None
    transport = httpx.ASGITransport(app=with_state(app, state))
    async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
        yield client


@pytest.mark.parametrize("path", ["token", "introspect", "revoke", "register"])
async def test_a_database_that_is_away_is_told_as_such(path: str) -> None:
    async with reached(AutoReconnect("away")) as client:
        more: dict[str, Any] = (
            {"json": {}, "headers": {"Authorization": "Bearer x"}} if path == "register" else {"data": FORM}
        )
        answer = await client.post(f"/auth/{path}", **more)
        keys = await client.get("/auth/jwks")
    for found in (answer, keys):
        assert (found.status_code, found.json()) == (503, {"error": "temporarily_unavailable"})
        assert found.headers["retry-after"] == "5"


async def test_and_so_it_is_on_the_way_to_a_page_and_to_the_record() -> None:
    async with reached(AutoReconnect("away")) as client:
        page = await client.get(
            "/auth/authorize", params=asking(Issuer(URL, f"{URL}/fhir", cast("Documents", None)), "a")
        )
        record = await client.get("/fhir/Patient", headers={"Authorization": "Bearer x"})
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert (record.status_code, record.json()["resourceType"]) == (503, "OperationOutcome")


async def test_a_fault_of_ours_tells_nothing_but_a_number(caplog: pytest.LogCaptureFixture) -> None:
    async with reached(RuntimeError("secret detail")) as client:
        answer = await client.post("/auth/token", data=FORM)
    told = answer.json()
    assert (answer.status_code, told["error"]) == (500, "server_error")
    assert "secret" not in answer.text
    number = told["error_description"].split()[-1].rstrip(".")
    assert any(number in entry.getMessage() and "secret detail" in str(entry.exc_info) for entry in caplog.records)


async def test_without_tls_no_token_is_given_to_another_machine(issuer: Issuer) -> None:
    here = Issuer("http://ehr.example", "http://ehr.example/fhir", issuer.database)
    app = Starlette(routes=routes(here.url))
    state = {"server": server_of(here), "threads": CapacityLimiter(2)}
    transport = httpx.ASGITransport(app=with_state(app, state))
    async with httpx.AsyncClient(transport=transport, base_url=here.url) as client:
        answer = await client.post("/auth/token", data=FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "insecure_transport")
