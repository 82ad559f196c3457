"""The journal of what was done to the record and by whom: blocks in chains, added one after the other.

A block is added by inserting it under the number after the head that is known: where another process was faster, that
number is taken, and the insert fails. Each process keeps to chains that others leave alone.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pymongo import DESCENDING
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

from fhir_server.errors import Unavailable
from fhir_server.store.blocks import CHAINS, START, Head, after, following, head_of
from fhir_server.store.coalesce import Coalescer
from fhir_server.store.documents import Document, now
from fhir_server.store.faults import TRANSIENT
from resources.issues import Text

BLOCKS = "audit_blocks"
AT_ONCE = 4
"""Chains that one process writes to at the same time: the others are left to other processes."""

MOST_ENTRIES = 512
PAUSE = 0.002
"""Seconds in which a block gathers entries while requests are many: a block costs MongoDB much, an entry little."""

ALREADY_THERE = 48
ATTEMPTS = 20


class ChainMoved(Exception):
    """Another process has added a block meanwhile: try again."""


class Journal:
    """Writes the blocks of one process."""

    def __init__(self, database: AsyncDatabase[Document], *, first: int | None = None) -> None:
        """`first`: the chain to begin with; None: any."""
        self._database = database
        self._blocks = database[BLOCKS]
        self._latest = self._blocks.with_options(read_concern=ReadConcern("local"))
        start = random.randrange(CHAINS) if first is None else first  # noqa: S311 - spreads the load, hides nothing
        self._free = [(start + step) % CHAINS for step in range(1, CHAINS + 1)]
        self._heads: dict[int, Head] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._writer: Coalescer[bytes, None] = Coalescer(self._write_many, most=MOST_ENTRIES, lanes=1, pause=PAUSE)

    async def open(self) -> None:
        """Makes the collection: inside a transaction processes could collide over it."""
        try:
            await self._database.command({"create": BLOCKS})
        except OperationFailure as error:
            if error.code != ALREADY_THERE:
                raise

    async def write(self, entry: bytes) -> None:
        """An entry, a JSON object, that is durable on return. Raises Unavailable."""
        await self._writer(entry)

    async def add(self, entries: Sequence[bytes], pen: Pen, session: AsyncClientSession | None = None) -> None:
        """A block; inside a transaction where a session is given. Raises ChainMoved, Unavailable."""
        chain = await pen.take()
        with _as_unavailable():
            head = self._heads.get(chain) or await self._read_head(chain)
            block = following(chain, head, entries, now())
            try:
                await self._blocks.insert_one(block, session=session)
            except DuplicateKeyError as error:
                raise ChainMoved from error
        pen.written = head_of(block)

    @contextmanager
    def pen(self) -> Iterator[Pen]:
        """For one block, or for the attempts at one."""
        pen = Pen(self)
        try:
            yield pen
        finally:
            pen.drop()

    async def take(self) -> int:
        """The chain that was used last: others do not seem to use it."""
        await self._room.acquire()
        return self._free.pop()

    def give_back(self, chain: int, head: Head | None) -> None:
        """`head`: None where it is not known, as after a collision: then others come first."""
        if head is None:
            self._heads.pop(chain, None)
            self._free.insert(0, chain)
        else:
            self._heads[chain] = head
            self._free.append(chain)
        self._room.release()

    async def _write_many(self, entries: Sequence[bytes]) -> list[None]:
        for _ in range(ATTEMPTS):
            with self.pen() as pen:
                try:
                    await self.add(entries, pen)
                except ChainMoved:
                    continue
                pen.keep()
                return [None] * len(entries)
        raise cannot_write()

    async def _read_head(self, chain: int) -> Head:
        """Not yet majority-committed ones too: what is added to one that is undone is undone with it."""
        found = await self._latest.find_one({"_id": after(chain, 0)}, {"hash": True}, sort=[("_id", DESCENDING)])
        return START if found is None else head_of(found)


class Pen:
    """Holds the chain that a block is added to until it is known whether it was."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._chain: int | None = None
        self.written: Head | None = None

    async def take(self) -> int:
        self.drop()
        self._chain = await self._journal.take()
        return self._chain

    def keep(self) -> None:
        """The block is there."""
        self._return(self.written)

    def drop(self) -> None:
        """It is not, or nobody knows."""
        self._return(None)

    def _return(self, head: Head | None) -> None:
        if self._chain is not None:
            self._journal.give_back(self._chain, head)
        self._chain, self.written = None, None


@contextmanager
def _as_unavailable() -> Iterator[None]:
    """Whatever keeps the journal from being written keeps patient data from being given out. What may go well at the
    next attempt of a transaction passes."""
    try:
        yield
    except PyMongoError as error:
        if error.has_error_label(TRANSIENT):
            raise
        raise cannot_write() from error


def cannot_write() -> Unavailable:
    return Unavailable(
        Text(
            "The audit trail cannot be written, and without it nothing is given out; try again shortly.",
            "Jejak audit tidak dapat ditulis, sehingga data tidak diberikan; coba lagi sebentar lagi.",
        )
    )
