"""As whom the pages read the record: who signed in, for one patient; or anybody, who sees timetables only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from auth.caller import ANONYMOUS, Caller
from auth.policy import Policy, Role
from auth.scopes import parse
from auth.users import User
from exports.documents import accesses

CLIENT = "portal"
"""How the journal names these pages among the apps."""

PERSON = parse("user/*.cruds")
TIMETABLES = (
    "Appointment",
    "HealthcareService",
    "Location",
    "Organization",
    "Practitioner",
    "PractitionerRole",
    "Schedule",
    "Slot",
)
ANYBODY = replace(
    ANONYMOUS,
    scopes=parse(" ".join(f"user/{type}.rs" for type in TIMETABLES)),
    role=Role(accesses.ANYBODY, frozenset((type, "rs") for type in TIMETABLES), purpose="PATRQT"),
    purpose="PATRQT",
    client=CLIENT,
)
"""Reaches no patient: of Appointments it may ask the timetable, and sees none."""


def caller_of(user: User, policy: Policy, today: date) -> Caller | None:
    """Of a person who signed in, with all the patients they may act for; None where the policy has no such role."""
    role = policy.role(user.role)
    if role is None:
        return None
    return Caller(
        user.username,
        PERSON,
        role,
        person=user.fhir_user,
        patients=frozenset(user.patients(today)) if role.patients == "own" else frozenset(),
        purpose=role.purpose,
        client=CLIENT,
    )


def for_patient(caller: Caller, patient: str) -> Caller:
    """The same person, who looks at the record of one of those patients."""
    return replace(caller, patients=frozenset({patient}), context=patient)
