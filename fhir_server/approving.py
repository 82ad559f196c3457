"""Corrections that need an approval: the Task that an approver has accepted is used up by the one it allows."""

from __future__ import annotations

from collections.abc import Sequence

from auth.caller import Caller
from fhir_server.access import EVERYTHING, writable
from fhir_server.changes import Change
from fhir_server.commit import Context, target_of
from fhir_server.corrections import APPROVED, CODE, SYSTEM, needs_approval
from fhir_server.errors import Forbidden, located
from fhir_server.store.documents import Document
from fhir_server.store.transaction import Transaction
from resources.issues import Text


async def approvals(changes: Sequence[Change], transaction: Transaction, context: Context) -> list[Change]:
    """What becomes of the Tasks that allow these corrections. Raises Forbidden where one is not allowed."""
    caller, used = context.caller, []
    for change in changes:
        if caller.role is None or change.type not in caller.role.entries or change.method == "create":
            continue
        with located(change.place):
            id = (await target_of(change, transaction, context)).id
            old = (await transaction.get_many(change.type, [id])).get(id)
            if old is None or not _may_write(change, old, caller):
                continue
            if needs_approval(change, old, caller, context.moment):
                used.append(await _used(change, id, transaction, caller))
    return used


def _may_write(change: Change, old: Document, caller: Caller) -> bool:
    """Of what is not the caller's nothing is told."""
    return writable(caller, change.type, "d" if change.method == "delete" else "u").allows(old)


async def _used(change: Change, id: str, transaction: Transaction, caller: Caller) -> Change:
    wanted = {
        "index.focus": f"{change.type}/{id}",
        "resource.requester.reference": caller.person,
        "resource.status": APPROVED,
        "resource.code.coding": {"$elemMatch": {"system": SYSTEM, "code": CODE}},
    }
    found = await transaction.find("Task", EVERYTHING, wanted, [{"$sort": {"_id": 1}}, {"$limit": 1}])
    if not found or caller.person is None:
        raise _not_approved(change.type, caller.role.hours if caller.role else 0)
    return Change.update({**found[0]["resource"], "status": "completed"}, found[0]["_id"], if_match=found[0]["version"])


def _not_approved(type: str, hours: int) -> Forbidden:
    return Forbidden(
        Text(
            f"Only its author may correct a signed {type}, for {hours} hours; after that with an approval: send a Task "
            f"{SYSTEM}|{CODE} with the entry as focus and yourself as requester.",
            f"{type} yang sudah final hanya boleh diperbaiki pengisinya selama {hours} jam; setelah itu dengan "
            f"persetujuan: kirim Task {SYSTEM}|{CODE} dengan focus isian itu dan requester Anda sendiri.",
        )
    )
