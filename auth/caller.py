"""Who is calling. The caller is a value: it is made once at the door and passed along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from auth.models import Client, LiveToken
from auth.policy import SYSTEM as SYSTEM_ROLE
from auth.policy import Policy, Role
from auth.scopes import Scope, parse
from auth.users import User


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a consent keeps from the caller: of the `patients`, all that fulfils every condition that is given.

    `types`: resource types; `labels`: codes of meta.security as system|code; `ids`: Type/id of single resources, or
    `people`: Type/id of those in whose compartment it is (of a person, an Encounter); `since`, `until`: when this
    version was written; `unless`: exceptions."""

    patients: frozenset[str]
    types: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    unless: frozenset[Hidden] = frozenset()


@dataclass(frozen=True, slots=True)
class Caller:
    """`subject` names who calls, for the logs. `scopes`: what the token may be used for; `role`: what the hospital's
    policy gives whoever holds the token, None where it gives nothing; `person`: the resource of the person, such as
    Practitioner/1; `context`: the id of the Patient that scopes of the level patient are bound to.

    `patients`: the ids of those whose records the caller may see, None for all: of a role that sees only who it treats
    they are found out before the caller is used (see fhir_server.reach); `opened`: those of them whom it sees in an
    emergency; `hidden`: what consents keep from it; `purpose`: a code of PurposeOfUse. `everything`: no limit at all
    (an open server, the command line)."""

    subject: str
    scopes: frozenset[Scope] = frozenset()
    role: Role | None = None
    person: str | None = None
    context: str | None = None
    patients: frozenset[str] | None = frozenset()
    opened: frozenset[str] = frozenset()
    hidden: frozenset[Hidden] = frozenset()
    purpose: str = "TREAT"
    client: str | None = None
    everything: bool = False

    @property
    def seal(self) -> str:
        """What the cursors of its searches are bound to: neither another caller nor one of other scopes goes on."""
        scopes = " ".join(sorted(map(str, self.scopes)))
        return f"{self.subject} {self.client or ''} {self.context or ''} {scopes}"


OPEN = Caller("open", patients=None, everything=True)
"""The caller of a server that runs with --open: authentication is off."""

SYSTEM = Caller("system", patients=None, everything=True)
"""The hospital's own command line: seeding, reindexing."""

ANONYMOUS = Caller("anonymous")
"""Whoever asks for what is public; it may see nothing."""


def caller_of(
    live: LiveToken, user: User | None, client: Client, *, policy: Policy, now: datetime, zone: ZoneInfo
) -> Caller | None:
    """The caller of a token that is alive; `user` None for a system. None where the account is disabled or the policy
    has no such role.

    `zone`: the hospital's, in which the last day of a proxy ends."""
    if (user is not None and user.disabled) or live.grant.username != (user.username if user else None):
        return None
    role = policy.role(user.role if user else SYSTEM_ROLE)
    if role is None:
        return None
    return Caller(
        user.username if user else client.client_id,
        frozenset(scope for scope in parse(live.token.scope) if (scope.level == "system") is (user is None)),
        role,
        person=user.fhir_user if user else None,
        context=live.grant.context.patient,
        patients=patients_of(role, user, now.astimezone(zone).date()),
        purpose=role.purpose,
        client=client.client_id,
    )


def patients_of(role: Role, user: User | None, today: date) -> frozenset[str] | None:
    """Whose records a role opens by itself: None for all; of a role that sees whom it treats none, until that is found
    out."""
    if role.patients == "all":
        return None
    return frozenset(user.patients(today)) if user is not None and role.patients == "own" else frozenset()
