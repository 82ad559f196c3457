"""Invented callers, for tests that need no token: who they are, what they may do, whose records they see."""

from __future__ import annotations

from auth.caller import Caller
from auth.policy import Role
from auth.scopes import parse
from resources.belonging import SHARED
from resources.definitions.structure import resource_types

LABELS = frozenset({"R", "V"})

ANYTHING = Role("apa saja", frozenset({("*", "cruds")}), "all", labels=LABELS)
"""May do what the scopes say."""

PERSON = Role(
    "orang",
    frozenset({("*", "rs"), *((type, "cud") for type in resource_types() if type not in SHARED)}),
    labels=LABELS,
)
"""Reads all, writes what belongs to patients."""

ONLY_SHARED = Role("petugas", frozenset((type, "rs") for type in SHARED), "all")
"""May read what is shared, and nothing of patients."""


def bound(subject: str, *patients: str, scope: str = "user/*.cruds") -> Caller:
    """Who may see the records of these patients only."""
    return Caller(subject, parse(scope), PERSON, patients=frozenset(patients))


def with_context(subject: str, patient: str, scope: str = "patient/*.cruds", role: Role = PERSON) -> Caller:
    """Whose scopes of the level patient are bound to one patient."""
    return Caller(
        subject, parse(scope), role, context=patient, patients=None if role.patients == "all" else frozenset({patient})
    )


def staff(subject: str = "petugas", scope: str = "user/*.cruds", role: Role = ONLY_SHARED) -> Caller:
    return Caller(subject, parse(scope), role, patients=None)
