"""Jobs: seen by who asked alone, from any process; ended, failed and forgotten in the open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from auth.caller import SYSTEM, Caller
from auth.scopes import parse
from fhir_server.errors import BadRequest, Conflict, NotFound
from fhir_server.jobs import Advance, Jobs, Work
from fhir_server.store.documents import now
from fhir_server.store.store import Store
from main import open_store
from resources.issues import Text
from tests.fhir_server.conftest import settings

OTHER = Caller("lain.contoh", parse("user/*.cruds"))


@pytest.fixture
async def store(mongodb_uri: str, database_name: str) -> AsyncIterator[Store]:
    async with open_store(settings(mongodb_uri, database_name)) as found:
        yield found


def _pieces(*pieces: bytes) -> Work:
    async def work(advance: Advance) -> AsyncIterator[bytes]:
        for number, piece in enumerate(pieces):
            await advance(number, len(pieces))
            yield piece
        await advance(len(pieces), len(pieces))

    return work


def _waiting(gate: asyncio.Event) -> Work:
    async def work(advance: Advance) -> AsyncIterator[bytes]:
        await advance(1, 3)
        yield b"a"
        await gate.wait()
        await advance(2, 3)
        yield b"b"

    return work


async def _until(jobs: Jobs, id: str, right: Callable[[str], bool]) -> str:
    for _ in range(300):
        state = jobs.seen(await jobs.get(SYSTEM, id))
        if right(state):
            return state
        await asyncio.sleep(0.02)
    raise AssertionError(state)


async def _content(jobs: Jobs, id: str) -> bytes:
    content = await jobs.content(SYSTEM, id)
    return b"".join([piece async for piece in content.read(0, content.size)])


async def test_a_job_gives_its_file_to_who_asked_and_to_nobody_else(store: Store) -> None:
    jobs, elsewhere = Jobs(store), Jobs(store)
    job = await jobs.start(SYSTEM, "resume-medis", _pieces(b"eins", b"zwei"))
    await _until(elsewhere, job.id, lambda state: state == "completed")
    assert await _content(elsewhere, job.id) == b"einszwei"
    found = await elsewhere.get(SYSTEM, job.id)
    assert (found.done, found.total, found.size) == (2, 2, 8)
    for ask in (jobs.get, jobs.content, jobs.cancel):
        with pytest.raises(NotFound):
            await ask(OTHER, job.id)


async def test_a_job_that_is_cancelled_leaves_no_file(store: Store) -> None:
    jobs, gate = Jobs(store), asyncio.Event()
    job = await jobs.start(SYSTEM, "resume-medis", _waiting(gate))
    await _until(jobs, job.id, lambda state: state == "running")
    with pytest.raises(Conflict):
        await jobs.content(SYSTEM, job.id)
    await jobs.cancel(SYSTEM, job.id)
    gate.set()
    with pytest.raises(NotFound):
        await jobs.get(SYSTEM, job.id)
    for _ in range(300):
        await asyncio.sleep(0.02 * jobs.under_way)
    assert jobs.under_way == 0
    assert await store.contents.sweep(now() + timedelta(days=2)) == 0


async def test_what_refuses_and_what_breaks_fails_with_its_reason(store: Store) -> None:
    async def refusing(advance: Advance) -> AsyncIterator[bytes]:
        yield b"x"
        raise BadRequest(Text("No.", "Tidak bisa."))

    async def breaking(advance: Advance) -> AsyncIterator[bytes]:
        yield b"x"
        raise RuntimeError("secret")

    jobs = Jobs(store)
    for work, reason in ((refusing, "Tidak bisa."), (breaking, "Terjadi kesalahan server.")):
        job = await jobs.start(SYSTEM, "x", work)
        assert await _until(jobs, job.id, lambda state: state not in ("waiting", "running")) == "failed"
        assert (await jobs.get(SYSTEM, job.id)).reason == reason


async def test_a_job_of_a_killed_process_has_failed(store: Store) -> None:
    at = [datetime(2026, 11, 24, 8, tzinfo=UTC)]
    jobs, gate = Jobs(store, lambda: at[0]), asyncio.Event()
    job = await jobs.start(SYSTEM, "x", _waiting(gate))
    await _until(jobs, job.id, lambda state: state == "running")
    at[0] += timedelta(minutes=1)
    assert jobs.seen(await jobs.get(SYSTEM, job.id)) == "failed"
    async with jobs.working():
        pass


async def test_at_the_end_of_a_process_its_jobs_fail(store: Store) -> None:
    jobs = Jobs(store)
    async with jobs.working():
        job = await jobs.start(SYSTEM, "x", _waiting(asyncio.Event()))
        await _until(jobs, job.id, lambda state: state == "running")
    found = await jobs.get(SYSTEM, job.id)
    assert (found.state, found.reason) == ("failed", "Server dihentikan: minta lagi.")


async def test_one_caller_has_few_at_a_time(store: Store) -> None:
    jobs, gate = Jobs(store), asyncio.Event()
    async with jobs.working():
        for _ in range(2):
            await jobs.start(SYSTEM, "x", _waiting(gate))
        with pytest.raises(Conflict):
            await jobs.start(SYSTEM, "x", _waiting(gate))
        assert await jobs.start(OTHER, "x", _pieces(b"x"))
