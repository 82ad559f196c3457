"""The application as it is put together."""

from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from guards import Limits
from main import create_app, limits
from settings import Settings
from tests.fhir_server.conftest import client_of, settings


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8080", 200), ("localhost", 200), ("[::1]:8080", 200), ("test", 200), ("rebound.example.org", 400)],
)
async def test_an_open_server_answers_to_its_own_names_only(
    mongodb_uri: str, database_name: str, host: str, status: int
) -> None:
    async with client_of(settings(mongodb_uri, database_name)) as client:
        assert (await client.get("metadata", headers={"Host": host})).status_code == status


async def test_without_a_database_it_does_not_start() -> None:
    app = create_app(Settings())
    with pytest.raises(ValueError, match="RSUD_MONGODB_URI"):
        async with app.router.lifespan_context(app):
            pass


async def test_what_is_not_ours_is_a_404(mongodb_uri: str, database_name: str) -> None:
    configured = settings(mongodb_uri, database_name).model_copy(update={"mongodb_uri": SecretStr(mongodb_uri)})
    async with client_of(configured) as client:
        for address in ("http://test/docs", "http://test/openapi.json", "http://test/fhirx"):
            assert (await client.get(address)).status_code == httpx.codes.NOT_FOUND


async def test_a_server_with_sign_in_bounds_how_often_one_asks(mongodb_uri: str, database_name: str) -> None:
    async with client_of(settings(mongodb_uri, database_name, open=False, rate_per_address=12)) as client:
        answers = [await client.get("Patient") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert answers[-1].json()["issue"][0]["code"] == "throttled"


def test_an_open_server_bounds_nobody() -> None:
    assert limits(Settings(open=True)) == Limits()
    assert limits(Settings(proxies=1)) == Limits(per_token=6000, per_address=600, proxies=1)
