"""The page at / and the health checks."""

from __future__ import annotations

from tests.fhir_server.conftest import client_of, settings


async def test_the_page_says_what_is_here(mongodb_uri: str, database_name: str) -> None:
    async with client_of(settings(mongodb_uri, database_name)) as client:
        page = await client.get("http://test/")
        assert page.status_code == 200
        assert "http://test/fhir/metadata" in page.text
        assert "Tanpa autentikasi" in page.text
        assert "/auth/apps" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
    closed = settings(mongodb_uri, database_name).model_copy(update={"open": False})
    async with client_of(closed) as client:
        page = await client.get("http://test/")
        assert "Tanpa autentikasi" not in page.text
        assert "/auth/apps" in page.text


async def test_health(mongodb_uri: str, database_name: str) -> None:
    async with client_of(settings(mongodb_uri, database_name)) as client:
        assert (await client.get("http://test/health/live")).json() == {"status": "live"}
        assert (await client.get("http://test/health/ready")).json() == {"status": "ready"}
