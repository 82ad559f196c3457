"""Carries out a list of changes inside one transaction: conditions first, then what they decide.

https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Literal
from urllib.parse import parse_qsl

from auth.caller import Caller
from fhir_server.access import of_patients, reached, visible
from fhir_server.binary.context import Contexts
from fhir_server.changes import Change
from fhir_server.corrections import sign
from fhir_server.decide import Committed, Decision, decide, newly_kept
from fhir_server.errors import BadRequest, Conflict, MultipleMatches, PreconditionFailed, located
from fhir_server.finding import MOST_IDS, Ground, Side, plan
from fhir_server.messages import Parameters, Resource
from fhir_server.references import conditional, rewrite
from fhir_server.rights import check_decided, not_referable, referred, seen
from fhir_server.search import contained
from fhir_server.search.locality import Locality
from fhir_server.search.query import parse
from fhir_server.site import Site
from fhir_server.store.documents import Document
from fhir_server.store.transaction import Transaction
from resources.issues import Text


@dataclass(frozen=True, slots=True)
class Context:
    """What a commit needs besides the changes: who writes, where, when, and ids for new resources. `most_ids`: how many
    matches behind a chain are listed."""

    caller: Caller
    site: Site
    moment: datetime
    new_ids: Iterator[str]
    most_ids: int = MOST_IDS


async def commit(changes: Sequence[Change], transaction: Transaction, context: Context) -> list[Committed]:
    """All of the changes or, where one of them fails, an exception and nothing written."""
    await transaction.claim(_claims(changes), context.moment)
    targets = []
    for change in changes:
        with located(change.place):
            targets.append(await target_of(change, transaction, context))
    mapping = await _mapping(changes, targets, transaction, context)
    changes = [_rewritten(change, mapping) for change in changes]
    _refuse_twice(changes, targets)
    stored = await _stored(changes, targets, transaction)
    contexts = Contexts(transaction, context.site, context.moment, _written(changes, targets))
    decisions = []
    for change, target in zip(changes, targets, strict=True):
        with located(change.place):
            old = seen(change, stored.get((change.type, target.id)), context.caller)
            decision = decide(change, target, old, site=context.site, moment=context.moment)
            decision = await contexts.inherited(decision)
            check_decided(decision, context.caller)
            sign(decision, context.caller, context.moment)
            decisions.append((change.place, decision))
    await _check_references([decision for _, decision in decisions], transaction, context)
    await _write(decisions, transaction)
    await contexts.follow([decision for _, decision in decisions])
    return [decision.committed for _, decision in decisions]


@dataclass(frozen=True, slots=True)
class Target:
    """The resource that a change is about. `match`: what a conditional interaction found."""

    id: str
    match: Literal["unconditional", "none", "one"]


async def target_of(change: Change, transaction: Transaction, context: Context) -> Target:
    """Raises MultipleMatches, BadRequest, Forbidden."""
    if change.criteria is None:
        return Target(change.id or next(context.new_ids), "unconditional")
    found = await _matches(change.type, change.criteria, transaction, context)
    if len(found) > 1:
        raise MultipleMatches(
            Text(
                f"The condition {change.type}?{_text(change.criteria)} matches several resources.",
                f"Syarat {change.type}?{_text(change.criteria)} cocok dengan beberapa sumber daya.",
            )
        )
    if not found:
        return Target(change.id or next(context.new_ids), "none")
    if change.method == "update" and change.id not in (None, found[0]):
        raise BadRequest(
            Text(
                f"The condition matches {change.type}/{found[0]}, but the resource has the id {change.id}.",
                f"Syarat cocok dengan {change.type}/{found[0]}, tetapi sumber daya ber-id {change.id}.",
            )
        )
    return Target(found[0], "one")


async def _matches(type: str, criteria: Parameters, transaction: Transaction, context: Context) -> list[str]:
    query = parse(type, criteria, extra=context.site.extra)
    contained.refuse(query)
    if not query.criteria:
        raise PreconditionFailed(
            Text("A condition must have at least one search parameter.", "Syarat harus memuat parameter pencarian.")
        )
    locality = Locality(context.site.zone, context.site.base, context.moment)
    found = await plan(query, Ground(context.caller, locality, partial(_few, transaction), context.most_ids))
    stages = [*found.stages, {"$limit": 2}, {"$project": {"_id": True}}]
    documents = await transaction.find(type, visible(context.caller, type, "s"), found.filter, stages)
    return [document["_id"] for document in documents]


async def _few(transaction: Transaction, side: Side, most: int, milliseconds: int) -> list[Any] | None:
    """Without a limit of its own in time: what runs out of time ends a transaction."""
    found = await transaction.find(side.type, side.access, side.plan.filter, side.stages(most))
    return [document.get("value") for document in found] if len(found) <= most else None


async def _mapping(
    changes: Sequence[Change], targets: Sequence[Target], transaction: Transaction, context: Context
) -> dict[str, str]:
    """What references must be rewritten to: names of other entries, conditional references."""
    mapping: dict[str, str] = {}
    for change, target in zip(changes, targets, strict=True):
        if change.full_url is not None:
            mapping[change.full_url] = f"{change.type}/{target.id}"
            if change.method == "create" and not change.full_url.startswith("urn:"):
                mapping["/".join(change.full_url.split("/")[-2:])] = f"{change.type}/{target.id}"
    for change in changes:
        for text in conditional(change.resource) if change.resource and change.place else ():
            if text not in mapping:
                with located(change.place):
                    mapping[text] = await _referenced(text, transaction, context)
    return mapping


async def _referenced(text: str, transaction: Transaction, context: Context) -> str:
    type, _, query = text.partition("?")
    found = await _matches(type, tuple(parse_qsl(query, keep_blank_values=True)), transaction, context)
    if len(found) != 1:
        number = {0: ("no resource", "tidak ada")}.get(len(found), ("several resources", "beberapa"))
        raise PreconditionFailed(
            Text(
                f"The conditional reference {text} matches {number[0]}.",
                f"Rujukan bersyarat {text} cocok dengan {number[1]} sumber daya.",
            ),
            code="not-found" if not found else "multiple-matches",
        )
    return f"{type}/{found[0]}"


def _rewritten(change: Change, mapping: dict[str, str]) -> Change:
    if change.resource is None or not mapping:
        return change
    resource: Resource = rewrite(change.resource, mapping)
    return replace(change, resource=resource)


def _refuse_twice(changes: Sequence[Change], targets: Sequence[Target]) -> None:
    seen: set[str] = set()
    for change, target in zip(changes, targets, strict=True):
        names = {f"{change.type}/{target.id}"}
        if change.full_url is not None:
            names.add(change.full_url)
        if change.criteria is not None and change.resource is not None:
            names.add(f"{change.type}?{_text(change.criteria)}")
        for name in sorted(names & seen):
            with located(change.place):
                raise BadRequest(
                    Text(
                        f"A transaction may name {name} only once.",
                        f"Satu transaksi hanya boleh menyebut {name} satu kali.",
                    )
                )
        seen |= names


async def _stored(
    changes: Sequence[Change], targets: Sequence[Target], transaction: Transaction
) -> dict[tuple[str, str], Document]:
    ids: dict[str, list[str]] = {}
    for change, target in zip(changes, targets, strict=True):
        if change.id is not None or target.match == "one":
            ids.setdefault(change.type, []).append(target.id)
    found = {type: await transaction.get_many(type, wanted) for type, wanted in ids.items()}
    return {(type, id): document for type, documents in found.items() for id, document in documents.items()}


def _written(changes: Sequence[Change], targets: Sequence[Target]) -> dict[tuple[str, str], Resource]:
    pairs = zip(changes, targets, strict=True)
    return {(change.type, target.id): change.resource for change, target in pairs if change.resource is not None}


async def _check_references(decisions: Sequence[Decision], transaction: Transaction, context: Context) -> None:
    """Raises NotFound where one newly refers to what is not there or another's, who may know of some patients only.
    What comes with it is there."""
    patients = reached(context.caller)
    written = [(decision, decision.new) for decision in decisions if decision.new and not decision.new["deleted"]]
    if patients is None or not written:
        return
    pairs = [((decision.old or {}).get("resource"), new["resource"]) for decision, new in written]
    with_it = {(decision.committed.type, decision.committed.id) for decision, _ in written}
    for type, ids in referred(patients, pairs, context.site.base).items():
        wanted = {id for id in ids if (type, id) not in with_it}
        stages: list[Document] = [{"$project": {"_id": True}}]
        found = await transaction.find(type, of_patients(patients, type), {"_id": {"$in": sorted(wanted)}}, stages)
        if missing := wanted - {document["_id"] for document in found}:
            raise not_referable(f"{type}/{id}" for id in missing)


async def _write(decisions: Sequence[tuple[str, Decision]], transaction: Transaction) -> None:
    inserts: dict[str, list[tuple[str, Document]]] = {}
    replacements: dict[str, list[tuple[str, tuple[Document, Document]]]] = {}
    await transaction.adopt(newly_kept([decision for _, decision in decisions]))
    for place, decision in decisions:
        if decision.new is None:
            continue
        if decision.old is None:
            inserts.setdefault(decision.committed.type, []).append((place, decision.new))
        else:
            replacements.setdefault(decision.committed.type, []).append((place, (decision.old, decision.new)))
    for type, replaced in replacements.items():
        with _conflict_located([place for place, _ in replaced]):
            await transaction.replace(type, [pair for _, pair in replaced])
    for type, inserted in inserts.items():
        with _conflict_located([place for place, _ in inserted]):
            await transaction.insert(type, [document for _, document in inserted])


@contextmanager
def _conflict_located(places: Sequence[str]) -> Iterator[None]:
    """A Conflict of one of several documents that were written together names its entry."""
    try:
        yield
    except Conflict as error:
        if error.position is not None and places[error.position]:
            error.locate(places[error.position])
        raise


def _claims(changes: Sequence[Change]) -> Iterator[str]:
    """One key for each condition; hashed, because conditions name patients."""
    for change in changes:
        if change.criteria is not None:
            yield hashlib.sha256(f"{change.type}?{_text(tuple(sorted(change.criteria)))}".encode()).hexdigest()


def _text(criteria: Parameters) -> str:
    return "&".join(f"{name}={value}" for name, value in criteria)
