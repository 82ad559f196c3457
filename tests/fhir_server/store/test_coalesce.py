"""Many concurrent calls, few batches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from fhir_server.store.coalesce import Coalescer


class Recorder:
    """Doubles numbers, refuses 13, and notes the batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.running = self.most_running = 0

    async def __call__(self, items: Sequence[int]) -> list[int | BaseException]:
        self.batches.append(list(items))
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        await asyncio.sleep(0.001)
        self.running -= 1
        return [ValueError("unlucky") if item == 13 else item * 2 for item in items]


@pytest.mark.parametrize("lanes", [1, 2, 3])
async def test_everyone_gets_their_own_answer(lanes: int) -> None:
    run = Recorder()
    coalesced = Coalescer(run, most=10, lanes=lanes)
    numbers = [number for number in range(100) if number != 13]
    assert await asyncio.gather(*(coalesced(number) for number in numbers)) == [number * 2 for number in numbers]
    assert sorted(item for batch in run.batches for item in batch) == numbers
    assert max(len(batch) for batch in run.batches) == 10
    assert run.most_running <= lanes


async def test_calls_of_one_moment_share_a_batch() -> None:
    run = Recorder()
    coalesced = Coalescer(run)
    await asyncio.gather(*(coalesced(number) for number in range(5)))
    assert run.batches == [[0, 1, 2, 3, 4]]


@pytest.mark.parametrize(("pause", "batches"), [(0.0, [[0], [1], [2, 3]]), (0.02, [[0], [1, 2, 3]])])
async def test_while_calls_keep_coming_a_batch_gathers_them(pause: float, batches: list[list[int]]) -> None:
    released = asyncio.Event()
    began: list[list[int]] = []

    async def run(items: Sequence[int]) -> list[int | BaseException]:
        began.append(list(items))
        await released.wait()
        return list(items)

    coalesced = Coalescer(run, lanes=1, pause=pause)
    calls = [asyncio.create_task(coalesced(0))]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    calls.append(asyncio.create_task(coalesced(1)))
    await asyncio.sleep(0)
    released.set()
    await calls[0]
    released.clear()
    await asyncio.sleep(0)
    calls += [asyncio.create_task(coalesced(number)) for number in (2, 3)]
    await asyncio.sleep(0.05)
    released.set()
    await asyncio.gather(*calls)
    assert began == batches


async def test_an_error_is_for_its_item_only() -> None:
    coalesced = Coalescer(Recorder())
    answers = await asyncio.gather(*(coalesced(number) for number in (12, 13, 14)), return_exceptions=True)
    assert (answers[0], answers[2]) == (24, 28)
    assert isinstance(answers[1], ValueError)


async def test_a_failing_batch_fails_all_of_it_and_nothing_after() -> None:
    calls = 0

    async def run(items: Sequence[int]) -> list[int | BaseException]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ConnectionError("down")
        return list(items)

    coalesced = Coalescer(run)
    answers = await asyncio.gather(coalesced(1), coalesced(2), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionError, ConnectionError]
    assert await coalesced(3) == 3


async def test_who_went_away_does_not_disturb_the_others() -> None:
    coalesced = Coalescer(Recorder())
    gone = asyncio.create_task(coalesced(1))
    stays = asyncio.create_task(coalesced(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == 4
