"""The policy file: what comes with the server is sane, and what cannot be is refused with its place."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from auth.policy import DEFAULT, Policy, PolicyRefused, load, read, table
from auth.users import ROLES
from resources.definitions.structure import resource_types

CONTENT = tomllib.loads(DEFAULT.read_text(encoding="utf-8"))
CLINICAL = ("Observation", "Condition", "MedicationRequest", "DiagnosticReport", "DocumentReference", "Binary")


@pytest.fixture
def policy() -> Policy:
    return load()


def test_every_role_is_there_and_no_other(policy: Policy) -> None:
    assert set(policy.roles) == {*ROLES, "sistem"}
    assert policy.role("tabib") is None


@pytest.mark.parametrize("role", ["it", "manajemen", "kasir", "pendaftaran"])
def test_who_does_not_treat_sees_nothing_clinical(policy: Policy, role: str) -> None:
    found = policy.roles[role]
    assert [type for type in CLINICAL if found.permissions(type)] == []
    assert not found.labels
    assert not found.break_glass


def test_only_who_treats_may_break_the_glass(policy: Policy) -> None:
    assert {name for name, role in policy.roles.items() if role.break_glass} == {"dokter", "perawat", "bidan"}


def test_nobody_but_systems_writes_everything(policy: Policy) -> None:
    assert [role for role, type, rights in table(policy) if type == "*" and rights != "rs"] == ["sistem"]


def test_nobody_corrects_what_he_may_not_see(policy: Policy) -> None:
    for name, role in policy.roles.items():
        for type in resource_types():
            rights = role.permissions(type)
            if set(rights) & set("cud"):
                assert "r" in rights, (name, type)
                assert "s" in rights, (name, type)


def test_nobody_writes_the_audit_trail(policy: Policy) -> None:
    writers = [
        name for name, role in policy.roles.items() if "c" in role.permissions("AuditEvent") and name != "sistem"
    ]
    assert writers == []


def changed(**roles: Any) -> dict[str, Any]:
    content = copy.deepcopy(CONTENT)
    for name, settings in roles.items():
        content["roles"].setdefault(name, {}).update(settings)
    return content


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        ({"dokter": {"view": ["Observasi"]}}, "roles.dokter.view: Observasi is neither"),
        ({"dokter": {"view": "Observation"}}, "roles.dokter.view: Observation is neither"),
        ({"dokter": {"patients": "some"}}, "roles.dokter: patients is one of"),
        ({"dokter": {"days": 0}}, "roles.dokter: days"),
        ({"dokter": {"days": "90"}}, "roles.dokter: days"),
        ({"kasir": {"days": 3}}, "roles.kasir: days"),
        ({"dokter": {"labels": ["S"]}}, "roles.dokter: labels"),
        ({"dokter": {"hak": True}}, "roles.dokter: there is no setting hak"),
        ({"tabib": {}}, "there is no role tabib"),
        ({"pasien": {"patients": "all"}}, "roles.pasien: patients must be"),
        ({"wali": {"patients": "present"}}, "roles.wali: patients must be"),
    ],
)
def test_what_cannot_be_is_refused(roles: dict[str, Any], told: str) -> None:
    with pytest.raises(PolicyRefused, match=told):
        read(changed(**roles))


def test_who_corrects_without_an_approval(policy: Policy) -> None:
    assert {name for name, role in policy.roles.items() if not role.entries} == {"pmik", "sistem"}
    assert {role.hours for role in policy.roles.values()} == {48}


@pytest.mark.parametrize("wrong", [{"hours": -1}, {"hours": "48"}, {"entries": ["Observasi"]}])
def test_a_wrong_rule_of_corrections_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(PolicyRefused, match="correction"):
        read({**CONTENT, "correction": wrong})


def test_a_role_that_is_missing_is_named() -> None:
    content = changed()
    del content["roles"]["bidan"]
    with pytest.raises(PolicyRefused, match="the role bidan is missing"):
        read(content)


def test_a_file_of_the_hospitals_own(tmp_path: Path) -> None:
    file = tmp_path / "kebijakan.toml"
    file.write_text(DEFAULT.read_text(encoding="utf-8").replace("hours = 48", "hours = 24"), encoding="utf-8")
    assert {role.hours for role in load(file).roles.values()} == {24}
    file.with_name("rusak.toml").write_text("[roles", encoding="utf-8")
    for path in (file.with_name("rusak.toml"), file.with_name("tidak-ada.toml")):
        with pytest.raises(PolicyRefused, match=str(path)):
            load(path)
