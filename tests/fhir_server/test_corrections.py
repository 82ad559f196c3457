"""Who may correct what is signed: its author for 48 hours; later, and others, with an approval that is used up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auth.caller import SYSTEM, Caller
from auth.policy import load
from auth.scopes import parse
from fhir_server.changes import Change
from fhir_server.errors import FhirError, Forbidden, NotFound
from fhir_server.interactions.patch_documents import json_patch
from fhir_server.record import Record
from fhir_server.site import Site
from fhir_server.store.store import Store

Json = dict[str, Any]

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
LATER = NOON + timedelta(hours=48, minutes=1)


def who(role: str, person: str | None) -> Caller:
    found = replace(load().roles[role], patients="all")
    return Caller(person or role, parse("user/*.cruds"), found, person, patients=None)


AUTHOR, OTHER = who("dokter", "Practitioner/ayu"), who("dokter", "Practitioner/made")
APPROVER = who("pmik", "Practitioner/putu")


def record(store: Store, caller: Caller, at: datetime = NOON) -> Record:
    return Record(store, caller, Site(), clock=lambda: at)


def finding(text: str, status: str = "final", **more: Any) -> Json:
    row = {"resourceType": "Observation", "id": "o", "status": status, "code": {"text": text}}
    return {**row, "subject": {"reference": "Patient/a"}, **more}


def request(status: str = "requested", by: str = "Practitioner/ayu", **more: Any) -> Json:
    return {
        "resourceType": "Task",
        "id": "t",
        "status": status,
        "intent": "order",
        "code": {"coding": [{"system": "urn:rsud-fhir:task", "code": "correct-entry"}]},
        "focus": {"reference": "Observation/o"},
        "for": {"reference": "Patient/a"},
        "requester": {"reference": by},
        **more,
    }


async def entered(store: Store, status: str = "final") -> None:
    await record(store, SYSTEM).commit([Change.update({"resourceType": "Patient", "id": "a"}, "a")])
    await record(store, AUTHOR).commit([Change.update(finding("suhu", status), "o")])


async def corrects(store: Store, caller: Caller, at: datetime, text: str = "nadi") -> str:
    try:
        await record(store, caller, at).commit([Change.update(finding(text), "o")])
    except Forbidden:
        return "no"
    return "yes"


@pytest.mark.parametrize(
    ("caller", "hours", "may"),
    [
        (AUTHOR, 1, "yes"),
        (AUTHOR, 47.9, "yes"),
        (AUTHOR, 48.1, "no"),
        (OTHER, 1, "no"),
        (APPROVER, 1000, "no right"),
        (who("sistem", None), 1000, "yes"),
        (SYSTEM, 1000, "yes"),
    ],
    ids=["author", "author in time", "author too late", "another", "approver without the right", "system", "server"],
)
async def test_who_may_correct(store: Store, caller: Caller, hours: float, may: str) -> None:
    await entered(store)
    found = await corrects(store, caller, NOON + timedelta(hours=hours))
    assert found == ("yes" if may == "yes" else "no")


async def test_what_is_not_signed_is_everybodys_work(store: Store) -> None:
    await entered(store, status="preliminary")
    assert await corrects(store, OTHER, LATER) == "yes"
    assert await corrects(store, OTHER, LATER, "suhu lagi") == "no", "now it is signed, and another's entry"


async def test_deleting_and_patching_are_corrections_too(store: Store) -> None:
    await entered(store)
    patch = json_patch([{"op": "replace", "path": "/status", "value": "entered-in-error"}])
    for change in (Change.delete("Observation", "o"), Change("patch", "Observation", "o", patch=patch)):
        with pytest.raises(Forbidden):
            await record(store, AUTHOR, LATER).commit([change])
        with pytest.raises(Forbidden):
            await record(store, OTHER).commit([change])
    await record(store, AUTHOR).commit([Change.delete("Observation", "o")])


async def test_a_condition_is_no_way_around(store: Store) -> None:
    await entered(store)
    change = Change("update", "Observation", resource=finding("nadi"), criteria=(("_id", "o"),))
    with pytest.raises(Forbidden):
        await record(store, AUTHOR, LATER).commit([change])
    await approve(store)
    (found,) = await record(store, AUTHOR, LATER).commit([change])
    assert found.outcome == "updated"


async def approve(store: Store, by: str = "Practitioner/ayu", **more: Any) -> None:
    asking = AUTHOR if by == "Practitioner/ayu" else OTHER
    await record(store, asking, LATER).commit([Change.update(request(by=by, **more), "t")])
    await record(store, APPROVER, LATER).commit([Change.update(request("accepted", by=by, **more), "t")])


@pytest.mark.parametrize("caller", [AUTHOR, OTHER], ids=["author", "another"])
async def test_an_approval_is_good_for_one_correction(store: Store, caller: Caller) -> None:
    await entered(store)
    assert await corrects(store, caller, LATER) == "no"
    await approve(store, caller.person or "")
    assert await corrects(store, caller, LATER) == "yes"
    assert (await record(store, SYSTEM).read("Task", "t"))["resource"]["status"] == "completed"
    assert await corrects(store, caller, LATER, "sekali lagi") == "no"
    versions = [await record(store, SYSTEM).vread("Observation", "o", number) for number in (1, 2)]
    assert [one["resource"]["code"]["text"] for one in versions] == ["suhu", "nadi"], "nothing is overwritten"


async def test_of_many_at_once_one_uses_it_up(store: Store) -> None:
    await entered(store)
    await approve(store)

    async def attempt(text: str) -> str:
        try:
            return await corrects(store, AUTHOR, LATER, text)
        except FhirError:
            return "collided"

    found = await asyncio.gather(*(attempt(f"nadi {number}") for number in range(10)))
    assert found.count("yes") == 1, found


@pytest.mark.parametrize(
    ("by", "more"),
    [
        ("Practitioner/made", {}),
        ("Practitioner/ayu", {"focus": {"reference": "Observation/lain"}}),
        ("Practitioner/ayu", {"code": {"text": "correct-entry"}}),
    ],
    ids=["of another", "for another entry", "of another kind"],
)
async def test_an_approval_of_something_else_is_none(store: Store, by: str, more: Json) -> None:
    await entered(store)
    await record(store, SYSTEM).commit([Change.update(finding("lain", id="lain"), "lain")])
    await approve(store, by, **more)
    assert await corrects(store, AUTHOR, LATER) == "no"


async def test_nobody_approves_for_himself(store: Store) -> None:
    await entered(store)
    for caller in (AUTHOR, OTHER):
        with pytest.raises(Forbidden):
            await record(store, caller).commit([Change.update(request("accepted"), "t")])
    with pytest.raises(Forbidden):
        await record(store, APPROVER).commit([Change.update(request("accepted", "Practitioner/putu"), "t")])


async def test_of_what_one_may_not_see_nothing_is_told(store: Store) -> None:
    await entered(store)
    nobody = replace(OTHER, patients=frozenset({"b"}))
    with pytest.raises(NotFound):
        await record(store, nobody, LATER).commit([Change.update(finding("nadi"), "o")])


async def test_the_author_stays_the_author(store: Store) -> None:
    """Also where a system changes the entry in between."""
    await entered(store)
    assert await corrects(store, SYSTEM, NOON, "suhu ketiak") == "yes"
    assert await corrects(store, OTHER, NOON) == "no"
    assert await corrects(store, AUTHOR, NOON) == "yes"
