"""A document leaves the hospital once, with the next number, in its patient's record."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from exports import issued_document
from fhir_server.changes import Change
from fhir_server.errors import Conflict, FhirError, Forbidden, NotFound
from fhir_server.messages import Resource
from fhir_server.search.query import parse
from resources.systems import DOCUMENT_NUMBER_PREFIX, VERIFICATION
from tests.exports import charts
from tests.exports.conftest import ORGANIZATION, Counter, person

VISIT = "Encounter/kunjungan-000001-001"
PATIENT = "pasien-000001"
AT_ONCE = 12


async def _issued(counter: Counter, **values: Any) -> Resource:
    found = await counter.ask(f"{VISIT}/$issue", document="resume-medis", **values)
    assert found.status == 201
    assert found.resource is not None
    return found.resource


def _number(resource: Resource) -> str:
    system = DOCUMENT_NUMBER_PREFIX + ORGANIZATION
    return next(str(row["value"]) for row in resource["identifier"] if row["system"] == system)


async def _content(counter: Counter, resource: Resource) -> bytes:
    id = resource["content"][0]["attachment"]["url"].removeprefix("Binary/")
    return base64.b64decode((await counter.record().read("Binary", id))["resource"]["data"])


async def test_a_document_gets_number_address_hash_and_its_place_in_the_record(
    counter: Counter, tmp_path: Path
) -> None:
    await counter.fill(1)
    resource = await _issued(counter)
    content = await _content(counter, resource)
    document = issued_document.read(resource)
    assert document is not None
    assert _number(resource) == "1/RM/RAJAL/XI/2026"
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    attachment = resource["content"][0]["attachment"]
    assert attachment["hash"] == base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()
    assert attachment["size"] == len(content)
    assert (resource["status"], resource["docStatus"]) == ("current", "final")
    assert resource["subject"] == {"reference": f"Patient/{PATIENT}"}
    assert resource["context"] == {"encounter": [{"reference": VISIT}], "related": [{"reference": VISIT}]}
    text = charts.text_of(content, tmp_path)
    assert "Nomor : 1/RM/RAJAL/XI/2026" in text
    assert f"/v/{document.verification}" in text
    assert "DRAF" not in text.replace("\n", "")
    for type in ("DocumentReference", "Binary"):
        stored = await counter.record().read(type, resource["id"] if type == "DocumentReference" else document.content)
        assert stored["compartments"]["Patient"] == [PATIENT]


async def test_it_is_linked_to_the_composition_that_it_was_drawn_from(counter: Counter) -> None:
    await counter.fill(1)
    composed = (await counter.ask(f"{VISIT}/$compose")).resource
    assert composed is not None
    related = (await _issued(counter))["context"]["related"]
    assert related == [{"reference": VISIT}, {"reference": f"Composition/{composed['id']}"}]


async def test_numbers_have_no_gap_and_no_double_whoever_issues_at_once(counter: Counter) -> None:
    await counter.fill(1)
    refused = [counter.ask(f"{VISIT}/$issue", document="resume-medis", days="3") for _ in range(3)]
    issued = [_issued(counter) for _ in range(AT_ONCE)]
    results = await asyncio.gather(*issued, *refused, return_exceptions=True)
    numbers = sorted(int(_number(found).split("/")[0]) for found in results[:AT_ONCE] if isinstance(found, dict))
    assert numbers == list(range(1, AT_ONCE + 1))
    assert all(isinstance(found, FhirError) for found in results[AT_ONCE:])
    assert _number(await _issued(counter)).startswith(f"{AT_ONCE + 1}/")
    counter.clock.pass_by(days=60)
    assert _number(await _issued(counter)) == "1/RM/RAJAL/I/2027"


async def test_what_supersedes_and_what_is_revoked_stay_findable_and_are_marked(counter: Counter) -> None:
    await counter.fill(1)
    first = await _issued(counter)
    second = await _issued(counter, replaces=first["id"])
    revoked = await counter.ask(f"DocumentReference/{second['id']}/$revoke", reason="Salah pasien")
    assert revoked.resource is not None
    found = await counter.record().search(parse("DocumentReference", (("patient", PATIENT), ("_sort", "_id"))))
    states = {row["resource"]["id"]: row["resource"]["status"] for row in found.documents}
    assert states == {first["id"]: "superseded", second["id"]: "entered-in-error"}
    document = issued_document.read(revoked.resource)
    assert document is not None
    assert (document.standing, document.reason) == ("revoked", "Salah pasien")
    with pytest.raises(Conflict):
        await counter.ask(f"DocumentReference/{second['id']}/$revoke", reason="Lagi")
    assert await _content(counter, second)


async def test_only_who_may_write_into_the_record_issues_and_nobody_else_changes_it(counter: Counter) -> None:
    await counter.fill(1, 2)
    doctor = person("dokter", PATIENT)
    resource = (await counter.ask(f"{VISIT}/$issue", doctor, document="resume-medis")).resource
    assert resource is not None
    other = person("dokter", "pasien-000002")
    patient = person("pasien", PATIENT, id=f"Patient/{PATIENT}")
    with pytest.raises(NotFound):
        await counter.ask(f"{VISIT}/$issue", other, document="resume-medis")
    with pytest.raises(NotFound):
        await counter.ask(f"DocumentReference/{resource['id']}/$revoke", other, reason="x")
    with pytest.raises(Forbidden):
        await counter.ask(f"{VISIT}/$issue", patient, document="resume-medis")
    with pytest.raises(Forbidden):
        await counter.ask(f"DocumentReference/{resource['id']}/$revoke", patient, reason="x")
    assert (await counter.record(patient).read("DocumentReference", resource["id"]))["version"] == 1
    for type, id in (
        ("DocumentReference", resource["id"]),
        ("Binary", resource["content"][0]["attachment"]["url"][7:]),
    ):
        stored = (await counter.record().read(type, id))["resource"]
        with pytest.raises(Forbidden):
            await counter.record(person("dokter", PATIENT)).commit([_update(stored)])


def _update(resource: Resource) -> Change:
    return Change.update({**resource, "language": "id"}, resource["id"])


async def test_verification_ids_are_random_and_unique(counter: Counter) -> None:
    await counter.fill(1)
    ids = set()
    for _ in range(3):
        resource = await _issued(counter)
        ids |= {row["value"] for row in resource["identifier"] if row["system"] == VERIFICATION}
    assert len(ids) == 3
    assert all(len(id) == 32 and int(id, 16) >= 0 for id in ids)
