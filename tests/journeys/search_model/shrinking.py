"""The smallest part of a search that still differs, told with the resources that it differs about."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace

from tests.journeys.search_model.escaping import split
from tests.journeys.search_model.evaluation import World, address
from tests.journeys.search_model.extraction import Resource
from tests.journeys.search_model.search import Search

MOST_SHOWN = 12
BROUGHT = "+ "
"""Stands before what was included."""


@dataclass(frozen=True)
class Answers:
    """What the server and the model found, in order."""

    real: list[str]
    model: list[str]

    @property
    def differ(self) -> bool:
        return self.real != self.model


Ask = Callable[[Search], Awaitable[Answers]]


async def smallest(search: Search, ask: Ask) -> Search:
    """Takes away what can be taken away, one after the other, while the answers still differ."""
    for smaller in _smaller(search):
        if (await ask(smaller)).differ:
            return await smallest(smaller, ask)
    return search


def _smaller(search: Search) -> Iterator[Search]:
    pairs = search.parameters
    for place in range(len(search.includes)):
        yield replace(search, includes=(*search.includes[:place], *search.includes[place + 1 :]))
    if search.within:
        yield replace(search, within="")
    if len(search.types) > 1:
        yield from (replace(search, types=(type,)) for type in search.types)
    yield from (replace(search, parameters=(*pairs[:place], *pairs[place + 1 :])) for place in range(len(pairs)))
    keys = [key for key in search.sort.split(",") if key]
    yield from (replace(search, sort=",".join([*keys[:place], *keys[place + 1 :]])) for place in range(len(keys)))
    for place, (name, raw) in enumerate(pairs):
        values = split(raw, ",")
        for without in range(len(values) if len(values) > 1 else 0):
            fewer = ",".join([*values[:without], *values[without + 1 :]])
            yield replace(search, parameters=(*pairs[:place], (name, fewer), *pairs[place + 1 :]))


async def report(search: Search, ask: Ask, world: World) -> str:
    """The smallest search, and the fewest resources that show the difference."""
    search = await smallest(search, ask)
    answers = await ask(search)
    culprits = await _culprits(search, answers, ask)
    lines = [f"{search}", f"server: {_shown(answers.real)}", f"model:  {_shown(answers.model)}"]
    names = [name.removeprefix(BROUGHT) for name in culprits]
    known = [world.resources[name] for name in names if name in world.resources]
    if search.joins or search.includes:
        known += [one for one in _neighbours(known, world) if one not in known][:MOST_SHOWN]
    return "\n".join([*lines, *(json.dumps(one, default=str, ensure_ascii=False) for one in known)])


async def _culprits(search: Search, answers: Answers, ask: Ask) -> list[str]:
    """A resource that only one of them finds; or two that they order differently."""
    different = sorted(set(answers.real) ^ set(answers.model))
    if different:
        return different[:1]
    place = next(
        (at for at, pair in enumerate(zip(answers.real, answers.model, strict=False)) if pair[0] != pair[1]), 0
    )
    first = answers.model[place]
    for other in answers.model[place + 1 :]:
        ids = ",".join(name.partition("/")[2] for name in (first, other))
        both = replace(search, parameters=(*search.parameters, ("_id", ids)))
        if (await ask(both)).differ:
            return [first, other]
    return answers.model[:2]


def _neighbours(resources: list[Resource], world: World) -> Iterator[Resource]:
    """What refers to these, and what they refer to."""
    names = {address(one) for one in resources}
    texts = [json.dumps(one, default=str) for one in resources]
    for name, resource in world.resources.items():
        own = json.dumps(resource, default=str)
        if any(f'{name}"' in text for text in texts) or any(f'{one}"' in own for one in names):
            yield resource


def _shown(ids: list[str]) -> str:
    more = f" and {len(ids) - MOST_SHOWN} more" if len(ids) > MOST_SHOWN else ""
    return f"{ids[:MOST_SHOWN]}{more}"
