"""The set of own parameters and the lease, as processes race for them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from fhir_server.store.parameters import Row, Seen, State
from fhir_server.store.store import Store
from resources.definitions.own import Own

NOW = datetime(2026, 11, 24, tzinfo=UTC)
LATER = NOW + timedelta(seconds=20)


def row(code: str) -> Row:
    return Row(Own(code, "token", "u", "Patient.x", ("Patient", "Person"), ("Group",), ready=True), 3)


async def test_of_several_only_one_makes_the_next_set(store: Store) -> None:
    states = store.parameter_states()
    assert await states.read() == State()
    for number in range(3):
        made = await asyncio.gather(*(states.replace(number, (row(f"a{turn}"),)) for turn in range(10)))
        assert sum(made) == 1
        state = await states.read()
        assert (state.number, state.rows) == (number + 1, (row(f"a{made.index(True)}"),))


async def test_one_process_has_the_lease_until_it_ends_or_leaves(store: Store) -> None:
    states = store.parameter_states()
    names = [f"p{turn}" for turn in range(10)]
    taken = await asyncio.gather(*(states.lead(name, NOW, LATER) for name in names))
    assert sum(taken) == 1
    leader = names[taken.index(True)]
    assert (await states.read()).leader == leader
    assert await states.lead(leader, LATER, LATER + timedelta(seconds=20))
    assert not await states.lead("other", LATER + timedelta(seconds=20), LATER)
    assert await states.lead("other", LATER + timedelta(seconds=21), LATER)
    await states.leave("other")
    assert (await states.read()).leader is None


async def test_processes_that_say_nothing_are_forgotten(store: Store) -> None:
    states = store.parameter_states()
    await states.tell("a", Seen(1, NOW))
    await states.tell("b", Seen(2, LATER))
    await states.tell("b", Seen(3, LATER))
    await states.bury(LATER)
    assert (await states.read()).processes == {"b": Seen(3, LATER)}
