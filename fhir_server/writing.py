"""Carries out changes, and tells the journal of them in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from auth.caller import SYSTEM, Caller
from fhir_server.access import reached
from fhir_server.approving import approvals
from fhir_server.audit import provenance
from fhir_server.audit.events import Trail, encode
from fhir_server.binary.contents import lifted
from fhir_server.binary.context import names_another
from fhir_server.changes import Change
from fhir_server.commit import Context, commit
from fhir_server.corrections import sign
from fhir_server.decide import Committed, Decision, created, new_document
from fhir_server.errors import FhirError, located
from fhir_server.rights import check_asked, check_decided, referred
from fhir_server.store.answers import Answer
from fhir_server.store.faults import AlreadyExists
from fhir_server.store.store import Store
from fhir_server.store.transaction import Transaction

ATTEMPTS_AFTER_RACE = 3


async def write(
    changes: Sequence[Change], store: Store, context: Callable[[], Context], trail: Trail
) -> list[Committed]:
    """All of the changes or none. Raises what the first that fails raises.

    `context`: at the present moment."""
    now = context()
    for change in changes:
        with located(change.place):
            check_asked(change, now.caller)
    async with lifted(changes, store.contents) as lighter:
        if len(lighter) == 1 and _is_plain_create(lighter[0], now, trail):
            return [await _create(lighter[0], store, now, trail)]
        return await _try(lighter, store, context, trail)


async def _try(
    changes: Sequence[Change], store: Store, context: Callable[[], Context], trail: Trail
) -> list[Committed]:
    for attempt in range(1, ATTEMPTS_AFTER_RACE + 1):
        try:
            return await _transact(changes, store, context, trail)
        except AlreadyExists:
            if attempt == ATTEMPTS_AFTER_RACE:
                raise
    raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True)
class Errand:
    """Changes that the hospital makes because a caller asked: the caller and the trail of the request are named in the
    journal. `answer`: kept for the request's Idempotency-Key."""

    caller: Caller
    trail: Trail
    changes: tuple[Change, ...]
    answer: Answer | None = None


async def carry_out(errands: Sequence[Errand], store: Store, context: Callable[[], Context]) -> list[list[Committed]]:
    """All errands in one transaction, or none; what became of the changes of each. Raises what the first that fails
    raises; AlreadyExists where an answer was kept under the same key meanwhile."""
    changes = [change for errand in errands for change in errand.changes]
    answers = [errand.answer for errand in errands if errand.answer is not None]

    async def work(transaction: Transaction) -> list[list[Committed]]:
        now = context()
        committed = iter(await commit(lighter, transaction, now))
        if answers:
            await transaction.keep(answers, now.moment)
        found = [list(islice(committed, len(errand.changes))) for errand in errands]
        told = zip(errands, found, strict=True)
        events = [one.trail.written(one.caller, now.moment, zip(one.changes, rows, strict=True)) for one, rows in told]
        await transaction.note([encode(event) for event in events])
        return found

    try:
        async with lifted(changes, store.contents) as lighter:
            return await store.transaction(work, sorted({change.type for change in changes}))
    except FhirError:
        for errand in errands:
            errand.trail.is_written = False
        raise


async def _transact(
    changes: Sequence[Change], store: Store, context: Callable[[], Context], trail: Trail
) -> list[Committed]:
    async def work(transaction: Transaction) -> list[Committed]:
        now = context()
        used = await approvals(changes, transaction, now)
        ended = await commit(used, transaction, replace(now, caller=SYSTEM)) if used else []
        committed = await commit(changes, transaction, now)
        told = provenance.changes(trail.provenance, committed)
        for one in told:
            check_asked(one, now.caller)
        known = await commit(told, transaction, now) if told else []
        pairs = zip((*changes, *told, *used), (*committed, *known, *ended), strict=True)
        await transaction.note([encode(trail.written(now.caller, now.moment, pairs))])
        return committed

    types = {change.type for change in changes} | ({"Provenance"} if trail.provenance else set())
    return await store.transaction(work, sorted(types))


async def _create(change: Change, store: Store, context: Context, trail: Trail) -> Committed:
    """A create alone goes with others of the same moment."""
    assert change.resource is not None
    document = new_document(change.resource, change.id or next(context.new_ids), context.site, context.moment)
    committed = created(change.type, document)
    decision = Decision(committed, None, document)
    check_decided(decision, context.caller)
    sign(decision, context.caller, context.moment)
    entry = encode(trail.written(context.caller, context.moment, ((change, committed),)))
    await store.insert(change.type, document, entry)
    return committed


def _is_plain_create(change: Change, context: Context, trail: Trail) -> bool:
    """Outside of a Bundle, so that there is nothing to resolve; and with no reference to look after."""
    if change.method != "create" or change.criteria is not None or change.place or trail.provenance is not None:
        return False
    if change.content is not None or names_another(change.resource or {}, context.site):
        return False
    patients = reached(context.caller)
    return patients is None or not referred(patients, [(None, change.resource or {})], context.site.base)
