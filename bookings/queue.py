"""The queue of a service point: tickets called, served, finished, handed on. Each move is one transaction.

Two counters that press "next" at once get two tickets: each writes the ticket in the version that it read, and who
comes second reads again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from auth.caller import Caller
from bookings import moves
from bookings import ticket as tickets
from bookings.idempotency import Claim, claim
from bookings.issuing import ServicePoint, following_id
from bookings.order import in_order
from bookings.progress import progress, whose_turn
from bookings.reading import by_id
from bookings.refusals import Refused
from bookings.ticket import Ticket, queue
from fhir_server.access import Access, writable
from fhir_server.changes import Change
from fhir_server.decide import Committed, unchanged
from fhir_server.errors import Forbidden, NotFound
from fhir_server.persisting import persistently
from fhir_server.record import Record
from fhir_server.store.documents import Document, now
from resources.issues import Text

Result = TypeVar("Result")

ATTEMPTS = 30
AT_ONCE = 4
TOO_MANY = Text(
    "Too many write to this queue at once: try again.",
    "Terlalu banyak permintaan untuk antrean ini pada saat yang sama: coba lagi.",
)


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a ticket's Task; `following`: the Task of the ticket with which the patient goes on."""

    task: Committed
    following: Committed | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done with a ticket. `to`: where the patient goes on; `said`: what else the caller told."""

    move: moves.Move
    act: Callable[[Ticket, datetime], Ticket]
    to: ServicePoint | None = None
    said: str = ""


class Queue:
    """`hospital`: gives the record without limits. What each method is given first is the record of whoever asks; `key`
    is their Idempotency-Key. All raise Forbidden; NotFound for a ticket or point that is not there or not theirs;
    Refused where the ticket's state does not allow it."""

    def __init__(self, hospital: Callable[[], Record], clock: Callable[[], datetime] = now) -> None:
        self._hospital = hospital
        self._clock = clock
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def next(
        self, record: Record, point: str, *, session: str = "", counter: str = "", key: str | None = None
    ) -> Moved | None:
        """Calls who is next at this point (Location/id) today, of those whom the caller may call; None where nobody
        waits. `session`: the id of a Slot, where each doctor calls their own patients."""
        allowed = _check_may_call(record.caller)
        await self._check_point(point)
        claimed = claim(record.caller, key, ["next", point, session, counter])
        deed = Deed("call", partial(moves.call, counter=counter))

        async def attempt() -> Moved | None:
            if claimed is not None and (again := await self._again(record, claimed, deed)):
                return again
            hospital = self._hospital()
            today = self._clock().astimezone(hospital.site.zone).date()
            waiting = in_order(await whose_turn(hospital, queue(point, today), session), session)
            first = await self._first([one.id for one in waiting], allowed)
            return None if first is None else await self._write(record, first, deed, claimed)

        return await self._in_turn(point, attempt)

    async def call(self, record: Record, id: str, counter: str = "", key: str | None = None) -> Moved:
        """Calls this ticket, whether it is next or not."""
        return await self._do(record, id, Deed("call", partial(moves.call, counter=counter), said=counter), key)

    async def recall(self, record: Record, id: str, counter: str = "", key: str | None = None) -> Moved:
        return await self._do(record, id, Deed("recall", partial(moves.recall, counter=counter), said=counter), key)

    async def skip(self, record: Record, id: str, key: str | None = None) -> Moved:
        return await self._do(record, id, Deed("skip", moves.skip), key)

    async def absent(self, record: Record, id: str, key: str | None = None) -> Moved:
        """Ends the visit: cancelled, and its Appointment a noshow, of who was never served."""
        return await self._do(record, id, Deed("absent", moves.absent), key)

    async def serve(self, record: Record, id: str, key: str | None = None) -> Moved:
        return await self._do(record, id, Deed("serve", moves.serve), key)

    async def finish(self, record: Record, id: str, *, to: ServicePoint | None = None, key: str | None = None) -> Moved:
        """From a loket who has a booking goes on to its poli by themselves. The visit ends where nothing follows."""
        return await self._do(record, id, Deed("finish", moves.finish, to), key)

    async def transfer(self, record: Record, id: str, to: ServicePoint, key: str | None = None) -> Moved:
        """Sends the patient on to another point, served or not."""
        return await self._do(record, id, Deed("transfer", moves.transfer, to), key)

    async def priority(self, record: Record, id: str, reason: str, key: str | None = None) -> Moved:
        """`reason`: of PRIORITIES."""
        act = partial(moves.give_priority, reason=reason)
        return await self._do(record, id, Deed("priority", act, said=reason), key)

    async def _do(self, record: Record, id: str, deed: Deed, key: str | None) -> Moved:
        allowed = _check_may_call(record.caller)
        if deed.to is not None:
            await self._check_point(deed.to.url)
        claimed = claim(record.caller, key, [deed.move, id, deed.said, *(deed.to or ())])

        async def attempt() -> Moved:
            if claimed is not None and (again := await self._again(record, claimed, deed)):
                return again
            try:
                return await self._write(record, await self._task(id, allowed), deed, claimed)
            except Refused:
                # Another process may have answered under the same key since it was looked for.
                if claimed is not None and (again := await self._again(record, claimed, deed)):
                    return again
                raise

        return await self._in_turn(deed.to.url if deed.to else "", attempt)

    async def _in_turn(self, point: str, attempt: Callable[[], Awaitable[Result]]) -> Result:
        """Those of one process who need a number or a ticket of one point come one after the other."""
        if not point:
            return await persistently(attempt, TOO_MANY, ATTEMPTS)
        async with self._turns[point]:
            return await persistently(attempt, TOO_MANY, ATTEMPTS)

    async def _write(self, record: Record, task: Document, deed: Deed, claimed: Claim | None) -> Moved:
        before = tickets.read(task["resource"])
        assert before is not None
        at = self._clock()
        after = deed.act(before, at)
        effects = await progress(self._hospital(), after, at, deed.to)
        answer = claimed.answer("Task", after.id, task["version"] + 1) if claimed else None
        update = Change.update(tickets.write(after, task["resource"]), after.id, if_match=task["version"])
        rows = (await self._hospital().carry_out([record.errand([update, *effects], answer)]))[0]
        return _moved(rows)

    async def _again(self, record: Record, claimed: Claim, deed: Deed) -> Moved | None:
        """What was answered under the same key before, as it was then."""
        hospital = self._hospital()
        answer = (await hospital.answered([claimed.key])).get(claimed.key)
        if answer is None:
            return None
        claimed.check(answer)
        found = [await hospital.vread("Task", answer.id, answer.version)]
        if deed.move in ("finish", "transfer") and await by_id(hospital, "Task", [following_id(answer.id)]):
            found.append(await hospital.vread("Task", following_id(answer.id), 1))
        record.gives("Task", found)
        return _moved([unchanged("Task", document) for document in found])

    async def _task(self, id: str, allowed: Access) -> Document:
        found = await by_id(self._hospital(), "Task", [id])
        if not found or not allowed.allows(found[0]) or tickets.read(found[0]["resource"]) is None:
            raise NotFound(Text(f"There is no ticket Task/{id}.", f"Tidak ada nomor antrean Task/{id}."))
        return found[0]

    async def _first(self, ids: Sequence[str], allowed: Access) -> Document | None:
        """Of these the first that waits still and that the caller may call: who comes after somebody who was called
        meanwhile is next."""
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            found = {one["_id"]: one for one in await by_id(self._hospital(), "Task", some)}
            for task in (found[id] for id in some if id in found):
                ticket = tickets.read(task["resource"])
                if ticket is not None and moves.state(ticket) == "waiting" and allowed.allows(task):
                    return task
        return None

    async def _check_point(self, point: str) -> None:
        type, _, id = point.partition("/")
        if type != "Location" or not await by_id(self._hospital(), "Location", [id]):
            raise NotFound(Text(f"There is no service point {point}.", f"Tidak ada titik layanan {point}."))


def _check_may_call(caller: Caller) -> Access:
    """The tickets that the caller may call. Raises Forbidden."""
    allowed = writable(caller, "Task", "u")
    if not caller.everything and (caller.role is None or not caller.role.calls):
        raise Forbidden(Text("Your role does not call the queue.", "Peran Anda tidak berhak memanggil antrean."))
    return allowed


def _moved(rows: Sequence[Committed]) -> Moved:
    """The first row is the ticket itself; of the others, one may be the ticket that follows."""
    return Moved(rows[0], next((row for row in rows[1:] if row.type == "Task"), None))
