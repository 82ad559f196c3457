"""A client tells of its writes in X-Provenance, stored with them or not at all.

https://hl7.org/fhir/R4/provenance.html#6.4.7.6
"""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from pymongo.database import Database

from tests.journeys.bundles import Json, bundle, entry
from tests.journeys.journal import events

SENT: Json = {
    "resourceType": "Provenance",
    "target": [{"reference": "Patient/other"}],
    "recorded": "2026-11-24T08:00:00+08:00",
    "agent": [{"who": {"display": "Sistem lama – é"}}],
}


def header(resource: object) -> dict[str, Any]:
    return {"X-Provenance": json.dumps(resource, ensure_ascii=False).encode()}


async def targets(client: httpx.AsyncClient, query: str = "") -> list[list[str]]:
    rows = (await client.get(f"Provenance?_sort=_lastUpdated{query}")).json().get("entry", [])
    return [[target["reference"] for target in row["resource"]["target"]] for row in rows]


async def test_it_is_about_what_was_written(client: httpx.AsyncClient, database: Database[Json]) -> None:
    created = await client.post("Patient", json={"resourceType": "Patient"}, headers=header(SENT))
    one = f"Patient/{created.json()['id']}"
    await client.put(one, json={"resourceType": "Patient", "id": one[8:], "gender": "male"}, headers=header(SENT))
    await client.delete(one, headers=header(SENT))
    await client.delete(one, headers=header(SENT))
    assert await targets(client) == [[f"{one}/_history/{version}"] for version in (1, 2, 3)]
    (row,) = (await client.get(f"Provenance?target={one}/_history/2")).json()["entry"]
    assert row["resource"]["agent"] == SENT["agent"]
    (written,) = (event for event in events(database) if event.writes and event.writes[0].outcome == "created")
    assert [write.type for write in written.writes] == ["Patient", "Provenance"]


async def test_of_a_transaction_it_is_about_all_of_a_batch_about_each(client: httpx.AsyncClient) -> None:
    entries = [entry("PUT", f"Patient/{id}", {"resourceType": "Patient", "id": id}) for id in "ab"]
    for kind in ("transaction", "batch"):
        answer = await client.post("", json=bundle(*entries, type=kind), headers=header(SENT))
        assert answer.is_success
        await client.delete("Patient/a")
        await client.delete("Patient/b")
    assert sorted(await targets(client)) == [
        ["Patient/a/_history/1", "Patient/b/_history/1"],
        ["Patient/a/_history/3"],
        ["Patient/b/_history/3"],
    ]


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        ("nonsense", 400),
        ([], 400),
        ({"resourceType": "Patient"}, 400),
        ({**SENT, "recorded": "yesterday"}, 422),
        ({name: value for name, value in SENT.items() if name != "agent"}, 422),
    ],
)
async def test_a_wrong_one_keeps_the_write_from_being_done(
    client: httpx.AsyncClient, resource: object, status: int
) -> None:
    for method, path, body in (
        ("POST", "Patient", {"resourceType": "Patient"}),
        ("POST", "", bundle(entry("POST", "Patient", {"resourceType": "Patient"}))),
    ):
        answer = await client.request(method, path, json=body, headers=header(resource))
        assert answer.status_code == status, answer.text
        assert answer.json()["resourceType"] == "OperationOutcome"
    assert (await client.get("Patient")).json()["total"] == 0
