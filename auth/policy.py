"""What each role of the hospital may do: the policy file, read and checked. Permenkes 24/2022, articles 29-31."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args

from auth.users import PATIENT, PROXY, ROLES
from resources.definitions.structure import resource_types

Patients = Literal["all", "treated", "present", "own"]

ANY = "*"
DEFAULT = files("auth").joinpath("policy.toml")
RIGHTS: Mapping[str, str] = {"input": "c", "correct": "ud", "view": "rs"}
"""The three rights of the regulation as FHIR interactions. What is corrected or deleted stays in the history."""

SYSTEM = "sistem"
"""The role of systems, which have no account."""

LABELS = ("R", "V")
"""Codes of v3-Confidentiality above N (normal) that a role may be given."""

FLAGS = ("break_glass", "approve", "book", "overbook", "call", "plan", "issue")
"""What a role may do besides."""

SETTINGS = frozenset(("patients", "days", "labels", "purpose", *FLAGS, *RIGHTS))


class PolicyRefused(Exception):
    """The policy file cannot be what it says; the text is one line that names the place."""


@dataclass(frozen=True, slots=True)
class Role:
    """`rights`: pairs of a resource type, or *, and some of c r u d s; `patients`: whose records; `days`: how long
    after a visit somebody counts as treated; `labels`: confidentiality above normal that it may see, R or V;
    `break_glass`: whether it may open one more record in an emergency; `approves`: whether it may let others
    correct old entries; `books`: whether it may book for the patients that it reaches, `overbooks` beyond a
    session's places and cut-off, with a reason; `calls`: whether it calls the queue; `plans`: whether it closes
    sessions and opens them again; `issues`: whether it issues documents of the hospital; `purpose`: a code of
    PurposeOfUse; `entries`: types of which it corrects what is signed only as their author, for some `hours`, or
    with an approval."""

    name: str
    rights: frozenset[tuple[str, str]] = frozenset()
    patients: Patients = "own"
    days: int = 0
    labels: frozenset[str] = frozenset()
    break_glass: bool = False
    approves: bool = False
    books: bool = False
    overbooks: bool = False
    calls: bool = False
    plans: bool = False
    issues: bool = False
    purpose: str = "TREAT"
    entries: frozenset[str] = frozenset()
    hours: int = 0

    def permissions(self, type: str) -> str:
        """What the role may do with a type: some of c r u d s; "" for nothing."""
        return "".join(letters for name, letters in self.rights if name in (ANY, type))


@dataclass(frozen=True, slots=True)
class Policy:
    roles: Mapping[str, Role]

    def role(self, name: str) -> Role | None:
        return self.roles.get(name)


@cache
def load(path: Path | None = None) -> Policy:
    """The policy of the hospital's file, or the one that comes with the server. Raises PolicyRefused."""
    place = str(path) if path else "policy.toml"
    try:
        text = path.read_text(encoding="utf-8") if path else DEFAULT.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise PolicyRefused(f"{place}: {error}") from None
    return read(content, place)


def read(content: Mapping[str, Any], place: str = "policy.toml") -> Policy:
    """`content`: `types` (group -> types), `roles` (role -> settings), `correction` (hours, entries).

    Raises PolicyRefused."""
    groups = content.get("types", {})
    roles = {name: _role(name, row, groups, place) for name, row in content.get("roles", {}).items()}
    roles = {name: _as_author(role, content.get("correction", {}), groups, place) for name, role in roles.items()}
    if missing := sorted({*ROLES, SYSTEM} - roles.keys()):
        raise PolicyRefused(f"{place}: the role {missing[0]} is missing.")
    if unknown := sorted(roles.keys() - {*ROLES, SYSTEM}):
        raise PolicyRefused(f"{place}: there is no role {unknown[0]}.")
    if wrong := [name for name in (PATIENT, PROXY) if roles[name].patients != "own"]:
        raise PolicyRefused(f'{place}: roles.{wrong[0]}: patients must be "own".')
    return Policy(roles)


def _as_author(role: Role, correction: Mapping[str, Any], groups: Mapping[str, Any], place: str) -> Role:
    """Approvers and systems correct without an approval."""
    hours = correction.get("hours", 48)
    if not isinstance(hours, int) or hours < 0:
        raise PolicyRefused(f"{place}: correction.hours is a number of hours.")
    entries = frozenset(_types(correction.get("entries", ()), groups, f"{place}: correction.entries"))
    free = role.approves or role.name == SYSTEM
    return replace(role, entries=frozenset() if free else entries, hours=hours)


def _role(name: str, row: Mapping[str, Any], groups: Mapping[str, Any], place: str) -> Role:
    where = f"{place}: roles.{name}"
    if wrong := sorted(row.keys() - SETTINGS):
        raise PolicyRefused(f"{where}: there is no setting {wrong[0]}.")
    patients, days = row.get("patients", "own"), row.get("days", 0)
    if patients not in get_args(Patients):
        raise PolicyRefused(f"{where}: patients is one of {', '.join(get_args(Patients))}.")
    if not isinstance(days, int) or days < 0 or (patients == "treated") != (days > 0):
        raise PolicyRefused(f"{where}: days is a number of days, for patients = treated only.")
    labels = frozenset(row.get("labels", ()))
    if labels - set(LABELS):
        raise PolicyRefused(f"{where}: labels are some of {', '.join(LABELS)}.")
    rights = [
        (type, letters)
        for right, letters in RIGHTS.items()
        for type in _types(row.get(right, ()), groups, f"{where}.{right}")
    ]
    flags = {flag: row.get(flag, False) is True for flag in FLAGS}
    return Role(
        name,
        frozenset(rights),
        patients,
        days,
        labels,
        purpose=str(row.get("purpose", "TREAT")),
        break_glass=flags["break_glass"],
        approves=flags["approve"],
        books=flags["book"],
        overbooks=flags["overbook"],
        calls=flags["call"],
        plans=flags["plan"],
        issues=flags["issue"],
    )


def _types(names: Any, groups: Mapping[str, Any], where: str) -> Iterator[str]:
    """Types, groups of types, and * for all. Raises PolicyRefused for a name that is none of these."""
    if not isinstance(names, list):
        names = () if names == () else _refuse(where, names)
    for name in dict.fromkeys(names):
        if name == ANY or name in resource_types():
            yield name
        elif name in groups:
            yield from _types(groups[name], {}, f"{where}: {name}")
        else:
            _refuse(where, name)


def _refuse(where: str, name: Any) -> Any:
    raise PolicyRefused(f"{where}: {name} is neither a type, a group of [types], nor *.")


def table(policy: Policy) -> Iterator[tuple[str, str, str]]:
    """(role, type, some of c r u d s) for every right, for people to read."""
    for role in policy.roles.values():
        for type in sorted({name for name, _ in role.rights}):
            yield role.name, type, role.permissions(type)
