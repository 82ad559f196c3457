"""Work that takes longer than a request, done beside the requests of this process with the access of who asked for it.

Whoever asked sees how far it is, gets the file that comes of it, and may end it; nobody else does. After a day it is
gone."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from auth.caller import Caller
from fhir_server.ending import ended
from fhir_server.errors import Conflict, FhirError, NotFound
from fhir_server.messages import Content
from fhir_server.store.documents import now
from fhir_server.store.jobs import SILENT, Job
from fhir_server.store.store import Store
from resources.issues import Text

MOST = 2
"""Jobs of one caller at a time."""

AT_ONCE = 1
"""Jobs of one process at a time."""

BEAT = SILENT.total_seconds() / 5
TOO_MANY = Text(
    "You have jobs under way: wait for one to end.", "Pekerjaan Anda masih berjalan: tunggu sampai selesai."
)
ENDED = Text("The server was stopped: ask again.", "Server dihentikan: minta lagi.")
BROKEN = Text("The server made a mistake.", "Terjadi kesalahan server.")

Advance = Callable[[int, int], Awaitable[None]]
"""Tells how many steps are done, of how many; raises Cancelled where nobody waits for it any more."""

Work = Callable[[Advance], AsyncIterator[bytes]]
"""Gives the file of a job, in pieces."""

logger = logging.getLogger(__name__)


class Cancelled(Exception):
    """The job was ended by who asked for it."""


class Jobs:
    """Those of one process."""

    def __init__(self, store: Store, clock: Callable[[], datetime] = now) -> None:
        self._store = store
        self._clock = clock
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def start(self, caller: Caller, kind: str, work: Work) -> Job:
        """Raises Conflict where the caller has too many, Unavailable."""
        at = self._clock()
        if await self._store.jobs.unfinished(caller.subject, at) >= MOST:
            raise Conflict(TOO_MANY)
        job = Job(secrets.token_hex(16), caller.subject, kind, at, at)
        await self._store.jobs.start(job)
        task = asyncio.create_task(self._run(job, work))
        self._tasks[job.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(job.id, None))
        return job

    async def get(self, caller: Caller, id: str) -> Job:
        """As it stands now. Raises NotFound, also for another's."""
        job = await self._store.jobs.get(id, caller.subject)
        if job is None:
            raise NotFound(Text("There is no such job.", "Tidak ada pekerjaan ini."))
        return job

    @property
    def under_way(self) -> int:
        """How many of this process have not ended."""
        return len(self._tasks)

    def seen(self, job: Job) -> str:
        return job.seen(self._clock())

    async def content(self, caller: Caller, id: str) -> Content:
        """The file. Raises NotFound, Conflict where there is none yet."""
        job = await self.get(caller, id)
        if job.state != "completed":
            raise Conflict(Text("The file is not ready.", "Berkas belum siap."))
        return Content(job.size, lambda start, stop: self._store.contents.read(job.file, start, stop))

    async def cancel(self, caller: Caller, id: str) -> None:
        """Ends it and removes its file. Raises NotFound."""
        job = await self.get(caller, id)
        await self._store.jobs.tell(id, self._clock(), state="cancelled")
        if job.file:
            await self._store.contents.discard([job.file])
        await self._store.jobs.remove(id)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """At its end jobs that are under way fail."""
        try:
            yield
        finally:
            for id, task in list(self._tasks.items()):
                await ended(task)
                with suppress(FhirError):
                    await self._store.jobs.tell(id, self._clock(), state="failed", reason=ENDED.id)

    async def _run(self, job: Job, work: Work) -> None:
        beating = asyncio.create_task(self._beat(job))
        try:
            async with self._turn:
                await self._tell(job, state="running")
                kept = await self._store.contents.keep(
                    work(lambda done, total: self._tell(job, done=done, total=total))
                )
                if not await self._store.jobs.tell(
                    job.id, self._clock(), state="completed", file=kept.file, size=kept.size
                ):
                    await self._store.contents.discard([kept.file])
        except Cancelled:
            pass
        except FhirError as error:
            await self._fail(job, error.issues[0].text)
        except Exception:
            logger.exception("job %s", job.id)
            await self._fail(job, BROKEN)
        finally:
            await ended(beating)

    async def _beat(self, job: Job) -> None:
        while True:
            await asyncio.sleep(BEAT)
            with suppress(FhirError):
                await self._store.jobs.tell(job.id, self._clock())

    async def _tell(self, job: Job, **changes: str | int) -> None:
        if not await self._store.jobs.tell(job.id, self._clock(), **changes):
            raise Cancelled

    async def _fail(self, job: Job, text: Text) -> None:
        with suppress(FhirError):
            await self._store.jobs.tell(job.id, self._clock(), state="failed", reason=text.id)
