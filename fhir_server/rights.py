"""What a caller may write: asked before a change is tried, and of what it would store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from auth.caller import Caller
from fhir_server.access import SECURITY, reached, visible, writable
from fhir_server.changes import SERVER_MADE, Change
from fhir_server.corrections import is_approval
from fhir_server.decide import Decision
from fhir_server.errors import Forbidden, MethodNotAllowed, NotFound
from fhir_server.messages import Resource
from fhir_server.references import local
from fhir_server.store.documents import Document
from resources.belonging import SHARED
from resources.issues import Text
from resources.operated import is_operated


def check_asked(change: Change, caller: Caller) -> None:
    """Raises Forbidden where the caller has no right to such a change, whatever is stored. A patch tells of what it
    changes, and a condition of what it finds. Raises MethodNotAllowed for what nobody may write."""
    if change.type in SERVER_MADE:
        raise MethodNotAllowed(
            Text(
                f"The server alone makes {change.type}s, and nobody changes or deletes them.",
                f"{change.type} hanya dibuat oleh server; tidak dapat diubah atau dihapus.",
            )
        )
    match change.method:
        case "create":
            writable(caller, change.type, "c")
        case "delete":
            writable(caller, change.type, "d")
        case "update":
            writable(caller, change.type, "u")
        case "patch":
            writable(caller, change.type, "u")
            visible(caller, change.type, "r")
    if change.criteria is not None:
        visible(caller, change.type, "s")


def seen(change: Change, old: Document | None, caller: Caller) -> Document | None:
    """What the caller may know of, before anything else is said about it: versions and deletions are not everybody's.

    To delete what is not there is fine, and so it is with what is not the caller's: neither is told from the other. Who
    may know of some patients only does not learn which ids are taken: it does not choose them. Raises NotFound."""
    if change.method == "create":
        return old
    if old is not None and _may_change(change, old, caller):
        return old
    if change.method == "delete":
        return None
    if old is not None or (change.id is not None and reached(caller) is not None):
        raise NotFound(Text(f"There is no {change.type} of this id.", f"Tidak ada {change.type} dengan id ini."))
    return None


def _may_change(change: Change, old: Document, caller: Caller) -> bool:
    match change.method:
        case "delete":
            return writable(caller, change.type, "d").allows(old)
        case "patch" if not visible(caller, change.type, "r").allows(old):
            return False
    return writable(caller, change.type, "u").allows(old)


def check_decided(decision: Decision, caller: Caller) -> None:
    """Raises Forbidden, NotFound where what would be stored is not the caller's to write."""
    old, new, type = decision.old, decision.new, decision.committed.type
    if new is None or caller.everything:
        return
    if new["deleted"]:
        _check_operated(type, old, new)
        return
    if old is None or old["deleted"]:
        allowed = writable(caller, type, "c").allows(new)
    else:
        allowed = writable(caller, type, "u").allows(new)
    if old is not None:
        _check_labels(old, new, caller)
    if is_approval(new["resource"]):
        _check_approver(new["resource"], caller)
    if not allowed:
        raise NotFound(
            Text(f"You may not write this {type}: it is not yours.", f"Anda tidak berhak menulis {type} ini.")
        )
    _check_operated(type, old, new)
    if reached(caller) is not None:
        _check_limited(type, old, new)


def _check_limited(type: str, old: Document | None, new: Document) -> None:
    if old is not None and set(_patients(old)) != set(_patients(new)):
        raise Forbidden(
            Text(f"A {type} does not move to another patient.", f"{type} tidak dapat dipindahkan ke pasien lain.")
        )
    if not set(new.get("keys", ())) <= set((old or {}).get("keys", ())):
        raise Forbidden(
            Text(
                "Identifiers that only one may have are given by the registration desk.",
                "Pengenal unik (NIK, nomor RM, dan sejenisnya) hanya diisi petugas pendaftaran.",
            ),
            expression=f"{type}.identifier",
        )


def _patients(document: Document) -> list[str]:
    found: list[str] = document["compartments"].get("Patient", [])
    return found


def _check_approver(task: Resource, caller: Caller) -> None:
    own = task.get("requester", {}).get("reference") == caller.person
    if own or not (caller.role and caller.role.approves):
        raise Forbidden(
            Text("Another, who may approve corrections, accepts this.", "Hanya penyetuju lain yang boleh menerima ini.")
        )


def _check_operated(type: str, old: Document | None, new: Document) -> None:
    if not any(is_operated(document.get("resource", {})) for document in (old, new) if document is not None):
        return
    raise Forbidden(
        Text(
            f"This {type} is a booking, a ticket, an issued document or a shared link: use its operations or pages.",
            f"{type} ini booking, antrean, dokumen terbit, atau tautan: pakai operasi atau halamannya.",
        )
    )


def _check_labels(old: Document, new: Document, caller: Caller) -> None:
    lost = set(old.get("labels", {}).get(SECURITY, ())) - set(new.get("labels", {}).get(SECURITY, ()))
    if lost and not (caller.role and caller.role.approves):
        raise Forbidden(
            Text(
                "You may not take a security label away: send meta.security as it is.",
                "Anda tidak boleh menghapus label keamanan: kirim meta.security apa adanya.",
            ),
            expression="meta.security",
        )


def referred(
    patients: frozenset[str], pairs: Iterable[tuple[Resource | None, Resource]], base: str
) -> Mapping[str, set[str]]:
    """Type -> ids of what resources, each after its old version, newly refer to and what may be another patient's than
    one of these."""
    found: dict[str, set[str]] = {}
    for old, new in pairs:
        known = set(local(old, base)) if old is not None else set()
        for type, id in set(local(new, base)) - known:
            if type not in SHARED and not (type == "Patient" and id in patients):
                found.setdefault(type, set()).add(id)
    return found


def not_referable(urls: Iterable[str]) -> NotFound:
    first = min(urls)
    return NotFound(Text(f"There is no {first} that you may refer to.", f"Tidak ada {first} yang boleh Anda rujuk."))
