"""Whose record a Binary is part of, and who reads it."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from typing import Any

import pytest

from auth.caller import SYSTEM, Caller
from fhir_server.access import CONFIDENTIALITY, EVERYTHING
from fhir_server.changes import Change
from fhir_server.errors import FhirError
from fhir_server.interactions.dispatch import answer
from fhir_server.messages import FhirRequest
from fhir_server.record import Record
from fhir_server.reindexing import Scope
from fhir_server.site import Site
from fhir_server.store.store import Store
from tests.callers import ANYTHING, bound, staff, with_context

Json = dict[str, Any]

CANARY = "kenari-rahasia-b"
ORDINARY = staff("petugas", role=ANYTHING)
NOT_CLEARED = staff("tamu", role=replace(ANYTHING, labels=frozenset()))
A, B, BOTH = bound("a", "a"), bound("b", "b"), bound("ibu", "a", "b")
PATIENT_A = with_context("pasien", "a", "patient/*.cruds")
CONTEXTS = {
    "b": "Patient/b",
    "b-dokumen": "DocumentReference/d-b",
    "b-kunjungan": "Encounter/e-b",
    "a-dokumen": "DocumentReference/d-a",
    "rahasia": "DocumentReference/v-b",
    "tak-ada": "DocumentReference/tidak-ada",
    "lain": "http://lain.example/fhir/Patient/a",
    "rs": "Organization/rs",
    "bebas": None,
}
OF_A, OF_B = {"a-dokumen"}, {"b", "b-dokumen", "b-kunjungan", "rahasia"}


def document(id: str, patient: str, *labels: str) -> Json:
    security = [{"system": CONFIDENTIALITY, "code": code} for code in labels]
    return {
        "resourceType": "DocumentReference",
        "id": id,
        **({"meta": {"security": security}} if labels else {}),
        "status": "current",
        "subject": {"reference": f"Patient/{patient}"},
        "content": [{"attachment": {"title": "x"}}],
    }


def binary(id: str | None, context: str | None, size: int = 0) -> Json:
    row: Json = {"resourceType": "Binary", "contentType": "text/plain"}
    row["data"] = base64.b64encode(CANARY.encode() + bytes(size)).decode()
    return {**row, **({"id": id} if id else {}), **({"securityContext": {"reference": context}} if context else {})}


@pytest.fixture
async def store(store: Store) -> Store:
    visit = {"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}}
    rows: list[Json] = [
        {"resourceType": "Patient", "id": "a"},
        {"resourceType": "Patient", "id": "b"},
        {"resourceType": "Organization", "id": "rs", "name": "RS"},
        {**visit, "id": "e-b", "subject": {"reference": "Patient/b"}},
        document("d-a", "a"),
        document("d-b", "b"),
        document("v-b", "b", "V"),
    ]
    await written(store, *rows)
    await written(store, *(binary(id, context) for id, context in CONTEXTS.items()))
    return store


async def written(store: Store, *rows: Json) -> None:
    await Record(store, SYSTEM, Site()).commit([Change.update(row, row["id"]) for row in rows])


async def asked(store: Store, caller: Caller, path: str, *query: tuple[str, str]) -> Any:
    """The resource; the status of a refusal."""
    request = FhirRequest("GET", tuple(path.split("/")), query, base=Site().base)
    try:
        return (await answer(request, Record(store, caller, Site()))).resource
    except FhirError as error:
        return error.status


async def status(store: Store, caller: Caller, change: Change) -> int:
    try:
        await Record(store, caller, Site()).commit([change])
    except FhirError as error:
        return error.status
    return 201


async def seen(store: Store, caller: Caller) -> set[str]:
    """The Binaries of a search, which are those that can be read, version for version."""
    found = await asked(store, caller, "Binary", ("_count", "100"))
    ids = {row["resource"]["id"] for row in found.get("entry", ())}
    for id in CONTEXTS:
        for path in (f"Binary/{id}", f"Binary/{id}/_history/1"):
            read = await asked(store, caller, path)
            assert (id in ids) is isinstance(read, dict), (path, read)
            assert id in ids or read == 404
        history = await asked(store, caller, f"Binary/{id}/_history")
        assert (id in ids) is isinstance(history, dict)
    return ids


async def test_who_sees_which(store: Store) -> None:
    everything = set(CONTEXTS)
    for caller, expected in (
        (SYSTEM, everything),
        (ORDINARY, everything),
        (NOT_CLEARED, everything - {"rahasia"}),
        (A, OF_A),
        (PATIENT_A, OF_A),
        (B, OF_B),
        (BOTH, OF_A | OF_B),
    ):
        assert await seen(store, caller) == expected, caller.subject


async def test_no_canary_on_any_path(store: Store) -> None:
    secret = base64.b64encode(CANARY.encode()).decode()
    await written(store, {**binary("a-dokumen", "DocumentReference/d-a"), "data": "YQ=="})
    for path, query in (
        ("Binary", ()),
        ("Binary/_history", ()),
        ("_history", ()),
        ("Binary", (("_id", ",".join(CONTEXTS)),)),
        ("DocumentReference", (("_include", "*"),)),
        ("Patient/b/Binary", ()),
    ):
        found = str(await asked(store, PATIENT_A, path, *query))
        version = "Binary/a-dokumen"
        assert secret not in found or ("_history" in path and found.count(secret) == 1 and version in found), path


async def test_who_may_write_which(store: Store) -> None:
    for caller, context, told in (
        (A, "Patient/a", 201),
        (A, "DocumentReference/d-a", 201),
        (A, "Patient/b", 404),
        (A, "DocumentReference/d-b", 404),
        (A, "Encounter/e-b", 404),
        (A, "DocumentReference/tidak-ada", 404),
        (A, "Organization/rs", 404),
        (A, None, 404),
        (NOT_CLEARED, "DocumentReference/v-b", 404),
        (ORDINARY, None, 201),
    ):
        for size in (0, 300_000):
            row = binary(None, context, size)
            assert await status(store, caller, Change.create(row)) == told, (caller.subject, context, size)


async def test_the_context_may_come_in_the_same_transaction(store: Store) -> None:
    rows = (binary("baru", "DocumentReference/baru"), document("baru", "a"))
    await Record(store, A, Site()).commit([Change.create(row, id="baru") for row in rows])
    assert isinstance(await asked(store, PATIENT_A, "Binary/baru"), dict)
    assert await asked(store, B, "Binary/baru") == 404


async def test_a_binary_follows_its_context(store: Store) -> None:
    """To another patient, and out of the sight of who may not see the label."""
    assert await asked(store, A, "Binary/b-dokumen") == 404
    await written(store, document("d-b", "a"))
    assert isinstance(await asked(store, A, "Binary/b-dokumen"), dict)
    assert await asked(store, B, "Binary/b-dokumen") == 404
    await written(store, document("d-b", "a", "V"))
    assert await asked(store, NOT_CLEARED, "Binary/b-dokumen") == 404
    assert isinstance(await asked(store, ORDINARY, "Binary/b-dokumen"), dict)
    await written(store, document("d-b", "b"))
    assert isinstance(await asked(store, NOT_CLEARED, "Binary/b-dokumen"), dict)


async def test_a_context_that_changes_while_a_binary_is_written(store: Store) -> None:
    for number in range(12):
        label = ("V", "R")[number % 2]
        await asyncio.gather(
            written(store, binary(f"bersamaan-{number}", "DocumentReference/d-b")),
            written(store, document("d-b", "b", label)),
        )
        current = await store.get("DocumentReference", "d-b", EVERYTHING)
        there = [await store.get("Binary", f"bersamaan-{before}", EVERYTHING) for before in range(number + 1)]
        assert current is not None
        assert all(one is not None and one["labels"] == current["labels"] for one in there)


async def test_a_deletion_is_told_to_whom_it_belonged(store: Store) -> None:
    await Record(store, SYSTEM, Site()).commit([Change.delete("Binary", "b-dokumen")])
    assert await asked(store, B, "Binary/b-dokumen") == 410
    assert await asked(store, A, "Binary/b-dokumen") == 404


async def test_reindexing_keeps_what_is_inherited(store: Store) -> None:
    await Record(store, SYSTEM, Site()).commit([Change.delete("Binary", "b-kunjungan")])
    await written(store, document("d-b", "b", "V"))
    await written(store, document("d-b", "b"))
    for verify in (True, False, True):
        tallies = await Record(store, SYSTEM, Site()).reindex(Scope(("Binary",), verify=verify))
        assert sum(tally.drifted for tally in tallies) == 0
    assert await seen(store, A) == OF_A


async def test_the_journal_names_whose_it_is(store: Store) -> None:
    change = Change.create(binary(None, "DocumentReference/d-b"))
    (committed,) = await Record(store, SYSTEM, Site()).commit([change])
    assert committed.patients == ("b",)
