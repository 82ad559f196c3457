"""Corrections of what is signed: its author may correct it for some hours, later and by others with an approval.

Permenkes 24/2022, article 31. An approval is a Task that an approver has accepted; it is good for one correction.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from auth.caller import Caller
from fhir_server.changes import Change
from fhir_server.decide import Decision
from fhir_server.messages import Resource
from fhir_server.store.documents import Document

SIGNED = frozenset("final amended corrected appended completed current".split())
"""The statuses of an entry that is finished: what changes it is a correction."""

SYSTEM, CODE = "urn:rsud-fhir:task", "correct-entry"
APPROVED = "accepted"


def sign(decision: Decision, caller: Caller, moment: datetime) -> None:
    """Who entered a resource first, and when, goes along with all its versions."""
    if decision.new is None:
        return
    if decision.old is None:
        decision.new["entered"] = {"by": caller.person or caller.subject, "at": moment}
    elif "entered" in decision.old:
        decision.new["entered"] = decision.old["entered"]


def needs_approval(change: Change, old: Document, caller: Caller, moment: datetime) -> bool:
    """Whether a change of a document that the caller may write is a correction that needs one."""
    if caller.role is None or change.type not in caller.role.entries or old["deleted"]:
        return False
    entered = old.get("entered", {"by": None, "at": moment})
    own = entered["by"] == (caller.person or caller.subject)
    in_time = moment <= entered["at"] + timedelta(hours=caller.role.hours)
    return old["resource"].get("status") in SIGNED and not (own and in_time)


def is_approval(resource: Resource) -> bool:
    """A Task that lets somebody correct an entry: only an approver writes it so."""
    codings = resource.get("code", {}).get("coding", ()) if resource["resourceType"] == "Task" else ()
    is_one = any(coding.get("system") == SYSTEM and coding.get("code") == CODE for coding in codings)
    return is_one and resource.get("status") == APPROVED
