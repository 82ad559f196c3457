"""Makes AuditEvents and Provenances of the journal, in one process of all, beside the requests.

What is made of a block is decided by the block alone, so that it does no harm to make it twice.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, islice

from fhir_server.audit.audit_event import audit_events
from fhir_server.audit.events import AUDIT_EVENT, decode_many
from fhir_server.audit.heads import HeadsLog
from fhir_server.audit.provenance import provenances
from fhir_server.ending import ended
from fhir_server.errors import FhirError
from fhir_server.messages import Resource
from fhir_server.site import Site
from fhir_server.store.audit_trail import AuditTrail, Block
from fhir_server.store.blocks import CHAINS, place
from fhir_server.store.documents import Document, Stamp, live, now, with_meta

SECONDS_TO_LEAVE = 2

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """`look`: seconds between two looks at a journal that is read to its end; `lease`: seconds that the one process
    stays the one; `portion`: resources made at a time; `rest`: how many times as long as that took it rests then where
    nobody asks anything, `rest_busy`: where requests take all of the process's time."""

    look: float = 0.5
    lease: float = 20
    portion: int = 16
    rest: float = 1
    rest_busy: float = 19

    def seconds(self, worked: float, busy: float) -> float:
        """Of rest after so many of work; `busy`: the share of its time that the process gave to requests, 0 to 1."""
        return worked * (self.rest + (self.rest_busy - self.rest) * busy)


SERVING = Pace()


def resources(block: Block) -> Iterator[Resource]:
    """What becomes of a block, each with its id: 3-124-1 is the first AuditEvent of the block 124 of chain 3. The
    Provenances of a write have the id of its first AuditEvent, and a number."""
    name = "-".join(map(str, place(block["_id"])))
    made = 0
    for event in decode_many(block["entries"]):
        told = f"{name}-{made + 1}"
        for resource in audit_events(event):
            made += 1
            yield {**resource, "id": f"{name}-{made}"}
        for position, resource in enumerate(provenances(event), 1):
            yield {**resource, "id": f"{told}-{position}"}


class Projection:
    """One for each process; `heads`: where the heads of the chains are copied to."""

    def __init__(self, trail: AuditTrail, site: Callable[[], Site], heads: HeadsLog, *, pace: Pace = SERVING) -> None:
        self._trail = trail
        self._site = site
        self._heads = heads
        self._pace = pace
        self._name = uuid.uuid4().hex
        self._led = 0.0
        self._busy = 0.0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            await ended(task)
            with suppress(FhirError, TimeoutError):
                async with asyncio.timeout(SECONDS_TO_LEAVE):
                    await self._trail.leave(self._name)

    async def _run(self) -> None:
        while True:
            try:
                if not await self.leads() or not await self.step():
                    await asyncio.sleep(self._pace.look)
            except Exception:
                logger.exception("The journal could not be made into audit events; it is tried again.")
                await asyncio.sleep(self._pace.look)

    async def leads(self) -> bool:
        """Keeps the lease, and takes it where nobody has it."""
        if time.monotonic() - self._led < self._pace.lease / 4:
            return True
        moment = now()
        if not await self._trail.lead(self._name, moment, moment + timedelta(seconds=self._pace.lease)):
            return False
        self._led = time.monotonic()
        return True

    async def sign(self) -> None:
        """Signs the heads, due or not."""
        await self._heads.sign(self._trail)

    async def step(self) -> bool:
        """One look at all chains; whether there was something new."""
        await self._heads.sign_when_due(self._trail)
        done = await self._trail.progress()
        found = False
        for number in range(CHAINS):
            if blocks := await self._trail.blocks(number, done.get(number, 0)):
                await self._make(blocks)
                await self._trail.advance(number, place(blocks[-1]["_id"])[1])
                found = True
        return found

    async def _make(self, blocks: Sequence[Block]) -> None:
        made = chain.from_iterable(map(resources, blocks))
        while some := list(islice(made, self._pace.portion)):
            began = time.perf_counter()
            documents: dict[str, list[Document]] = {}
            for resource in some:
                documents.setdefault(resource["resourceType"], []).append(document(resource, self._site()))
            for type, of_type in documents.items():
                await self._trail.keep(type, of_type)
            self._heads.passed(len(documents.get(AUDIT_EVENT, ())))
            await self._rest(time.perf_counter() - began)
            await self._heads.sign_when_due(self._trail)
            await self.leads()

    async def _rest(self, worked: float) -> None:
        """How busy the process is, the rest before this one told."""
        began, used = time.perf_counter(), time.process_time()
        await asyncio.sleep(self._pace.seconds(worked, self._busy))
        rested = time.perf_counter() - began
        self._busy = min((time.process_time() - used) / rested, 1.0) if rested else 0.0


def document(resource: Resource, site: Site) -> Document:
    """As it is stored."""
    stamp = Stamp(resource["id"], 1, now(), "POST")
    complete = with_meta(resource, stamp)
    return live(complete, stamp, site.describe(complete))
