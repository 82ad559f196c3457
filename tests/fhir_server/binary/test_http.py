"""Binaries over HTTP: as what they are, as resources, in parts; what is refused."""

from __future__ import annotations

import base64
import random
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pymongo import MongoClient
from pymongo.database import Database

from fhir_server.binary.contents import LARGE
from tests.fhir_server.conftest import client_of, settings
from tests.fhir_server.interactions.samples import patient, unique
from tests.journeys.bundles import bundle, entry

Json = dict[str, Any]

PDF = {"Content-Type": "application/pdf"}
FHIR_JSON, FHIR_XML = "application/fhir+json", "application/fhir+xml"
SMALL = b"%PDF-1.7 " + random.Random(1).randbytes(1000)
BIG = b"%PDF-1.7 " + random.Random(2).randbytes(3 * LARGE)
MOST = 1_000_000
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
SAFE = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
}


async def sent(client: httpx.AsyncClient, content: bytes, **headers: str) -> str:
    answer = await client.post("Binary", content=content, headers={**PDF, **headers})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def resource(content: bytes, **more: Any) -> Json:
    text = base64.b64encode(content).decode()
    return {"resourceType": "Binary", "contentType": "application/pdf", "data": text, **more}


async def test_the_capabilities_tell_of_it(client: httpx.AsyncClient) -> None:
    rows = (await client.get("metadata")).json()["rest"][0]["resource"]
    told = {row["type"]: row.get("documentation", "") for row in rows}
    assert "X-Security-Context" in told["Binary"]


@pytest.mark.parametrize("content", [SMALL, BIG], ids=["small", "big"])
async def test_bytes_in_and_out(client: httpx.AsyncClient, content: bytes) -> None:
    id = await sent(client, content)
    answer = await client.get(f"Binary/{id}")
    assert (answer.status_code, answer.content) == (200, content)
    assert {name: answer.headers[name] for name in SAFE} == SAFE
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="Binary-{id}.pdf"'
    assert (answer.headers["etag"], answer.headers["accept-ranges"]) == ('"1"', "bytes")
    assert "x-security-context" not in answer.headers


@pytest.mark.parametrize("content", [SMALL, BIG], ids=["small", "big"])
@pytest.mark.parametrize("form", ["json", "xml"])
async def test_the_same_as_a_resource(client: httpx.AsyncClient, content: bytes, form: str) -> None:
    """What is read as a resource can be sent as one, and is the same."""
    id = await sent(client, content)
    read = await client.get(f"Binary/{id}?_pretty=true", headers={"Accept": f"application/fhir+{form}"})
    assert read.headers["content-type"] == f"application/fhir+{form}; charset=utf-8"
    assert int(read.headers["content-length"]) == len(read.content)
    again = await client.put(f"Binary/{id}", content=read.content, headers={"Content-Type": f"application/fhir+{form}"})
    assert (again.status_code, again.headers["etag"]) == (200, 'W/"1"'), again.text
    found = (await client.get(f"Binary/{id}?_format=json")).json()
    assert base64.b64decode(found["data"]) == content
    assert found == {**resource(content), "id": id, "meta": found["meta"]}
    assert set(found["meta"]) == {"versionId", "lastUpdated"}


@pytest.mark.parametrize("content", [SMALL, BIG], ids=["small", "big"])
async def test_sent_as_a_resource(client: httpx.AsyncClient, content: bytes) -> None:
    row = resource(content, securityContext={"reference": "Patient/contoh"}, meta={"tag": [{"code": "x"}]})
    for type in (FHIR_JSON, "application/json"):
        made = await client.post("Binary", json=row, headers={"Content-Type": type})
        assert made.status_code == 201, made.text
        native = await client.get(f"Binary/{made.json()['id']}")
        assert (native.content, native.headers["x-security-context"]) == (content, "Patient/contoh")


@pytest.mark.parametrize("type", [FHIR_JSON, "application/json"])
async def test_the_content_first(client: httpx.AsyncClient, type: str) -> None:
    """Large, with everything else after it: only FHIR's own type says that this is no JSON file."""
    text = f'{{"data": "{base64.b64encode(BIG).decode()}", "contentType": "application/pdf", "resourceType": "Binary"}}'
    made = await client.post("Binary", content=text, headers={"Content-Type": type})
    assert made.status_code == 201, made.text
    native = await client.get(f"Binary/{made.json()['id']}")
    assert native.content == (BIG if type == FHIR_JSON else text.encode())


@pytest.mark.parametrize(
    ("accept", "type"),
    [
        ("*/*", "application/pdf"),
        ("application/pdf", "application/pdf"),
        ("image/png", "application/pdf"),
        ("application/*", "application/pdf"),
        (BROWSER, "application/pdf"),
        (FHIR_JSON, f"{FHIR_JSON}; charset=utf-8"),
        (f"{FHIR_XML}, */*;q=0.1", f"{FHIR_XML}; charset=utf-8"),
        ("application/json", f"{FHIR_JSON}; charset=utf-8"),
        (f"application/pdf, {FHIR_JSON};q=0.5", "application/pdf"),
    ],
)
async def test_as_what_it_is_given(client: httpx.AsyncClient, accept: str, type: str) -> None:
    id = await sent(client, SMALL)
    for address in (f"Binary/{id}", f"Binary/{id}/_history/1"):
        answer = await client.get(address, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (200, type)


@pytest.mark.parametrize(
    ("type", "content", "told", "given_out"),
    [
        ("text/plain; charset=utf-8", b"halo", 201, "text/plain; charset=utf-8"),
        ("application/json", b'{"a": 1}', 201, "application/json"),
        ("application/xml", b"<ClinicalDocument/>", 201, "application/xml"),
        ("text/xml", b"<Binary>no FHIR</Binary>", 201, "text/xml"),
        ("image/png", b"\x89PNG\r\n\x1a\n", 201, "image/png"),
        ("application/zip", b"PK\x03\x04", 201, "application/zip"),
        ("application/dicom", bytes(128) + b"DICM", 201, "application/dicom"),
        ("text/html", b"<html>", 415, ""),
        ("image/svg+xml", b"<svg/>", 415, ""),
        ("application/javascript", b"1", 415, ""),
        ("application/x-www-form-urlencoded", b"a=b", 415, ""),
        ("image/png", b"<html>", 415, ""),
        ("application/pdf", b"MZ", 415, ""),
        ("application/pdf", b"", 400, ""),
        ("", b"x", 415, ""),
        (FHIR_JSON, b"%PDF-", 400, ""),
        (FHIR_JSON, b'{"resourceType": "Patient"}', 400, ""),
        (FHIR_XML, b'<Patient xmlns="http://hl7.org/fhir"/>', 400, ""),
        ("application/json", b'{"resourceType": "Binary"', 400, ""),
        ("application/xml", b'<Binary xmlns="http://hl7.org/fhir"><contentType value="a/b"/></Binary>', 201, ""),
    ],
)
async def test_types(client: httpx.AsyncClient, type: str, content: bytes, told: int, given_out: str) -> None:
    made = await client.post("Binary", content=content, headers={"Content-Type": type})
    assert made.status_code == told, made.text
    if told >= 400:
        assert made.json()["resourceType"] == "OperationOutcome"
    elif given_out:
        native = await client.get(f"Binary/{made.json()['id']}")
        assert (native.content, native.headers["content-type"]) == (content, given_out)


@pytest.mark.parametrize("type", ["text/html", "image/svg+xml", "text/javascript", "a/b"])
async def test_what_a_browser_would_run_leaves_as_bytes(client: httpx.AsyncClient, type: str) -> None:
    """Records from elsewhere may name any type."""
    made = await client.post(
        "Binary", json=resource(b"<script>", contentType=type), headers={"Content-Type": FHIR_JSON}
    )
    native = await client.get(f"Binary/{made.json()['id']}", headers={"Accept": BROWSER})
    assert native.headers["content-type"] == "application/octet-stream"
    assert native.headers["content-disposition"].startswith("attachment; filename=")
    assert {name: native.headers[name] for name in SAFE} == SAFE


@pytest.mark.parametrize("content", [SMALL, BIG], ids=["small", "big"])
@pytest.mark.parametrize(
    ("headers", "told", "start", "stop"),
    [
        ({"Range": "bytes=0-0"}, 206, 0, 1),
        ({"Range": "bytes=500-"}, 206, 500, None),
        ({"Range": "bytes=-7"}, 206, -7, None),
        ({"Range": "bytes=100-199", "If-Range": '"1"'}, 206, 100, 200),
        ({"Range": "bytes=100-199", "If-Range": '"2"'}, 200, 0, None),
        ({"Range": "bytes=100-199", "If-Range": 'W/"1"'}, 200, 0, None),
        ({"Range": "bytes=0-1,5-6"}, 200, 0, None),
        ({"Range": "bytes=0-9", "Accept-Encoding": "gzip"}, 206, 0, 10),
        ({"Accept-Encoding": "gzip"}, 200, 0, None),
    ],
    ids=str,
)
async def test_ranges(
    client: httpx.AsyncClient, content: bytes, headers: dict[str, str], told: int, start: int, stop: int | None
) -> None:
    answer = await client.get(f"Binary/{await sent(client, content)}", headers=headers)
    expected = content[start:stop]
    assert (answer.status_code, answer.content) == (told, expected)
    assert answer.headers["content-length"] == str(len(expected))
    assert "content-encoding" not in answer.headers
    if told == 206:
        first = start if start >= 0 else len(content) + start
        last = first + len(expected) - 1
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(content)}"


async def test_a_range_that_is_not_there(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"Binary/{await sent(client, SMALL)}", headers={"Range": f"bytes={len(SMALL)}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(SMALL)}")
    assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("content", [SMALL, BIG], ids=["small", "big"])
@pytest.mark.parametrize("accept", ["*/*", FHIR_JSON])
async def test_only_the_headers(client: httpx.AsyncClient, content: bytes, accept: str) -> None:
    address, headers = f"Binary/{await sent(client, content)}", {"Accept": accept}
    whole = await client.get(address, headers=headers)
    head = await client.head(address, headers={**headers, "Range": "bytes=0-1"})
    assert (head.status_code, dict(head.headers)) == (200, dict(whole.headers))
    same = await client.get(address, headers={**headers, "If-None-Match": whole.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


async def test_each_version_keeps_its_bytes(client: httpx.AsyncClient) -> None:
    id = unique("versi")
    contents = [BIG, BIG[:-1], SMALL, BIG]
    for content in contents:
        written = await client.put(f"Binary/{id}", content=content, headers=PDF)
        assert written.status_code in (200, 201), written.text
    assert (await client.delete(f"Binary/{id}")).status_code == 204
    assert (await client.get(f"Binary/{id}")).status_code == 410
    for number, content in enumerate(contents, 1):
        assert (await client.get(f"Binary/{id}/_history/{number}")).content == content
    stale = await client.put(f"Binary/{id}", content=BIG, headers={**PDF, "If-Match": 'W/"1"'})
    assert stale.status_code == 412


async def test_what_stands_in_bundles_is_without_its_content(client: httpx.AsyncClient) -> None:
    id = await sent(client, BIG)
    batch = bundle(entry("GET", f"Binary/{id}"), type="batch")
    for answer in (
        await client.get(f"Binary?_id={id}"),
        await client.get(f"Binary/{id}/_history"),
        await client.post("", json=batch),
    ):
        (found,) = (row["resource"] for row in answer.json()["entry"])
        assert "data" not in found
        assert found["meta"]["tag"][0]["code"] == "SUBSETTED"
        refused = await client.put(f"Binary/{id}", json=found, headers={"Content-Type": FHIR_JSON})
        assert (refused.status_code, refused.json()["issue"][0]["code"]) == (422, "incomplete")
    part = (await client.get(f"Binary/{id}?_elements=contentType")).json()
    assert part["contentType"] == "application/pdf"


async def test_in_a_transaction(client: httpx.AsyncClient) -> None:
    """A large one, and the DocumentReference that points to it."""
    url = "urn:uuid:0e0f5be4-6f0c-4f5e-9c55-5a9ac1a1f0c1"
    document = {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": {"url": url}}]}
    entries = (entry("POST", "Binary", resource(BIG), url), entry("POST", "DocumentReference", document))
    answer = await client.post("", json=bundle(*entries))
    assert answer.status_code == 200, answer.text
    binary, pointing = (row["resource"] for row in answer.json()["entry"])
    assert pointing["content"][0]["attachment"]["url"] == f"Binary/{binary['id']}"
    assert (await client.get(f"Binary/{binary['id']}")).content == BIG


async def test_a_patch_keeps_the_content(client: httpx.AsyncClient) -> None:
    id = await sent(client, BIG)
    patch = [{"op": "add", "path": "/securityContext", "value": {"reference": "Patient/contoh"}}]
    headers = {"Content-Type": "application/json-patch+json"}
    patched = await client.patch(f"Binary/{id}", json=patch, headers=headers)
    assert (patched.status_code, patched.headers["etag"]) == (200, 'W/"2"'), patched.text
    answer = await client.get(f"Binary/{id}")
    assert (answer.content, answer.headers["x-security-context"]) == (BIG, "Patient/contoh")
    more = [{"op": "add", "path": "/data", "value": "AAAA"}]
    assert (await client.patch(f"Binary/{id}", json=more, headers=headers)).status_code == 422


@pytest.mark.parametrize("data", ["AAA", "A" * (2 * LARGE) + "=", "?" * (2 * LARGE)], ids=["small", "padded", "big"])
async def test_what_is_no_base64(client: httpx.AsyncClient, data: str) -> None:
    row = {**resource(b""), "data": data}
    for answer in (
        await client.post("Binary", json=row, headers={"Content-Type": FHIR_JSON}),
        await client.post("", json=bundle(entry("POST", "Binary", row))),
    ):
        assert (answer.status_code, answer.json()["resourceType"]) == (422, "OperationOutcome")


@pytest.fixture
async def bounded(mongodb_uri: str, database_name: str) -> AsyncIterator[httpx.AsyncClient]:
    configured = settings(mongodb_uri, database_name, max_binary_bytes=MOST, max_body_bytes=500_000)
    async with client_of(configured) as found:
        yield found


@pytest.fixture
def database(mongodb_uri: str, database_name: str) -> Any:
    with MongoClient[Json](mongodb_uri) as found:
        yield found[database_name]


def left(database: Database[Json]) -> tuple[int, int]:
    return database["contents.files"].count_documents({}), database["contents.chunks"].count_documents({})


async def test_the_limit(bounded: httpx.AsyncClient, database: Database[Json]) -> None:
    """Of the content, not of its base64; other bodies keep theirs."""
    most, more = BIG[:9] + bytes(MOST - 9), BIG[:9] + bytes(MOST - 8)

    async def chunks(content: bytes) -> AsyncIterator[bytes]:
        for place in range(0, len(content), 50_000):
            yield content[place : place + 50_000]

    assert (await bounded.post("Binary", content=most, headers=PDF)).status_code == 201
    assert (await bounded.post("Binary", json=resource(most), headers={"Content-Type": FHIR_JSON})).status_code == 201
    before = left(database)
    for answer in (
        await bounded.post("Binary", content=more, headers=PDF),
        await bounded.post("Binary", content=chunks(more), headers=PDF),
        await bounded.post("Binary", json=resource(more), headers={"Content-Type": FHIR_JSON}),
        await bounded.post("Binary", content=bytes(40 * MOST), headers=PDF),
        await bounded.post("Binary", content=bytes(40 * MOST), headers={**PDF, "Expect": "100-continue"}),
        await bounded.post("Patient", json=patient(name=[{"text": "x" * 600_000}])),
        await bounded.post("Binary", content=b"[" + bytes(600_000), headers={"Content-Type": FHIR_JSON}),
    ):
        assert (answer.status_code, answer.json()["issue"][0]["code"]) == (413, "too-long")
    assert left(database) == before


async def test_what_is_refused_leaves_nothing(bounded: httpx.AsyncClient, database: Database[Json]) -> None:
    content = BIG[:700_000]
    for method, address, headers, told in (
        ("PUT", "Binary/a", {"If-Match": 'W/"7"'}, 412),
        ("PUT", "Binary/tidak%20sah", {}, 400),
        ("POST", "Binary", {"X-Security-Context": "Patient/a b"}, 422),
        ("POST", "Binary", {"Content-Encoding": "gzip"}, 415),
    ):
        answer = await bounded.request(method, address, content=content, headers={**PDF, **headers})
        assert answer.status_code == told, answer.text
    for row in (resource(content, contentType=7), resource(content, warna="biru"), resource(content, id="b")):
        answer = await bounded.put("Binary/a", json=row, headers={"Content-Type": FHIR_JSON})
        assert answer.status_code in (400, 422), answer.text
    assert left(database) == (0, 0)


async def test_the_same_again_leaves_nothing(bounded: httpx.AsyncClient, database: Database[Json]) -> None:
    for _ in range(2):
        answer = await bounded.put("Binary/a", content=BIG[:700_000], headers=PDF)
    assert (answer.status_code, answer.headers["etag"]) == (200, 'W/"1"')
    assert left(database) == (1, 3)
    (row,) = database["Binary"].find()
    assert set(row["content"]) == {"file", "size", "sha256"}
    assert row["content"]["size"] == 700_000
