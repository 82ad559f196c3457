"""`rsud policy`: which role may do what, as a table for the hospital's head, its IT department and auditors."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from auth.policy import RIGHTS, SYSTEM, Policy, Role, table
from auth.users import ROLES

WIDTH = 36
NO_LABELS = "-"


def flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--role",
        dest="roles",
        action="append",
        choices=(*ROLES, SYSTEM),
        default=[],
        help="only this role; may be given several times",
    )
    parser.add_argument("--policy-file", help="what to read instead of the policy in use (RSUD_POLICY_FILE)")


def lines(policy: Policy, roles: Sequence[str] = ()) -> Iterator[str]:
    """Of each role, or of these, what it is about, then a row for each type; x where it has the right."""
    rights: dict[str, list[tuple[str, str]]] = {}
    for name, type, letters in table(policy):
        rights.setdefault(name, []).append((type, letters))
    for number, role in enumerate(role for role in policy.roles.values() if not roles or role.name in roles):
        if number:
            yield ""
        yield _about(role)
        yield f"  {'':<{WIDTH}}" + "".join(f"{right:>9}" for right in RIGHTS)
        for type, letters in rights.get(role.name, ()):
            marks = "".join(f"{'x' if set(meant) & set(letters) else '':>9}" for meant in RIGHTS.values())
            yield f"  {type:<{WIDTH}}{marks}".rstrip()


def _about(role: Role) -> str:
    days = f" for {role.days} days" if role.days else ""
    told = [f"patients: {role.patients}{days}", f"labels: {' '.join(sorted(role.labels)) or NO_LABELS}"]
    told.append(f"purpose: {role.purpose}")
    if role.entries:
        told.append(f"corrects what it signed for {role.hours} hours")
    if role.break_glass:
        told.append("break-glass")
    if role.approves:
        told.append("approves corrections")
    return f"{role.name} ({', '.join(told)})"
