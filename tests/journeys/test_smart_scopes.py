"""What is granted is what works: types that are unticked, scopes of SMART 1, scopes on categories."""

from __future__ import annotations

from typing import Any

import pytest

from auth import scopes
from auth.scopes import GRANULAR
from tests.auth.apps import app
from tests.journeys.smart_world import ANI, BUDI, DOCTOR, Hospital

TYPES = (
    *("AllergyIntolerance", "CarePlan", "CareTeam", "Condition", "Device", "DiagnosticReport", "DocumentReference"),
    *("Encounter", "Goal", "Immunization", "MedicationRequest", "Observation", "Procedure"),
)
ALL = " ".join(f"patient/{type}.rs" for type in ("Patient", *TYPES))


def granular(type: str, *numbers: int) -> str:
    return " ".join(f"patient/{type}.rs?category={GRANULAR[type][number]}" for number in numbers)


async def ids(world: Hospital, query: str, token: str) -> set[str]:
    answer = await world.smart.fhir(query, token)
    assert answer.status_code == 200, answer.text
    return {entry["resource"]["id"] for entry in answer.json().get("entry", [])}


async def status(world: Hospital, path: str, token: str) -> int:
    return (await world.smart.fhir(path, token)).status_code


@pytest.mark.parametrize("half", [0, 1])
async def test_of_the_types_that_are_asked_for_the_ticked_ones_work(world: Hospital, half: int) -> None:
    kept = {f"patient/{type}.rs" for type in TYPES[half::2]} | {"patient/Patient.rs"}
    scope = f"launch/patient offline_access {ALL}"
    found = await world.smart.launched(app(world.smart.issuer), world.ani, lambda value: value in kept, scope=scope)
    assert set(scopes.words(found["scope"])) == kept | {"launch/patient"}
    assert "refresh_token" not in found
    for type in TYPES:
        expected = 200 if f"patient/{type}.rs" in kept else 403
        assert await status(world, f"{type}?patient={ANI}", found["access_token"]) == expected
    assert await status(world, f"Patient/{ANI}", found["access_token"]) == 200


@pytest.mark.parametrize(
    ("scope", "reads", "writes"),
    [
        ("launch/patient patient/Observation.read patient/Patient.read", True, False),
        ("launch/patient patient/*.read", True, False),
        ("launch/patient patient/Observation.write", False, True),
        ("launch/patient patient/Observation.*", True, True),
        ("launch/patient patient/*.*", True, True),
    ],
)
async def test_scopes_of_smart_1_come_back_as_they_were_asked_for(
    world: Hospital, scope: str, reads: bool, writes: bool
) -> None:
    found = await world.smart.launched(app(world.smart.issuer), world.ani, scope=scope)
    assert set(scopes.words(found["scope"])) == set(scopes.words(scope))
    read = await status(world, f"Observation?patient={ANI}", found["access_token"])
    assert read == (200 if reads else 403)
    written = await world.smart.fhir("Observation", found["access_token"], "POST", json=finding())
    assert written.status_code == (201 if writes else 403)
    if writes:
        path = f"Observation/{written.json()['id']}"
        assert (await world.smart.fhir(path, found["access_token"], "DELETE")).status_code in (200, 204)


def finding() -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "berat badan"},
        "subject": {"reference": f"Patient/{ANI}"},
    }


GROUPS = [
    (granular("Condition", 0, 1), granular("Observation", 0, 1)),
    (granular("Condition", 2), granular("Observation", 2, 3, 4)),
]


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("refine", ["", "&code:text=a", "&_sort=_id", "&_count=100&_total=accurate"])
async def test_a_scope_on_categories_gives_exactly_what_matches(
    world: Hospital, group: tuple[str, str], refine: str
) -> None:
    whole = await world.smart.launched(app(world.smart.issuer), world.ani, scope=f"launch/patient {ALL}")
    part = await world.smart.launched(app(world.smart.issuer), world.ani, scope=f"launch/patient {' '.join(group)}")
    assert set(scopes.words(part["scope"])) == {"launch/patient", *" ".join(group).split()}
    for type, scope in zip(("Condition", "Observation"), group, strict=True):
        query = f"{type}?patient={ANI}{refine}"
        everything = await ids(world, query, whole["access_token"])
        categories = [word.partition("category=")[2] for word in scope.split()]
        allowed = {f"{type.lower()}-{ANI}-{GRANULAR[type].index(category)}" for category in categories}
        assert await ids(world, query, part["access_token"]) == everything & allowed
        for number in range(len(GRANULAR[type])):
            path = f"{type}/{type.lower()}-{ANI}-{number}"
            expected = 200 if f"{type.lower()}-{ANI}-{number}" in allowed else 404
            assert await status(world, path, part["access_token"]) == expected
        assert await status(world, f"{type}/{type.lower()}-{BUDI}-0", part["access_token"]) == 404
    assert await status(world, f"Patient/{ANI}", part["access_token"]) == 403


async def test_a_person_narrows_whole_types_to_categories(world: Hospital) -> None:
    chosen = {*granular("Condition", 0, 1).split(), *granular("Observation", 0, 2).split(), "patient/Patient.rs"}
    scope = "launch/patient patient/Condition.rs patient/Observation.rs patient/Patient.rs"
    found = await world.smart.launched(app(world.smart.issuer), world.ani, lambda value: value in chosen, scope=scope)
    granted = set(scopes.words(found["scope"]))
    assert granted == chosen | {"launch/patient"}
    assert {"patient/Condition.rs", "patient/Observation.rs"}.isdisjoint(granted)
    assert await ids(world, f"Observation?patient={ANI}", found["access_token"]) == {
        f"observation-{ANI}-0",
        f"observation-{ANI}-2",
    }


async def test_a_narrowed_token_stays_narrow_when_it_is_refreshed(world: Hospital) -> None:
    chosen = {granular("Observation", 0), "offline_access"}
    scope = "launch/patient offline_access patient/Observation.rs"
    made = app(world.smart.issuer)
    found = await world.smart.launched(made, world.ani, lambda value: value in chosen, scope=scope)
    again = (await world.smart.refresh(made, found["refresh_token"])).json()
    assert await ids(world, f"Observation?patient={ANI}", again["access_token"]) == {f"observation-{ANI}-0"}
    more = await world.smart.refresh(made, again["refresh_token"], scope="patient/Observation.rs")
    assert more.json()["error"] == "invalid_scope"


@pytest.mark.parametrize(
    ("scope", "path", "expected"),
    [
        ("patient/Patient.r", f"Patient/{ANI}", 200),
        ("patient/Patient.r", "Patient", 403),
        ("patient/Patient.s", f"Patient/{ANI}", 403),
        ("patient/Patient.s", "Patient", 200),
        ("patient/Patient.rs", f"Patient/{BUDI}", 404),
        ("patient/Patient.rs", f"Practitioner/{DOCTOR}", 403),
        ("patient/Practitioner.rs patient/Patient.rs", f"Practitioner/{DOCTOR}", 200),
        ("user/Patient.rs", f"Patient/{ANI}", 200),
        ("user/Patient.rs", f"Patient/{BUDI}", 404),
        ("openid fhirUser launch/patient", f"Patient/{ANI}", 403),
    ],
)
async def test_each_letter_counts(world: Hospital, scope: str, path: str, expected: int) -> None:
    found = await world.smart.launched(app(world.smart.issuer), world.ani, scope=scope)
    assert await status(world, path, found["access_token"]) == expected


async def test_who_the_person_is_can_be_read_with_the_same_token(world: Hospital) -> None:
    for user, scope in ((world.ani, "patient/Patient.rs"), (world.doctor, "user/Practitioner.rs")):
        found = await world.smart.launched(app(world.smart.issuer), user, scope=f"openid fhirUser {scope}")
        path = (user.fhir_user or "").removeprefix("/")
        assert await status(world, path, found["access_token"]) == 200


@pytest.mark.parametrize("name", ["refresh_token", "id_token", "code"])
async def test_nothing_but_an_access_token_opens_the_record(world: Hospital, name: str) -> None:
    made = app(world.smart.issuer)
    found = await world.smart.launched(made, world.ani, scope="openid offline_access patient/*.rs launch/patient")
    text = found.get(name, "a-code")
    assert await status(world, f"Patient/{ANI}", text) == 401
    assert await status(world, f"Patient/{ANI}", found["access_token"]) == 200


async def test_online_access_ends_when_the_person_signs_out(world: Hospital) -> None:
    smart, made = world.smart, app(world.smart.issuer)
    found = await smart.launched(made, world.ani, scope="online_access patient/Patient.rs")
    again = (await smart.refresh(made, found["refresh_token"])).json()
    smart.issuer.database["auth_sessions"].delete_many({"username": world.ani.username})
    assert (await smart.refresh(made, again["refresh_token"])).json()["error"] == "invalid_grant"
