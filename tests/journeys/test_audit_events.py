"""What the journal says becomes AuditEvents and Provenances beside the requests, soon; and nobody changes them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from pymongo.database import Database

from auth.storage import clients
from tests.fhir_server.conftest import client_of, settings
from tests.journeys.bundles import Json, bundle, entry, statuses
from tests.journeys.journal import events
from tests.journeys.smart import serving
from tests.journeys.smart_world import ANI, BUDI, hospital
from tests.journeys.tokens import APP, given


@pytest.fixture
async def telling(mongodb_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(settings(mongodb_uri, database_name, audit_events=True, data_dir=tmp_path)) as found:
        yield found


async def total(client: httpx.AsyncClient, query: str) -> int:
    found: int = (await client.get(query)).json()["total"]
    return found


async def test_an_access_appears_within_five_seconds(telling: httpx.AsyncClient, tmp_path: Path) -> None:
    await telling.put("Patient/a", json={"resourceType": "Patient", "id": "a"})
    await telling.get("Patient/a")
    began = time.monotonic()
    for query, number in (
        ("AuditEvent?patient=Patient/a&subtype=read,create", 2),
        ("Provenance?target=Patient/a/_history/1", 1),
    ):
        while await total(telling, query) < number:
            assert time.monotonic() - began < 5
            await asyncio.sleep(0.1)
    assert (tmp_path / "audit-key.pem").exists()


@pytest.mark.parametrize("type", ["batch", "transaction"])
async def test_nobody_writes_audit_events(client: httpx.AsyncClient, type: str) -> None:
    event = {"resourceType": "AuditEvent", "id": "a"}
    writes = [entry("POST", "AuditEvent", event), entry("PUT", "AuditEvent/a", event), entry("DELETE", "AuditEvent/a")]
    answer = await client.post("", json=bundle(*writes, type=type), headers={"Accept-Language": "en"})
    if type == "batch":
        assert statuses(answer) == [405] * 3
    else:
        assert (answer.status_code, answer.json()["issue"][0]["expression"]) == (405, ["Bundle.entry[2]"])
    assert await total(client, "AuditEvent") == 0


async def test_reading_the_audit_trail_is_told_once(client: httpx.AsyncClient, database: Database[Json]) -> None:
    await client.get("AuditEvent?patient=a")
    await client.get("AuditEvent/_history")
    assert [(event.what, event.path) for event in events(database)] == [
        ("search-type", "AuditEvent"),
        ("history-type", "AuditEvent/_history"),
    ]


async def test_patients_read_who_looked_at_their_record(mongodb_uri: str, database_name: str, tmp_path: Path) -> None:
    """And nothing of what the same requests showed of others; no app does without the scope for it."""
    async with serving(mongodb_uri, database_name, data_dir=tmp_path) as smart:
        place = await hospital(smart)
        clients.add(smart.issuer.database, APP)
        system, doctor = given(smart, "system/*.cruds", None), given(smart, "user/*.rs", place.doctor)
        ani = given(smart, "patient/AuditEvent.rs", place.ani, patient=ANI)
        assert (await smart.fhir(f"Patient/{ANI}", doctor)).status_code == 200
        assert (await smart.fhir(f"Patient?_id={ANI},{BUDI}", system)).json()["total"] == 2
        assert (await smart.fhir(f"Patient/{BUDI}", ani)).status_code == 403
        began = time.monotonic()
        log: dict[str, Json] = {}
        while not {"read", "search-type"} <= set(log):
            assert time.monotonic() - began < 5
            await asyncio.sleep(0.1)
            answer = await smart.fhir(f"AuditEvent?patient=Patient/{ANI}&_count=100", ani)
            rows = [row["resource"] for row in answer.json().get("entry", [])]
            log = {row["subtype"][0]["code"]: row for row in rows}
        assert place.doctor.username in str(log["read"]["agent"])
        assert not [row for row in rows if f"Patient/{BUDI}" in str(row)]
        assert (await smart.fhir(f"AuditEvent?patient=Patient/{BUDI}", ani)).json()["total"] == 0
        of_budi = (await smart.fhir(f"AuditEvent?patient=Patient/{BUDI}&subtype=search-type", system)).json()["entry"]
        for row in of_budi:
            assert (await smart.fhir(f"AuditEvent/{row['resource']['id']}", ani)).status_code == 404
        without = given(smart, "patient/Patient.rs", place.ani, patient=ANI)
        assert (await smart.fhir(f"AuditEvent?patient=Patient/{ANI}", without)).status_code == 403
