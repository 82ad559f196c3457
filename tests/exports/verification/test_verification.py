"""The page behind the QR code: what it tells anybody, what it keeps to itself, how often one may try."""

from __future__ import annotations

import base64
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from joserfc.jwk import ECKey
from pymongo import MongoClient
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from auth.caller import ANONYMOUS
from exports import issued_document
from exports.issued_document import IssuedDocument
from exports.verification.finding import Verifying
from exports.verification.routes import Page, routes
from fhir_server.interactions.operations.signing import is_genuine
from fhir_server.messages import Resource
from guards import Buckets
from tests.exports import charts
from tests.exports.conftest import Counter
from tests.journeys.journal import events

VISIT, PATIENT = "Encounter/kunjungan-000001-001", "Patient/pasien-000001"
HOSPITAL = "RSUD Contoh"
DOTS = 150


@asynccontextmanager
async def _browser(
    counter: Counter, wait: Callable[[str], float] = lambda address: 0.0
) -> AsyncIterator[httpx.AsyncClient]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Verifying]]:
        yield {"verifying": Verifying(counter.record, lambda: counter.record(ANONYMOUS), ZoneInfo("Asia/Makassar"))}

    app = Starlette(routes=routes(Page(wait, HOSPITAL, 1_000_000)), lifespan=lifespan)
    async with app.router.lifespan_context(app) as state:
        given = dict(state or {})

        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": given}, receive, send)

        transport = httpx.ASGITransport(call)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield client


async def _issued(
    counter: Counter, *, signature: str = "pen", replaces: str = ""
) -> tuple[Resource, IssuedDocument, bytes]:
    answer = await counter.ask(f"{VISIT}/$issue", document="resume-medis", signature=signature, replaces=replaces)
    assert answer.resource is not None
    document = issued_document.read(answer.resource)
    assert document is not None
    resource = (await counter.record().read("Binary", document.content))["resource"]
    return answer.resource, document, base64.b64decode(resource["data"])


async def test_the_code_on_the_page_leads_to_the_document(counter: Counter, tmp_path: Path) -> None:
    await counter.fill(1)
    _, document, content = await _issued(counter)
    addresses = charts.codes_of(content, tmp_path, DOTS)
    assert addresses == [f"http://test/v/{document.verification}"]
    async with _browser(counter) as browser:
        page = await browser.get(addresses[0].removeprefix("http://test"), headers={"Accept-Language": "id"})
    assert page.status_code == 200
    for shown in ("terdaftar dan berlaku", HOSPITAL, "Resume Medis Rawat Jalan", document.number, document.sha256):
        assert shown in page.text
    assert "24 November 2026, 12.00 WITA" in page.text


async def test_the_journal_tells_that_somebody_looked(counter: Counter, mongodb_uri: str, database_name: str) -> None:
    await counter.fill(1)
    _, document, _ = await _issued(counter)
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        since = len(events(client[database_name]))
        async with _browser(counter) as browser:
            await browser.get(f"/v/{document.verification}")
            await browser.get(f"/v/{'0' * 32}")
        told = events(client[database_name])[since:]
    assert [(event.what, event.who, event.patients) for event in told] == [("$verify", "anonymous", ("pasien-000001",))]


async def test_nothing_of_the_patient_but_first_letters_is_told(counter: Counter) -> None:
    await counter.fill(1)
    _, document, _ = await _issued(counter)
    patient = charts.record(1)[PATIENT]
    async with _browser(counter) as browser:
        page = (await browser.get(f"/v/{document.verification}")).text
    name = patient["name"][0]["text"]
    masked = " ".join(word[0] + "*" * (len(word) - 1) for word in name.split())
    assert masked in page
    secret = [name, *name.split(), patient["birthDate"], *(row["value"] for row in patient["identifier"]), PATIENT]
    assert [value for value in secret if value in page] == []


@pytest.mark.parametrize(
    ("act", "says"), [("revoke", "dicabut"), ("replace", "sudah diganti"), ("draft", "belum berlaku")]
)
async def test_what_does_not_hold_is_marked(counter: Counter, act: str, says: str) -> None:
    await counter.fill(1)
    resource, document, _ = await _issued(counter, signature="electronic" if act == "draft" else "pen")
    if act == "revoke":
        await counter.ask(f"DocumentReference/{resource['id']}/$revoke", reason="Salah")
    if act == "replace":
        await _issued(counter, replaces=resource["id"])
    async with _browser(counter) as browser:
        page = (await browser.get(f"/v/{document.verification}")).text
    assert says in page
    assert "terdaftar dan berlaku" not in page


async def test_a_file_is_compared(counter: Counter) -> None:
    await counter.fill(1)
    _, document, content = await _issued(counter)
    path = f"/v/{document.verification}"
    async with _browser(counter) as browser:
        same = await browser.post(path, files={"file": ("a.pdf", content, "application/pdf")})
        other = await browser.post(path, files={"file": ("a.pdf", content[:-1] + b"x", "application/pdf")})
        none = await browser.post(path, data={"file": "teks"})
        large = await browser.post(path, files={"file": ("a.pdf", bytes(1_200_000), "application/pdf")})
    assert "sama persis" in same.text
    assert "BERBEDA" in other.text
    assert [same.status_code, other.status_code, none.status_code, large.status_code] == [200, 200, 400, 413]


async def test_ids_cannot_be_guessed(counter: Counter) -> None:
    await counter.fill(1)
    await _issued(counter)
    now = [0.0]
    wait = Buckets(60, lambda: now[0]).take
    found, refused = 0, 0
    async with _browser(counter, wait) as browser:
        for _ in range(1_000):
            now[0] += 0.01
            answer = await browser.get(f"/v/{secrets.token_hex(16)}")
            found += answer.status_code == 200
            refused += answer.status_code == 429
            assert answer.status_code in (404, 429)
            assert answer.status_code != 429 or int(answer.headers["retry-after"]) >= 1
    assert found == 0
    assert refused > 900


async def test_a_signed_bundle_is_checked_with_the_key_that_is_there_for_all(counter: Counter) -> None:
    await counter.fill(2)
    composition = next(name for name in charts.record(2) if name.startswith("Composition/"))
    bundle = (await counter.ask(f"{composition}/$document", method="GET")).resource
    async with _browser(counter) as browser:
        (key,) = (await browser.get("/v/keys.json")).json()["keys"]
    assert "d" not in key
    assert bundle is not None
    assert is_genuine(bundle, ECKey.import_key(key))
    assert not is_genuine({**bundle, "timestamp": "2020-01-01T00:00:00Z"}, ECKey.import_key(key))


@pytest.mark.parametrize("id", ["x", "%00", "' or 1", "A" * 32, "0" * 31, "$ne", "0" * 5000])
async def test_what_is_no_id_is_not_known(counter: Counter, id: str) -> None:
    async with _browser(counter) as browser:
        assert (await browser.get(f"/v/{id}")).status_code == 404
