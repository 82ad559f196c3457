"""What a caller may write: by scope and role, by whose it is before and after, by what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auth.caller import SYSTEM, Caller
from fhir_server.access import CONFIDENTIALITY
from fhir_server.changes import Change
from fhir_server.errors import FhirError
from fhir_server.interactions.patch_documents import json_patch
from fhir_server.record import Record
from fhir_server.site import Site
from fhir_server.store.store import Store
from tests.callers import ANYTHING, bound, staff, with_context
from tests.journeys.bundles import NIK

Json = dict[str, Any]

CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
EVERYBODY = staff("petugas", role=ANYTHING)
PARENT = bound("ibu", "a", "b")


def finding(id: str | None = "o", patient: str = "a", code: str = "laboratory", **more: Any) -> Json:
    return {
        "resourceType": "Observation",
        **({"id": id} if id else {}),
        "status": "final",
        "code": {"text": "x"},
        "category": [{"coding": [{"system": CATEGORY, "code": code}]}],
        "subject": {"reference": f"Patient/{patient}"},
        **more,
    }


def labelled(*codes: str) -> Json:
    return {"meta": {"security": [{"system": CONFIDENTIALITY, "code": code} for code in codes]}}


@pytest.fixture
async def store(store: Store) -> Store:
    people = [{"resourceType": "Patient", "id": id} for id in "abc"]
    rows = [*people, finding(), finding("vital", code="vital-signs"), finding("r", **labelled("R")), finding("c", "c")]
    await Record(store, SYSTEM, Site()).commit([Change.update(row, row["id"]) for row in rows])
    return store


async def status(store: Store, caller: Caller, *changes: Change) -> int:
    try:
        (found, *_) = await Record(store, caller, Site()).commit(list(changes))
    except FhirError as error:
        return error.status
    return {"created": 201, "updated": 200, "unchanged": 200, "deleted": 204, "absent": 204}[found.outcome]


NEW = Change.create(finding(None))
CHANGED = Change.update(finding(status="amended"), "o")
PATCHED = Change(
    "patch", "Observation", "o", patch=json_patch([{"op": "replace", "path": "/status", "value": "amended"}])
)
DELETED = Change.delete("Observation", "o")
NOT_THERE = Change.update(finding("baru"), "baru")
IF_NONE = Change.create(finding(None), if_none_exist=(("_id", "x"),))


@pytest.mark.parametrize(
    ("scope", "statuses"),
    [
        ("user/*.cruds", (201, 200, 200, 204, 201, 201)),
        ("user/*.c", (201, 403, 403, 403, 403, 403)),
        ("user/*.u", (403, 200, 403, 403, 403, 403)),
        ("user/*.ru", (403, 200, 200, 403, 403, 403)),
        ("user/*.cu", (201, 200, 403, 403, 201, 403)),
        ("user/*.d", (403, 403, 403, 204, 403, 403)),
        ("user/*.cs", (201, 403, 403, 403, 403, 201)),
        ("user/*.rs", (403, 403, 403, 403, 403, 403)),
        ("user/Patient.cruds", (403, 403, 403, 403, 403, 403)),
        ("", (403, 403, 403, 403, 403, 403)),
    ],
)
async def test_each_letter_of_a_scope(store: Store, scope: str, statuses: tuple[int, ...]) -> None:
    caller = staff("petugas", scope, ANYTHING)
    found = [await status(store, caller, one) for one in (NEW, CHANGED, PATCHED, DELETED, NOT_THERE, IF_NONE)]
    assert tuple(found) == statuses


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Change.create(finding(None)), 201),
        (Change.create(finding(None, code="vital-signs")), 404),
        (Change.update(finding(status="amended"), "o"), 200),
        (Change.update(finding(code="vital-signs"), "o"), 404),
        (Change.update(finding("vital"), "vital"), 404),
        (Change.delete("Observation", "vital"), 204),
        (Change.delete("Observation", "o"), 204),
        (Change.update(finding("c", "c"), "c"), 404),
    ],
    ids=[
        "new",
        "new of another category",
        "inside",
        "out of it",
        "into it",
        "what is outside",
        "what is inside",
        "another's",
    ],
)
async def test_a_granular_scope_holds_before_and_after(store: Store, change: Change, told: int) -> None:
    scope = f"patient/Observation.cruds?category={CATEGORY}|laboratory"
    assert await status(store, with_context("siti", "a", scope), change) == told
    rows = [await Record(store, SYSTEM, Site()).read("Observation", id) for id in ("vital", "c")]
    assert [row["version"] for row in rows] == [1, 1]


async def test_nothing_moves_to_another_patient(store: Store) -> None:
    """Not even to another of the caller's own."""
    assert await status(store, PARENT, Change.update(finding(patient="b"), "o")) == 403
    assert await status(store, PARENT, Change.update(finding(performer=[{"reference": "Patient/b"}]), "o")) == 403
    assert await status(store, EVERYBODY, Change.update(finding(patient="b"), "o")) == 200


async def test_ids_are_not_chosen_by_who_sees_some_patients(store: Store) -> None:
    for id in ("c", "baru"):
        assert await status(store, PARENT, Change.update(finding(id), id)) == 404
        assert await status(store, PARENT, Change("patch", "Observation", id, patch=PATCHED.patch)) == 404


async def test_a_number_that_is_taken_is_not_found_out(store: Store) -> None:
    number = {"identifier": [{"system": NIK, "value": "6472019001010001"}]}
    await Record(store, SYSTEM, Site()).commit([Change.update({"resourceType": "Patient", "id": "c", **number}, "c")])
    for value in ("6472019001010001", "6472019001010002"):
        row = {"resourceType": "Patient", "id": "a", "identifier": [{"system": NIK, "value": value}]}
        assert await status(store, PARENT, Change.update(row, "a")) == 403
    assert (
        await status(store, PARENT, Change.update({"resourceType": "Patient", "id": "a", "gender": "female"}, "a"))
        == 200
    )


@pytest.mark.parametrize(
    ("codes", "told"),
    [(("R",), 200), (("R", "N"), 200), (("V",), 403), ((), 403)],
    ids=["kept", "more", "other", "none"],
)
async def test_a_security_label_is_not_taken_away(store: Store, codes: tuple[str, ...], told: int) -> None:
    change = Change.update(finding("r", status="amended", **(labelled(*codes) if codes else {})), "r")
    assert await status(store, EVERYBODY, change) == told
    assert await status(store, replace(EVERYBODY, role=replace(ANYTHING, approves=True)), change) == 200


async def test_a_deletion_is_no_way_to_lose_a_label(store: Store) -> None:
    assert await status(store, EVERYBODY, Change.delete("Observation", "r")) == 204
    assert await status(store, EVERYBODY, Change.update(finding("r"), "r")) == 403
    assert await status(store, EVERYBODY, Change.update(finding("r", **labelled("R")), "r")) == 201


async def test_what_is_above_ones_clearance_is_not_there(store: Store) -> None:
    plain = replace(EVERYBODY, role=replace(ANYTHING, labels=frozenset()))
    assert await status(store, plain, Change.update(finding("r", status="amended"), "r")) == 404
    assert await status(store, plain, Change.create(finding(None, **labelled("R")))) == 404


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("Patient/a", 201),
        ("Observation/o", 201),
        ("Practitioner/tidak-ada", 201),
        ("http://lain.example/fhir/Observation/c", 201),
        ("#p", 201),
        ("Patient/c", 404),
        ("Observation/c", 404),
        ("Observation/tidak-ada", 404),
        ("Observation/c/_history/1", 404),
        (f"{Site().base}/Observation/c", 404),
        ("Encounter/tidak-ada", 404),
    ],
)
async def test_what_one_may_refer_to(store: Store, url: str, told: int) -> None:
    contained: Json = {"contained": [{"resourceType": "Patient", "id": "p"}]} if url == "#p" else {}
    note: Json = {"extension": [{"url": "http://contoh.example/x", "valueReference": {"reference": url}}]}
    assert await status(store, PARENT, Change.create(finding(None, **note, **contained))) == told
    assert await status(store, EVERYBODY, Change.create(finding(None, **note, **contained))) == 201


async def test_what_was_referred_to_before_may_stay(store: Store) -> None:
    pointing: Json = {"derivedFrom": [{"reference": "Observation/c"}]}
    await Record(store, SYSTEM, Site()).commit([Change.update(finding(**pointing), "o")])
    assert await status(store, PARENT, Change.update(finding(status="amended", **pointing), "o")) == 200


async def test_what_comes_with_it_may_be_referred_to(store: Store) -> None:
    made = Change.create(finding("satu"), id="satu")
    pointing = Change.create(finding("dua", derivedFrom=[{"reference": "Observation/satu"}]), id="dua")
    assert await status(store, PARENT, pointing) == 404
    assert await status(store, PARENT, made, pointing) == 201


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"resourceType": "Task", "status": "draft", "intent": "plan", "for": {"reference": "Patient/a"}}, 201),
        ({"resourceType": "Task", "status": "draft", "intent": "plan", "for": {"reference": "Patient/c"}}, 404),
        ({"resourceType": "Task", "status": "draft", "intent": "plan"}, 404),
        ({"resourceType": "Binary", "contentType": "a/b", "securityContext": {"reference": "Patient/a"}}, 201),
        ({"resourceType": "Binary", "contentType": "a/b"}, 404),
        ({"resourceType": "Organization", "name": "x"}, 403),
        ({"resourceType": "Bundle", "type": "collection"}, 404),
        ({"resourceType": "AuditEvent"}, 405),
    ],
    ids=lambda value: value["resourceType"] if isinstance(value, dict) else str(value),
)
async def test_whose_other_types_are(store: Store, row: Json, told: int) -> None:
    assert await status(store, PARENT, Change.create(row)) == told
