"""What only the web sees: headers, formats, languages, limits, sign-in."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest

from auth.caller import Caller
from fhir_server.record import Record
from fhir_server.routes import Door
from tests.fhir_server.conftest import BASE, client_of, settings, with_state
from tests.fhir_server.interactions.samples import patient, unique


async def test_every_answer_is_guarded(client: httpx.AsyncClient) -> None:
    for address in ("metadata", "Patient?_count=1", "Patient/nobody", "Nonsense"):
        headers = (await client.get(address)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] in ("no-store", "private, no-cache")
        assert "default-src 'none'" in headers["content-security-policy"]


async def test_xml_in_and_out(client: httpx.AsyncClient) -> None:
    body = b'<Patient xmlns="http://hl7.org/fhir"><active value="true"/><name><text value="Siti"/></name></Patient>'
    headers = {"Content-Type": "application/fhir+xml", "Accept": "application/fhir+xml"}
    created = await client.post("Patient", content=body, headers=headers)
    assert created.status_code == 201
    assert created.headers["content-type"] == "application/fhir+xml; charset=utf-8"
    id = created.headers["location"].split("/")[-3]
    assert (await client.get(f"Patient/{id}")).json()["name"] == [{"text": "Siti"}]
    assert b'<text value="Siti"/>' in (await client.get(f"Patient/{id}?_format=xml")).content


async def test_pretty(client: httpx.AsyncClient) -> None:
    assert b"\n  " in (await client.get("metadata?_pretty=true")).content
    assert b"\n" not in (await client.get("metadata")).content
    assert b"\n  " in (await client.get("metadata", headers={"Accept": "text/html, */*;q=0.8"})).content


async def test_gzip_where_the_client_takes_it(client: httpx.AsyncClient) -> None:
    request = client.build_request("GET", "metadata", headers={"Accept-Encoding": "gzip"})
    response = await client.send(request, stream=True)
    raw = b"".join([chunk async for chunk in response.aiter_raw()])
    assert response.headers["content-encoding"] == "gzip"
    assert b"CapabilityStatement" in gzip.decompress(raw)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Accept": "text/csv"}, 406),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/fhir+json", "Content-Encoding": "gzip"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/json-patch+json"}, 415),
    ],
)
async def test_formats_that_are_not_spoken(client: httpx.AsyncClient, headers: dict[str, str], status: int) -> None:
    response = await client.post("Patient", content=b'{"resourceType":"Patient"}', headers=headers)
    assert response.status_code == status
    assert response.json()["resourceType"] == "OperationOutcome"


async def test_an_empty_body_is_no_resource(client: httpx.AsyncClient) -> None:
    response = await client.post("Patient", headers={"Content-Type": "application/fhir+json"})
    assert response.status_code == 400


async def test_errors_in_the_language_of_the_client(client: httpx.AsyncClient) -> None:
    id = unique("language")
    indonesian = (await client.get(f"Patient/{id}")).json()["issue"][0]["diagnostics"]
    english = await client.get(f"Patient/{id}", headers={"Accept-Language": "en-GB,en;q=0.8"})
    assert (indonesian, english.json()["issue"][0]["diagnostics"]) == (
        f"Tidak ada Patient/{id}.",
        f"There is no Patient/{id}.",
    )


async def test_a_body_over_the_limit(mongodb_uri: str, database_name: str) -> None:
    async with client_of(settings(mongodb_uri, database_name, max_body_bytes=2048)) as client:
        big = patient(name=[{"text": "x" * 3000}])
        assert (await client.post("Patient", json=big)).status_code == 413

        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(4):
                yield b" " * 1000

        headers = {"Content-Type": "application/fhir+json"}
        assert (await client.post("Patient", content=chunks(), headers=headers)).status_code == 413
        assert (await client.post("Patient", json=patient())).status_code == 201


async def test_without_open_only_the_capabilities_are_public(mongodb_uri: str, database_name: str) -> None:
    closed = settings(mongodb_uri, database_name).model_copy(update={"open": False})
    async with client_of(closed) as client:
        assert (await client.get("metadata")).status_code == 200
        for method, address in (("GET", "Patient"), ("GET", "Patient/1"), ("POST", ""), ("DELETE", "Patient/1")):
            response = await client.request(method, address)
            assert response.status_code == 401
            assert response.headers["www-authenticate"].startswith("Bearer")
            assert response.json()["issue"][0]["code"] == "login"


async def test_a_bug_of_ours_tells_nothing_but_a_number(caplog: pytest.LogCaptureFixture) -> None:
    def broken(caller: Caller) -> Record:
        raise RuntimeError("secret detail")

    app = with_state(Door(BASE, is_open=True, max_body_bytes=1000), {"record_for": broken})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=f"{BASE}/") as client:
        response = await client.get("Patient/1", headers={"Accept-Language": "en"})
    (issue,) = response.json()["issue"]
    assert (response.status_code, issue["severity"], issue["code"]) == (500, "fatal", "exception")
    assert "secret" not in response.text
    number = issue["diagnostics"].split()[-1].rstrip(".")
    assert any(number in entry.getMessage() and "secret detail" in str(entry.exc_info) for entry in caplog.records)
