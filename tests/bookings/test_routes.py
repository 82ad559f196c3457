"""Bookings and the queue as plain JSON, on the real application: shapes, refusals, access."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from auth.storage import clients, users
from auth.users import User
from bookings import session as sessions
from bookings.session import Quota, Session
from fhir_server.changes import Change
from fhir_server.record import Record
from tests.auth.accounts import PASSWORD_HASH
from tests.bookings.worlds import session
from tests.fhir_server.conftest import client_of, settings
from tests.journeys.booking_world import put, with_patients
from tests.journeys.journal import events
from tests.journeys.smart import Smart, serving
from tests.journeys.tokens import APP, given

ENGLISH = {"Accept-Language": "en"}


def present(id: str = "sesi", **changes: Any) -> Session:
    """A session that has begun, so that people can check in."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    return session(id, start=start, end=start + timedelta(hours=8), **changes)


def location(id: str) -> dict[str, Any]:
    return {"resourceType": "Location", "id": id, "name": f"Ruang {id}", "status": "active"}


@pytest.fixture
async def client(mongodb_uri: str, database_name: str) -> AsyncIterator[httpx.AsyncClient]:
    """An open server with three patients, two sessions and two service points."""
    async with client_of(settings(mongodb_uri, database_name)) as fhir:
        await with_patients(fhir, 3)
        held = [present(), present("penuh", poli="ANA", jkn=Quota(0), umum=Quota(0))]
        await put(fhir, [*(sessions.write(one) for one in held), location("ruang-int"), location("farmasi")])
        fhir.base_url = httpx.URL("http://test/bookings/")
        yield fhir


async def booked(client: httpx.AsyncClient, patient: str = "p1", **more: Any) -> dict[str, Any]:
    answer = await client.post("book", json={"session": "sesi", "patient": patient, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_sessions_with_what_is_left(client: httpx.AsyncClient) -> None:
    await booked(client, payer="jkn")
    (found,) = (await client.get("sessions", params={"poli": "INT"})).json()
    assert found["id"] == "sesi"
    assert (found["jkn"], found["umum"]) == ({"capacity": 3, "left": 2}, {"capacity": 3, "left": 3})
    assert (found["doctor"], found["doctor_name"], found["location"]) == ("nakes-001", "dr. Contoh", "ruang-int")
    assert found["open"] is True
    assert found["expected"]
    assert len((await client.get("sessions")).json()) == 2
    assert (await client.get("sessions", params={"doctor": "lain"})).json() == []


async def test_the_life_of_a_booking(client: httpx.AsyncClient) -> None:
    held = await client.post("hold", json={"session": "sesi", "patient": "p1", "payer": "jkn"})
    assert held.status_code == 201
    code = held.json()["code"]
    assert (held.json()["status"], held.json()["ticket"]) == ("pending", "")
    assert held.json()["expires"]
    found = (await client.post(f"{code}/confirm")).json()
    assert (found["status"], found["ticket"], found["number"], found["patient"]) == ("booked", "A-1", 1, "p1")
    assert (found["poli"], found["poli_name"], found["doctor"]) == ("INT", "Penyakit Dalam", "dr. Contoh")
    assert found["start"] < found["end"]
    assert (await client.get(code)).json() == found
    arrived = await client.post(f"{code}/check-in", json={"priority": "elderly"})
    assert arrived.json()["status"] == "arrived", arrived.text
    (ticket,) = (await client.get("queue/ruang-int")).json()
    assert (ticket["ticket"], ticket["state"], ticket["priority"]) == ("A-1", "waiting", "elderly")


async def test_cancelling_and_rescheduling(client: httpx.AsyncClient) -> None:
    first = await booked(client)
    cancelled = await client.post(f"{first['code']}/cancel", json={"reason": "Sudah sembuh"})
    assert (cancelled.json()["status"], cancelled.json()["reason"]) == ("cancelled", "Sudah sembuh")
    second = await booked(client, "p2")
    refused = await client.post(f"{second['code']}/reschedule", json={"session": "penuh"})
    assert (refused.status_code, refused.json()["rule"]) == (409, "full")
    assert (await client.get(second["code"])).json()["status"] == "booked"


async def test_the_same_key_gets_the_same_answer(client: httpx.AsyncClient) -> None:
    wanted = {"session": "sesi", "patient": "p1"}
    answers = [await client.post("book", json=wanted, headers={"Idempotency-Key": "satu"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    other = await client.post("book", json={**wanted, "patient": "p2"}, headers={"Idempotency-Key": "satu"})
    assert (other.status_code, other.json()["rule"]) == (422, "idempotency-key")


async def test_a_queue_from_the_call_to_the_pharmacy(client: httpx.AsyncClient) -> None:
    for patient in ("p1", "p2"):
        await client.post(f"{(await booked(client, patient))['code']}/check-in")
    called = (await client.post("queue/ruang-int/next", json={"counter": "Ruang 1"})).json()
    assert (called["ticket"]["ticket"], called["ticket"]["state"], called["ticket"]["counter"]) == (
        "A-1",
        "called",
        "Ruang 1",
    )
    for move, state in (("skip", "skipped"), ("recall", "called"), ("serve", "served")):
        found = await client.post(f"queue/ruang-int/{move}", json={"ticket": "A-1"})
        assert found.json()["ticket"]["state"] == state, found.text
    sent = {"ticket": "A-1", "to": "farmasi", "kind": "farmasi"}
    done = (await client.post("queue/ruang-int/finish", json=sent)).json()
    assert (done["ticket"]["state"], done["following"]["ticket"]) == ("completed", "F-1")
    urgent = await client.post("queue/ruang-int/priority", json={"ticket": "A-2", "reason": "pregnant"})
    assert urgent.json()["ticket"]["priority"] == "pregnant"
    assert (await client.post("queue/ruang-int/absent", json={"ticket": "A-2"})).json()["ticket"][
        "state"
    ] == "cancelled"
    nobody = await client.post("queue/ruang-int/next")
    assert (nobody.status_code, nobody.json()) == (200, {"ticket": None, "following": None})
    wrong = await client.post("queue/ruang-int/serve", json={"ticket": "A-2"})
    assert (wrong.status_code, wrong.json()["rule"]) == (409, "ticket-state")


async def test_an_unknown_ticket_of_a_queue(client: httpx.AsyncClient) -> None:
    found = await client.post("queue/ruang-int/call", json={"ticket": "A-77"})
    assert (found.status_code, found.json()["rule"]) == (404, "not-found")


REFUSED: tuple[tuple[str, str, Any, int, str], ...] = (
    ("POST", "book", {"session": "penuh", "patient": "p1"}, 409, "full"),
    ("POST", "book", {"session": "tidak-ada", "patient": "p1"}, 404, "no-session"),
    ("POST", "book", {"session": "sesi", "patient": "p9"}, 404, "no-patient"),
    ("POST", "book", {"session": "sesi"}, 422, "required"),
    ("POST", "book", {"session": "sesi", "patient": "p1", "payer": "asuransi"}, 422, "value"),
    ("POST", "book", {"session": "sesi", "patient": "p1", "pasien": "p2"}, 422, "value"),
    ("POST", "book", {"session": "se/si", "patient": "p1"}, 422, "value"),
    ("POST", "book", [1], 422, "value"),
    ("POST", "book", b"{", 422, "value"),
    ("POST", "book", b'{"session": "\xff"}', 400, "invalid"),
    ("POST", "book", b"[" * 60_000, 400, "invalid"),
    ("POST", "book", b" " * 70_000, 413, "too-long"),
    ("POST", "20261124AAAAAA/cancel", {}, 404, "unknown"),
    ("GET", "20261124AAAAAA", None, 404, "unknown"),
    ("GET", "A-1", None, 422, "value"),
    ("GET", "sessions?from=kemarin", None, 422, "value"),
    ("GET", "queue/ruang%00int", None, 422, "value"),
    ("POST", "queue/ruang-int/menari", {"ticket": "A-1"}, 422, "value"),
    ("POST", "queue/ruang-int/call", {"ticket": "A-1,A-2"}, 422, "value"),
    ("POST", "queue/tidak-ada/next", {}, 404, "not-found"),
    ("DELETE", "sessions", None, 405, "not-supported"),
    ("GET", "a/b/c/d", None, 404, "not-found"),
)


@pytest.mark.parametrize(("method", "path", "body", "status", "rule"), REFUSED)
async def test_refusals_have_one_shape(
    client: httpx.AsyncClient, method: str, path: str, body: Any, status: int, rule: str
) -> None:
    sent = (
        {"content": body, "headers": {"Content-Type": "application/json"}}
        if isinstance(body, bytes)
        else {"json": body}
    )
    answer = await client.request(method, path, **sent)
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert (told["rule"], set(told)) == (rule, {"rule", "message", "issues"})
    assert told["issues"]
    assert all({"code", "rule", "message"} <= set(row) for row in told["issues"])


async def test_refusals_speak_both_languages_and_repeat_nothing(client: httpx.AsyncClient) -> None:
    wanted = {"session": "penuh", "patient": "p1"}
    bahasa = (await client.post("book", json=wanted)).json()["message"]
    english = (await client.post("book", json=wanted, headers=ENGLISH)).json()["message"]
    assert "kuota penuh" in bahasa
    assert "places" in english
    invalid = await client.post("book", json={"session": "sesi", "patient": "Siti Rahmawati"})
    assert "patient" in invalid.text
    assert "Siti" not in invalid.text


async def test_the_description_is_there_and_no_page_that_loads_from_elsewhere(client: httpx.AsyncClient) -> None:
    described = (await client.get("openapi.json")).json()
    assert "/book" in described["paths"]
    assert [(await client.get(path)).status_code for path in ("docs", "redoc")] == [422, 422]


@pytest.fixture
async def smart(mongodb_uri: str, database_name: str) -> AsyncIterator[Smart]:
    async with serving(mongodb_uri, database_name) as found:
        yield found


def token(smart: Smart, role: str, person: str | None = None, scope: str = "user/*.cruds") -> dict[str, str]:
    user = User(f"{role}.uji", role, PASSWORD_HASH, fhir_user=person)
    assert users.add(smart.issuer.database, user)
    return {"Authorization": f"Bearer {given(smart, scope, user)}"}


async def test_access_and_journal_are_those_of_the_record(
    smart: Smart, record: Record, mongodb_uri: str, database_name: str
) -> None:
    clients.add(smart.issuer.database, APP)
    people = ({"resourceType": "Patient", "id": id} for id in ("p1", "p2"))
    found = (*people, location("ruang-int"), sessions.write(present()))
    await record.commit([Change.update(one, one["id"]) for one in found])
    ani, doctor = token(smart, "pasien", "Patient/p1"), token(smart, "dokter", "Practitioner/nakes-001")
    wanted = {"session": "sesi", "patient": "p1"}
    nobody = await smart.client.post("/bookings/book", json=wanted)
    assert (nobody.status_code, nobody.json()["rule"]) == (401, "login")
    assert nobody.headers["www-authenticate"].startswith("Bearer")
    other = await smart.client.post("/bookings/book", json={**wanted, "patient": "p2"}, headers=ani)
    assert (other.status_code, other.json()["rule"]) == (403, "not-yours")
    treating = await smart.client.post("/bookings/book", json=wanted, headers=doctor)
    assert treating.status_code == 403
    mine = await smart.client.post("/bookings/book", json=wanted, headers={**ani, "X-Request-Id": "kios-7"})
    assert mine.status_code == 201, mine.text
    code = mine.json()["code"]
    assert (await smart.client.get(f"/bookings/{code}", headers=ani)).json() == mine.json()
    assert (await smart.client.get(f"/bookings/{code}")).status_code == 401
    called = await smart.client.post("/bookings/queue/ruang-int/next", headers=ani)
    assert called.status_code == 403
    with MongoClient[dict[str, Any]](mongodb_uri) as database:
        told = [one for one in events(database[database_name]) if one.what == "$book"]
    assert [(one.who, one.status, one.request) for one in told if one.status == 200] == [("pasien.uji", 200, "kios-7")]
    assert sorted(one.status for one in told) == [200, 401, 403, 403]
