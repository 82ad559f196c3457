"""Who is calling. The caller is a value: it is made once at the door and passed along."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """`subject` names who calls, for the logs; `patients`: the ids of the Patients whose records the caller may see,
    None where the caller is not bound to patients; `everything`: no limit at all (an open server, the command line)."""

    subject: str
    patients: frozenset[str] | None = None
    everything: bool = False


OPEN = Caller("open", everything=True)
"""The caller of a server that runs with --open: authentication is off."""

SYSTEM = Caller("system", everything=True)
"""The hospital's own command line: seeding, reindexing."""
