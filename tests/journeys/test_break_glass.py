"""An emergency over HTTP: a nurse opens one record, with a reason; the journal tells who, whose and why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from auth.storage import clients, users
from auth.users import User
from fhir_server.audit.events import Event, decode_many
from fhir_server.emergencies import LOOK
from tests.journeys.live import live
from tests.journeys.smart import Smart, serving
from tests.journeys.smart_world import hospital
from tests.journeys.tokens import APP, given
from tests.processes import wait_until

Json = dict[str, Any]
NURSE = User("perawat", "perawat", "", "Practitioner/perawat")
CASHIER = User("kasir", "kasir", "", "Practitioner/kasir")
REASON = "tidak sadar, alergi tidak diketahui"


@pytest.fixture
async def smart(mongodb_uri: str, database_name: str) -> AsyncIterator[Smart]:
    async with serving(mongodb_uri, database_name, audit_events=False) as found:
        await hospital(found)
        clients.add(found.issuer.database, APP)
        for user in (NURSE, CASHIER):
            assert users.add(found.issuer.database, user)
        yield found


def reasoned(reason: str | None = None, **more: Json) -> Json:
    rows = [{"name": "reason", "valueString": reason}] if reason is not None else []
    return {"resourceType": "Parameters", "parameter": [*rows, *more.values()]}


async def opens(smart: Smart, token: str, patient: str, body: Json) -> httpx.Response:
    return await smart.fhir(f"Patient/{patient}/$break-glass", token, "POST", json=body)


def events(mongodb_uri: str, database: str) -> list[Event]:
    with MongoClient[Json](mongodb_uri) as mongodb:
        rows = mongodb[database]["audit_blocks"].find({}, sort=[("_id", 1)])
        return [event for row in rows for event in decode_many(row["entries"])]


async def test_one_that_ran_out_while_no_server_was_there_is_told_once(
    smart: Smart, mongodb_uri: str, database_name: str, tmp_path: Path
) -> None:
    await put_away(smart)
    assert (await opens(smart, given(smart, "user/*.cruds", NURSE), "ani", reasoned(REASON))).status_code == 200
    an_hour_ago = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    smart.issuer.database["emergencies"].update_one({"_id": NURSE.username}, {"$set": {"until": an_hour_ago}})

    def ends() -> list[Event]:
        return [event for event in events(mongodb_uri, database_name) if event.what == "break-glass-stop"]

    async with live(tmp_path, mongodb_uri, database_name, "--workers", "2"):
        wait_until(ends, seconds=10)
        await asyncio.sleep(LOOK + 1)
        (end,) = ends()
    assert (end.at, end.who, end.person, end.role) == (an_hour_ago, "perawat", NURSE.fhir_user, "perawat")
    assert (end.patients, end.opened, end.client, end.note) == (("ani",), ("ani",), APP.client_id, "waktu habis")


async def put_away(smart: Smart) -> None:
    """Nobody is here any more: a nurse sees who is."""
    token = given(smart, "system/*.cruds", None)
    for id, patient in (("kunjungan-1", "ani"), ("kunjungan-2", "budi")):
        visit = {
            "resourceType": "Encounter",
            "id": id,
            "status": "finished",
            "class": {"code": "AMB"},
            "subject": {"reference": f"Patient/{patient}"},
            "period": {"start": "2020-01-01", "end": "2020-01-02"},
        }
        assert (await smart.fhir(f"Encounter/{id}", token, "PUT", json=visit)).status_code == 200


async def test_an_emergency(smart: Smart, mongodb_uri: str, database_name: str) -> None:
    await put_away(smart)
    token = given(smart, "user/*.cruds", NURSE)
    assert (await smart.fhir("Patient/ani", token)).status_code == 404
    for reason in (None, "", "   ", "darurat"):
        refused = await opens(smart, token, "ani", reasoned(reason))
        assert refused.status_code == 403, refused.text
    assert (await smart.fhir("Patient/ani", token)).status_code == 404
    opened = await opens(smart, token, "ani", reasoned(REASON))
    assert opened.status_code == 200, opened.text
    assert {row["name"] for row in opened.json()["parameter"]} == {"patient", "until"}
    assert (await smart.fhir("Patient/ani", token)).status_code == 200
    assert (await smart.fhir("Observation?patient=ani", token)).json()["total"] == 5
    assert (await smart.fhir("Patient/budi", token)).status_code == 404
    assert (await opens(smart, token, "budi", reasoned(REASON))).status_code == 409
    stop = reasoned(stop={"name": "stop", "valueBoolean": True})
    assert (await opens(smart, token, "ani", stop)).status_code == 204
    assert (await smart.fhir("Patient/ani", token)).status_code == 404
    assert (await opens(smart, token, "ani", stop)).status_code == 404
    told = events(mongodb_uri, database_name)
    (start,) = [event for event in told if event.what == "break-glass-start" and event.status == 200]
    (end,) = [event for event in told if event.what == "break-glass-stop" and event.status < 300]
    assert (start.who, start.person, start.patients, start.note) == ("perawat", NURSE.fhir_user, ("ani",), REASON)
    assert (end.who, end.patients) == ("perawat", ("ani",))
    inside = [event for event in told if event.opened]
    assert {event.what for event in inside} >= {"read", "search-type", "break-glass-stop"}
    assert {event.opened for event in inside} == {("ani",)}


@pytest.mark.parametrize(
    ("user", "scope"), [(CASHIER, "user/*.cruds"), (NURSE, "patient/*.cruds"), (None, "system/*.cruds")]
)
async def test_who_may_not(smart: Smart, user: User | None, scope: str) -> None:
    token = given(smart, scope, user, patient="budi")
    assert (await opens(smart, token, "ani", reasoned(REASON))).status_code == 403


async def test_what_is_no_such_request(smart: Smart) -> None:
    token = given(smart, "user/*.cruds", NURSE)
    assert (await opens(smart, token, "tidak-ada", reasoned(REASON))).status_code == 404
    assert (
        await smart.fhir("Encounter/kunjungan-1/$break-glass", token, "POST", json=reasoned(REASON))
    ).status_code == 404
    for body in ({"resourceType": "Patient", "id": "ani"}, {"resourceType": "Parameters", "parameter": "x"}):
        assert (await opens(smart, token, "ani", body)).status_code == 400
