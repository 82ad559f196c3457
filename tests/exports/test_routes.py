"""Documents at plain addresses, and many of them as a job, over the real application."""

from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from auth.caller import SYSTEM
from fhir_server.changes import Change
from fhir_server.record import Record
from main import open_store, site
from tests.exports import charts
from tests.fhir_server.conftest import client_of, settings

VISIT = "kunjungan-000001-001"
ROOT = "http://test"


@pytest.fixture
async def client(mongodb_uri: str, database_name: str) -> AsyncIterator[httpx.AsyncClient]:
    """An open server that has the records of two invented patients."""
    place = settings(mongodb_uri, database_name)
    async with open_store(place) as store:
        record = Record(store, SYSTEM, site(place))
        for group in (charts.house(), charts.record(1), charts.record(2)):
            stripped = [{name: value for name, value in one.items() if name != "meta"} for one in group.values()]
            await record.commit([Change.update(one, one["id"]) for one in stripped])
    async with client_of(place) as found:
        yield found


async def test_a_document_is_drawn_at_its_address(client: httpx.AsyncClient, tmp_path: Path) -> None:
    first = await client.get(f"{ROOT}/exports/resume-medis/{VISIT}.pdf")
    second = await client.get(f"{ROOT}/exports/resume-medis/{VISIT}.pdf")
    assert first.status_code == 200
    assert first.content == second.content
    assert first.headers["content-type"] == "application/pdf"
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["content-disposition"] == f'inline; filename="resume-medis-{VISIT}.pdf"'
    assert charts.record(1)["Patient/pasien-000001"]["name"][0]["text"] in charts.text_of(first.content, tmp_path)


REFUSED = (
    ("resume-medis/tidak-ada.pdf", 404, "Tidak ada Encounter/tidak-ada"),
    ("tidak-ada/x.pdf", 404, "Tidak ada dokumen tidak-ada"),
    (f"resume-medis/{VISIT}.pdf?days=3", 400, "days"),
    (f"resume-medis/{VISIT}.pdf?language=jv", 400, "language"),
    ("resume-medis/..%2Fx.pdf", 404, ""),
    ("jobs/" + "0" * 32, 404, "Tidak ada pekerjaan"),
    ("issued/tidak-ada.pdf", 404, "Tidak ada DocumentReference"),
)
NO_JOBS: tuple[dict[str, str], ...] = (
    {"document": "tidak-ada", "from": "2026-01-01", "to": "2026-01-31"},
    {"document": "resume-medis", "from": "2026-02-01", "to": "2026-01-31"},
    {"document": "resume-medis", "from": "2020-01-01", "to": "2026-01-31"},
    {"document": "resume-medis", "from": "kemarin", "to": "2026-01-31"},
    {"document": "resume-medis"},
    {"document": "resume-medis", "id": "../x"},
)


async def test_one_long_document_comes_as_a_job_too(client: httpx.AsyncClient) -> None:
    started = await client.post(f"{ROOT}/exports/jobs", json={"document": "resume-medis", "id": VISIT})
    shown = await _ended(client, started.json()["id"])
    content = await client.get(f"{ROOT}{shown['file']}")
    with zipfile.ZipFile(io.BytesIO(content.content)) as archive:
        assert archive.namelist() == [f"resume-medis-{VISIT}.pdf"]
        alone = await client.get(f"{ROOT}/exports/resume-medis/{VISIT}.pdf")
        assert archive.read(archive.namelist()[0]) == alone.content
    started = await client.post(f"{ROOT}/exports/jobs", json={"document": "resume-medis", "id": "tidak-ada"})
    shown = await _ended(client, started.json()["id"])
    assert (shown["state"], shown["reason"]) == ("failed", "Tidak ada Encounter/tidak-ada.")


async def test_what_is_not_there_is_said_as_json(client: httpx.AsyncClient) -> None:
    for path, status, says in REFUSED:
        answer = await client.get(f"{ROOT}/exports/{path}")
        assert (path, answer.status_code) == (path, status)
        assert says in answer.json()["message"] + str(answer.json()["issues"])
    for body in NO_JOBS:
        answer = await client.post(f"{ROOT}/exports/jobs", json=body)
        assert (body, answer.status_code in (400, 422)) == (body, True)


async def test_what_was_issued_is_given_as_it_was_stored(client: httpx.AsyncClient) -> None:
    body = {"resourceType": "Parameters", "parameter": [{"name": "document", "valueString": "resume-medis"}]}
    issued = (await client.post(f"Encounter/{VISIT}/$issue", json=body)).json()
    document = await client.get(f"{ROOT}/exports/issued/{issued['id']}.pdf")
    named = {row["url"]: row.get("valueString") for row in issued["extension"][0]["extension"]}
    assert hashlib.sha256(document.content).hexdigest() == named["sha256"]
    part = await client.get(
        issued["content"][0]["attachment"]["url"], headers={"Accept": "application/pdf", "Range": "bytes=0-4"}
    )
    assert (part.status_code, part.content) == (206, b"%PDF-")
    found = (await client.get("DocumentReference", params={"patient": "pasien-000001"})).json()
    assert [row["resource"]["id"] for row in found["entry"]] == [issued["id"]]


async def _ended(client: httpx.AsyncClient, id: str) -> dict[str, Any]:
    for _ in range(600):
        shown: dict[str, Any] = (await client.get(f"{ROOT}/exports/jobs/{id}")).json()
        if shown["state"] not in ("waiting", "running"):
            return shown
        await asyncio.sleep(0.1)
    raise AssertionError(shown)


async def test_many_documents_come_as_a_zip(client: httpx.AsyncClient, tmp_path: Path) -> None:
    visits = [
        one
        for number in (1, 2)
        for one in charts.record(number).values()
        if one["resourceType"] == "Encounter" and one["class"]["code"] != "IMP" and one["status"] != "planned"
    ]
    body = {"document": "resume-medis", "from": "2026-01-01", "to": "2026-12-01"}
    started = await client.post(f"{ROOT}/exports/jobs", json=body)
    assert started.status_code == 202
    id = started.json()["id"]
    assert started.headers["location"] == f"/exports/jobs/{id}"
    shown = await _ended(client, id)
    assert (shown["state"], shown["done"]) == ("completed", shown["total"])
    content = await client.get(f"{ROOT}{shown['file']}")
    assert content.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(content.content)) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        one = archive.read(sorted(names)[0])
    assert one.startswith(b"%PDF-")
    assert names == {
        f"resume-medis-{visit['id']}.pdf" for visit in visits if visit["period"]["start"].startswith("2026")
    }
    assert (await client.delete(f"{ROOT}/exports/jobs/{id}")).status_code == 204
    assert (await client.get(f"{ROOT}{shown['file']}")).status_code == 404
