"""Read and vread over HTTP, conditional too."""

from __future__ import annotations

import httpx
import pytest

from tests.fhir_server.interactions.samples import patient, unique


@pytest.fixture
async def stored(client: httpx.AsyncClient) -> httpx.Response:
    """A patient in version 2."""
    id = unique("read")
    await client.put(f"Patient/{id}", json=patient(id))
    return await client.put(f"Patient/{id}", json=patient(id, gender="female"))


async def test_the_versions_of_a_resource(client: httpx.AsyncClient, stored: httpx.Response) -> None:
    id = stored.json()["id"]
    current = await client.get(f"Patient/{id}")
    assert current.headers["etag"] == 'W/"2"'
    assert current.json() == stored.json()
    assert (await client.get(f"Patient/{id}/_history/2")).json() == stored.json()
    first = await client.get(f"Patient/{id}/_history/1")
    assert first.headers["etag"] == 'W/"1"'
    assert "gender" not in first.json()


@pytest.mark.parametrize("version", ["3", "0", "x", "1.0", "-1", "99999999999"])
async def test_a_version_that_is_not(client: httpx.AsyncClient, stored: httpx.Response, version: str) -> None:
    assert (await client.get(f"Patient/{stored.json()['id']}/_history/{version}")).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": 'W/"2"'}, 304),
        ({"If-None-Match": '"2"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": 'W/"1", W/"2"'}, 304),
        ({"If-None-Match": 'W/"1"'}, 200),
        ({"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 304),
        ({"If-Modified-Since": "Wed, 01 Jan 2020 00:00:00 GMT"}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-None-Match": 'W/"1"', "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 200),
    ],
)
async def test_conditional_read(
    client: httpx.AsyncClient, stored: httpx.Response, headers: dict[str, str], status: int
) -> None:
    response = await client.get(f"Patient/{stored.json()['id']}", headers=headers)
    assert response.status_code == status
    assert bool(response.content) == (status == 200)


async def test_last_modified_can_be_sent_back(client: httpx.AsyncClient, stored: httpx.Response) -> None:
    headers = {"If-Modified-Since": stored.headers["last-modified"]}
    assert (await client.get(f"Patient/{stored.json()['id']}", headers=headers)).status_code == 304


async def test_what_is_not_there(client: httpx.AsyncClient) -> None:
    response = await client.get("Patient/nobody")
    assert response.status_code == 404
    assert response.json()["resourceType"] == "OperationOutcome"


async def test_head_is_get_without_a_body(client: httpx.AsyncClient, stored: httpx.Response) -> None:
    response = await client.head(f"Patient/{stored.json()['id']}")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["etag"] == 'W/"2"'


async def test_parts_of_a_resource(client: httpx.AsyncClient, stored: httpx.Response) -> None:
    response = await client.get(f"Patient/{stored.json()['id']}?_elements=gender")
    assert response.json()["gender"] == "female"
    assert "active" not in response.json()
    assert response.json()["meta"]["tag"][0]["code"] == "SUBSETTED"
