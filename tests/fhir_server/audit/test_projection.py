"""AuditEvents and Provenances come of the journal, once each, and are found by the searches of FHIR."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from fhir_server.audit.heads import HeadsLog, copied, private_key
from fhir_server.audit.projection import SERVING, Pace, Projection
from fhir_server.audit.verify import verify
from fhir_server.site import Site
from fhir_server.store.store import Store
from tests.fhir_server.audit.conftest import AT_ONCE, Ask

Json = dict[str, Any]


async def found(ask: Ask, type: str, *query: tuple[str, str]) -> list[Json]:
    bundle = (await ask("GET", type, query=query)).resource or {}
    return [entry["resource"] for entry in bundle.get("entry", ())]


async def test_a_patient_finds_who_read_and_wrote(ask: Ask, projection: Projection) -> None:
    for id in "ab":
        await ask("PUT", f"Patient/{id}", {"resourceType": "Patient", "id": id})
    await ask("GET", "Patient/a")
    await ask("GET", "Patient", query=(("_id", "a,b"),))
    assert await projection.step()
    events = await found(ask, "AuditEvent", ("patient", "Patient/a"))
    assert sorted(event["action"] for event in events) == ["C", "E", "R"]
    assert len(await found(ask, "AuditEvent", ("patient", "b"), ("action", "E"))) == 1
    assert len(await found(ask, "AuditEvent", ("entity", "Patient/a"), ("subtype", "read"))) == 1


async def test_every_version_has_its_provenance(ask: Ask, projection: Projection) -> None:
    for family in ("Satu", "Dua"):
        await ask("PUT", "Patient/a", {"resourceType": "Patient", "id": "a", "name": [{"family": family}]})
    await ask("DELETE", "Patient/a")
    await projection.step()
    rows = await found(ask, "Provenance", ("target", "Patient/a"))
    assert {row["target"][0]["reference"]: row["activity"]["coding"][0]["code"] for row in rows} == {
        "Patient/a/_history/1": "CREATE",
        "Patient/a/_history/2": "UPDATE",
        "Patient/a/_history/3": "DELETE",
    }
    await ask("PUT", "Patient/a", {"resourceType": "Patient", "id": "a"})
    brought = await found(ask, "Patient", ("_id", "a"), ("_revinclude", "Provenance:target"))
    assert [row["resourceType"] for row in brought] == ["Patient", *["Provenance"] * 3]


@pytest.mark.parametrize(("busy", "rest"), [(0.0, 0.01), (0.5, 0.1), (1.0, 0.19)])
def test_requests_come_first(busy: float, rest: float) -> None:
    assert SERVING.seconds(0.01, busy) == pytest.approx(rest)


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.05, 0.1])
async def test_one_that_is_killed_is_gone_on_with(
    ask: Ask, store: Store, heads: HeadsLog, database: Database[Json], seconds: float
) -> None:
    await asyncio.gather(*(ask("POST", "Patient", {"resourceType": "Patient"}) for _ in range(40)))
    killed = Projection(store.audit_trail(), Site, heads, pace=Pace(portion=4, rest=1, rest_busy=1))
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await killed.step()
    await Projection(store.audit_trail(), Site, heads, pace=AT_ONCE).step()
    assert database["AuditEvent"].count_documents({}) == database["Provenance"].count_documents({}) == 40
    assert (await verify(store.audit_trail(), copied_by(heads))).findings == []


def copied_by(heads: HeadsLog) -> Any:
    return copied(heads.path, heads.path.with_name("key.pem"))


async def test_two_at_once_make_each_once(ask: Ask, store: Store, heads: HeadsLog, database: Database[Json]) -> None:
    await asyncio.gather(*(ask("POST", "Patient", {"resourceType": "Patient"}) for _ in range(20)))
    both = [Projection(store.audit_trail(), Site, heads, pace=AT_ONCE) for _ in range(2)]
    await asyncio.gather(*(one.step() for one in both))
    assert database["AuditEvent"].count_documents({}) == 20
    assert not await both[0].step()


async def test_one_process_leads_until_it_leaves(ask: Ask, store: Store, heads: HeadsLog) -> None:
    async def told() -> int:
        return len(await found(ask, "AuditEvent", ("action", "C")))

    trail, pace = store.audit_trail(), Pace(look=0.01)
    async with Projection(trail, Site, heads, pace=pace).running():
        await ask("POST", "Patient", {"resourceType": "Patient"})
        for _ in range(500):
            if await told():
                break
            await asyncio.sleep(0.02)
        assert await told() == 1
        idle = Projection(trail, Site, heads, pace=pace)
        assert not await idle.leads()
    assert await idle.leads()


async def test_heads_are_signed_at_first_and_after_a_thousand_events(
    ask: Ask, store: Store, heads: HeadsLog, tmp_path: Path
) -> None:
    def lines() -> int:
        copy = copied_by(heads)
        return len(copy.lines) if copy else 0

    projection = Projection(store.audit_trail(), Site, heads, pace=AT_ONCE)
    await projection.step()
    assert lines() == 0
    await ask("POST", "Patient", {"resourceType": "Patient"})
    await projection.step()
    assert lines() == 1
    await ask("POST", "Patient", {"resourceType": "Patient"})
    await projection.step()
    assert lines() == 1
    heads.passed(1_000)
    await projection.step()
    await projection.sign()
    assert lines() == 2
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    assert private_key(tmp_path / "key.pem").public_key() == private_key(tmp_path / "key.pem").public_key()
