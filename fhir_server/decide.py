"""What one change does to what is stored: pure. https://hl7.org/fhir/R4/http.html#update"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from fhir_server.changes import Change, Uploaded
from fhir_server.errors import Conflict, Gone, Invalid, NotFound, PreconditionFailed
from fhir_server.messages import Resource
from fhir_server.site import Site
from fhir_server.store.documents import Document, Stamp, later_than, live, tombstone, with_meta
from fhir_server.validation import check
from resources.binary import shortened
from resources.issues import Issue, Text

Outcome = Literal["created", "updated", "unchanged", "deleted", "absent"]


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of a change. `version` and `updated` are None only where there is nothing (absent); `patients`: the
    ids of those whose record it is part of, before or after."""

    outcome: Outcome
    type: str
    id: str
    version: int | None = None
    updated: datetime | None = None
    resource: Resource | None = None
    patients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """`new` takes the place of `old`; None: nothing is written; `old` None: it is inserted."""

    committed: Committed
    old: Document | None = None
    new: Document | None = None


class TargetLike(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def match(self) -> Literal["unconditional", "none", "one"]: ...


def decide(change: Change, target: TargetLike, stored: Document | None, *, site: Site, moment: datetime) -> Decision:
    """Raises Invalid, Conflict, NotFound, Gone, PreconditionFailed."""
    _check_preconditions(change, stored)
    if change.method == "delete":
        return _delete(change, target, stored, moment)
    if change.method == "create" and target.match == "one" and stored is not None:
        return Decision(unchanged(change.type, stored), stored)
    resource = _new_content(change, target.id, stored)
    content = _content_of(change, resource, stored)
    check(resource)
    if content is not None:
        resource = shortened(resource)
    return _put(replace(change, content=content), target.id, resource, stored, site=site, moment=moment)


def new_document(resource: Resource, id: str, site: Site, moment: datetime) -> Document:
    """The first version of a resource. Raises Invalid."""
    check(resource)
    return _document(resource, Stamp(id, 1, moment, "POST"), site)


def _check_preconditions(change: Change, stored: Document | None) -> None:
    exists = stored is not None and not stored["deleted"]
    if change.if_match is not None and (stored is None or stored["deleted"] or stored["version"] != change.if_match):
        version = stored["version"] if stored is not None else 0
        raise PreconditionFailed(
            Text(
                f"If-Match asks for version {change.if_match}, but the current one is {version}; read it again.",
                f"If-Match meminta versi {change.if_match}, padahal versi kini {version}; baca ulang dahulu.",
            )
        )
    if change.if_none_match and exists:
        raise PreconditionFailed(
            Text("If-None-Match: * asks that it not exist, but it does.", "If-None-Match: * padahal sudah ada.")
        )


def newly_kept(decisions: Iterable[Decision]) -> list[str]:
    """The names of the contents that lie beside new versions, and did not beside the old ones."""
    found = []
    for decision in decisions:
        old, new = (document or {} for document in (decision.old, decision.new))
        if "content" in new and new["content"] != old.get("content"):
            found.append(new["content"]["file"])
    return found


def _delete(change: Change, target: TargetLike, stored: Document | None, moment: datetime) -> Decision:
    if stored is None or stored["deleted"]:
        return Decision(Committed("absent", change.type, target.id), stored)
    new = tombstone(stored, later_than(moment, stored["updated"]))
    return Decision(_committed("deleted", change.type, new), stored, new)


def _new_content(change: Change, id: str, stored: Document | None) -> Resource:
    if change.patch is not None:
        if stored is None:
            raise NotFound(Text(f"There is no {change.type}/{id}.", f"Tidak ada {change.type}/{id}."))
        if stored["deleted"]:
            raise Gone(Text(f"{change.type}/{id} was deleted.", f"{change.type}/{id} sudah dihapus."))
        return change.patch(stored["resource"])
    if change.method == "create" and stored is not None:
        raise Conflict(Text(f"{change.type}/{id} exists already.", f"{change.type}/{id} sudah ada."))
    assert change.resource is not None
    return change.resource


def _content_of(change: Change, resource: Resource, stored: Document | None) -> Uploaded | None:
    """What lies beside a Binary: a patch leaves it as it is. Raises Invalid where one would change it."""
    if change.patch is None or stored is None or "content" not in stored:
        return change.content
    if "data" in resource:
        text = Text("PUT the Binary to give it another content.", "Kirim Binary dengan PUT untuk mengganti isinya.")
        raise Invalid([Issue("error", "not-supported", text, "Binary.data")])
    return Uploaded(**stored["content"])


def _put(
    change: Change, id: str, resource: Resource, stored: Document | None, *, site: Site, moment: datetime
) -> Decision:
    if stored is None:
        method = "POST" if change.method == "create" or change.id is None else "PUT"
        new = _document(resource, Stamp(id, 1, moment, method), site, change.content)
        return Decision(_committed("created", change.type, new), None, new)
    if not (stored["deleted"] or change.even_if_same) and _is_there(resource, change.content, stored):
        return Decision(unchanged(change.type, stored), stored)
    updated = later_than(moment, stored["updated"])
    new = _document(resource, Stamp(id, stored["version"] + 1, updated, "PUT"), site, change.content)
    outcome: Outcome = "created" if stored["deleted"] else "updated"
    return Decision(_committed(outcome, change.type, new, before=stored), stored, new)


def _document(resource: Resource, stamp: Stamp, site: Site, content: Uploaded | None = None) -> Document:
    complete = with_meta(resource, stamp)
    return live(complete, stamp, site.describe(complete), content)


def _is_there(resource: Resource, content: Uploaded | None, stored: Document) -> bool:
    beside = stored.get("content", {}).get("sha256")
    return _is_same(resource, stored["resource"]) and beside == (content.sha256 if content is not None else None)


def _is_same(new: Resource, old: Resource) -> bool:
    """The same content: 1.0 and 1.00 are not, the order of properties does not matter."""
    return _SORTED.encode(_content(new)) == _SORTED.encode(_content(old))


def _content(resource: Resource) -> Resource:
    """The resource without what the server sets."""
    meta = {name: value for name, value in resource.get("meta", {}).items() if name not in SERVER_SET}
    rest = {name: value for name, value in resource.items() if name not in ("id", "meta")}
    return {**rest, "meta": meta} if meta else rest


SERVER_SET = ("versionId", "lastUpdated")
_SORTED = msgspec.json.Encoder(order="sorted", decimal_format="number")


def created(type: str, document: Document) -> Committed:
    return _committed("created", type, document)


def unchanged(type: str, document: Document) -> Committed:
    """A document as it lies, current or past, of which nothing was changed."""
    return _committed("unchanged", type, document)


def _committed(outcome: Outcome, type: str, document: Document, *, before: Document | None = None) -> Committed:
    patients = patients_of(document) if before is None else (*patients_of(document), *patients_of(before))
    return Committed(
        outcome,
        type,
        document["_id"],
        document["version"],
        document["updated"],
        document.get("resource"),
        tuple(dict.fromkeys(patients)),
    )


def patients_of(document: Document) -> tuple[str, ...]:
    """The ids of the patients whose record the document is part of."""
    return tuple(document["compartments"].get("Patient", ()))
