"""The web services over HTTP, on the real application: signing in, tokens, status, what the journal keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from pymongo import MongoClient

from auth.storage import bpjs
from bookings import session as sessions
from exchange.bpjs.dialect import Json
from fhir_server.changes import Change
from fhir_server.record import Record
from fhir_server.store.store import Store
from tests.auth.accounts import PASSWORD, PASSWORD_HASH
from tests.bookings.worlds import session
from tests.exchange.bpjs.world import HELD, card, house, newcomer, nik, patient, wish
from tests.fhir_server.conftest import client_of, settings
from tests.journeys.journal import events
from tests.journeys.smart import Smart, serving

NAME = "bpjs.contoh"
ROOT = "/bpjs/antrean"
EXPIRED = {"metadata": {"message": "Token Expired", "code": 201}}
SERVICES = [
    *("statusantrean", "ambilantrean", "sisaantrean", "batalantrean", "checkinantrean", "pasienbaru"),
    *("jadwaloperasirs", "jadwaloperasipasien", "ambilantreanfarmasi", "statusantreanfarmasi"),
]


@dataclass
class Jkn:
    """Mobile JKN."""

    smart: Smart
    token: str = ""

    async def sign_in(self, password: str = PASSWORD, name: str = NAME) -> httpx.Response:
        headers = {"x-username": name, "x-password": password}
        found = await self.smart.client.get(f"{ROOT}/auth", headers=headers)
        self.token = found.json().get("response", {}).get("token", "")
        return found

    async def post(self, service: str, sent: Any = None, *, content: bytes | None = None) -> httpx.Response:
        headers = {"x-username": NAME, "x-token": self.token, "Content-Type": "application/json"}
        body: Json = {"content": content} if content is not None else {"json": sent or {}}
        return await self.smart.client.post(f"{ROOT}/{service}", headers=headers, **body)


@pytest.fixture
async def jkn(mongodb_uri: str, database_name: str) -> AsyncIterator[Jkn]:
    async with serving(mongodb_uri, database_name, audit_events=False) as smart:
        assert bpjs.add_user(smart.issuer.database, NAME, PASSWORD_HASH)
        yield Jkn(smart)


@pytest.fixture
async def mirrored(mongodb_uri: str, database_name: str) -> AsyncIterator[Jkn]:
    async with serving(mongodb_uri, database_name, audit_events=False, bpjs_mirror_status=True) as smart:
        assert bpjs.add_user(smart.issuer.database, NAME, PASSWORD_HASH)
        yield Jkn(smart)


async def put_hospital(store: Store, record: Record) -> str:
    """A session of tomorrow by the real clock; its day."""
    zone = ZoneInfo("Asia/Makassar")
    day = (datetime.now(UTC).astimezone(zone) + timedelta(days=1)).replace(hour=8, minute=0, second=0, microsecond=0)
    start = day.astimezone(UTC)
    held = session(start=start, end=start + timedelta(hours=4))
    written = [*house(), patient(1), sessions.write(held)]
    await record.commit([Change.update(one, one["id"]) for one in written])
    return day.date().isoformat()


async def test_signing_in(jkn: Jkn) -> None:
    found = await jkn.sign_in()
    assert (found.status_code, found.headers["cache-control"]) == (200, "no-store")
    assert found.json()["metadata"] == {"message": "Ok", "code": 200}
    assert len(jkn.token) >= 40
    for name, password in ((NAME, "salah sekali ini"), ("siapa.ini", PASSWORD), ("", "")):
        wrong = await jkn.sign_in(password, name)
        told = {"metadata": {"message": "Username atau Password Tidak Sesuai", "code": 201}}
        assert (wrong.status_code, wrong.json()) == (200, told)


async def test_who_guesses_waits(jkn: Jkn) -> None:
    messages = [(await jkn.sign_in("salah")).json()["metadata"]["message"] for _ in range(6)]
    assert messages[-1].startswith("Terlalu Banyak Percobaan")
    assert set(messages[:-1]) == {"Username atau Password Tidak Sesuai"}


async def test_nobody_is_answered_without_a_token(jkn: Jkn) -> None:
    for service in SERVICES:
        assert (await jkn.post(service)).json() == EXPIRED, service
    jkn.token = "x" * 43
    assert (await jkn.post("sisaantrean", content=b"{")).json() == EXPIRED, "before the body is read"
    assert (await jkn.smart.client.post(f"{ROOT}/sisaantrean", json={})).json() == EXPIRED


async def test_what_is_not_understood_is_told_in_the_dialect(jkn: Jkn) -> None:
    await jkn.sign_in()
    for service in SERVICES:
        for content in (b"", b"{", b"[]", b"null", b'"a"', b"\xff", b'{"a":1,"a":2}', b"[" * 5000):
            found = await jkn.post(service, content=content)
            assert (found.status_code, found.json()["metadata"]["code"]) == (200, 201), (service, content[:9])
        wrong: Json = {name: {"a": [None]} for name in (*wish(1), *newcomer(1), "kodebooking", "nopeserta")}
        found = await jkn.post(service, {**wrong, "waktu": [], "tanggalawal": [], "tanggalakhir": {}})
        assert (found.status_code, found.json()["metadata"]["code"]) == (200, 201), service
    headers = {"x-username": NAME, "x-token": jkn.token}
    for method, service in (("GET", "sisaantrean"), ("PUT", "ambilantrean"), ("POST", "auth")):
        found = await jkn.smart.client.request(method, f"{ROOT}/{service}", headers=headers)
        assert found.json()["metadata"]["message"].startswith("Metode Harus")
        assert (found.status_code, found.json()["metadata"]["code"]) == (200, 201)
    found = await jkn.post("apaini")
    assert (found.status_code, found.json()["metadata"]["code"]) == (404, 201)


async def test_a_body_that_is_too_large(mongodb_uri: str, database_name: str) -> None:
    async with serving(mongodb_uri, database_name, audit_events=False, max_body_bytes=1024) as smart:
        assert bpjs.add_user(smart.issuer.database, NAME, PASSWORD_HASH)
        jkn = Jkn(smart)
        await jkn.sign_in()
        found = await jkn.post("sisaantrean", {"kodebooking": "x" * 2000})
    assert (found.status_code, found.json()["metadata"]["code"]) == (200, 201)
    assert "1024" in found.json()["metadata"]["message"]


async def test_a_booking_from_end_to_end(jkn: Jkn, store: Store, record: Record) -> None:
    day = await put_hospital(store, record)
    await jkn.sign_in()
    status = (await jkn.post("statusantrean", {**HELD, "tanggalperiksa": day})).json()
    assert (status["response"]["kuotajkn"], status["metadata"]["code"]) == (3, 200)
    taken = (await jkn.post("ambilantrean", wish(1, tanggalperiksa=day))).json()
    assert taken["response"]["nomorantrean"] == "A-1"
    code = taken["response"]["kodebooking"]
    assert (await jkn.post("sisaantrean", {"kodebooking": code})).json()["response"]["sisaantrean"] == 1
    cancelled = await jkn.post("batalantrean", {"kodebooking": code, "keterangan": "Tidak jadi"})
    assert cancelled.json() == {"metadata": {"message": "Ok", "code": 200}}


async def test_the_status_of_http_may_be_the_code(mirrored: Jkn, store: Store, record: Record) -> None:
    day = await put_hospital(store, record)
    assert (await mirrored.sign_in("salah")).status_code == 201
    assert (await mirrored.sign_in()).status_code == 200
    assert (await mirrored.post("sisaantrean", {"kodebooking": "1"})).status_code == 201
    unknown = wish(5, tanggalperiksa=day)
    found = await mirrored.post("ambilantrean", unknown)
    assert (found.status_code, found.json()["metadata"]["code"]) == (202, 202)
    assert (await mirrored.post("statusantrean", {**HELD, "tanggalperiksa": day})).status_code == 200


async def test_the_journal_names_bpjs_and_keeps_no_secret(
    jkn: Jkn, store: Store, record: Record, mongodb_uri: str, database_name: str
) -> None:
    day = await put_hospital(store, record)
    await jkn.post("sisaantrean", {"kodebooking": "20261126ABCDEF"})
    await jkn.sign_in("salah sekali ini")
    await jkn.sign_in()
    taken = (await jkn.post("ambilantrean", wish(1, tanggalperiksa=day))).json()["response"]
    await jkn.post("sisaantrean", {"kodebooking": taken["kodebooking"]})
    await jkn.post("sisaantrean", {"kodebooking": "20261126ABCDEF"})
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        told = [one for one in events(client[database_name]) if one.what != "import"]
    assert [(one.what, one.who, one.status) for one in told] == [
        ("$sisaantrean", "anonymous", 401),
        ("login-failed", f"bpjs:{NAME}", 401),
        ("login", f"bpjs:{NAME}", 200),
        ("$ambilantrean", f"bpjs:{NAME}", 200),
        ("$sisaantrean", f"bpjs:{NAME}", 200),
        ("$sisaantrean", f"bpjs:{NAME}", 404),
    ]
    made, looked = told[3], told[4]
    assert made.writes
    assert [write.patients for write in made.writes if write.type == "Appointment"] == [("p1",)]
    assert (looked.patients, looked.client, looked.purpose) == (("p1",), "bpjs", "HOPERAT")
    written = str(told)
    for secret in (PASSWORD, "salah sekali ini", jkn.token, nik(1), card(1), taken["kodebooking"]):
        assert secret not in written


async def test_an_open_server_has_no_such_door(mongodb_uri: str, database_name: str) -> None:
    async with client_of(settings(mongodb_uri, database_name)) as client:
        assert (await client.get(f"http://test{ROOT}/auth")).status_code == 404


async def test_too_many_requests_are_told_in_the_dialect(mongodb_uri: str, database_name: str) -> None:
    async with serving(mongodb_uri, database_name, audit_events=False, rate_per_address=6) as smart:
        found = [await smart.client.post(f"{ROOT}/sisaantrean", json={}) for _ in range(2)]
    assert [one.status_code for one in found] == [200, 429]
    assert found[-1].json()["metadata"]["code"] == 201
