"""How a search is found: chains and reverse chains become lists of ids or joins, each with the caller's access inside.

https://hl7.org/fhir/R4/search.html#chaining. Where few resources stand behind a chain, their ids become a `$in`; where
many do, each candidate is looked up by the key that an index has, in the order of the page, until the page is full.
See docs/decisions/0010.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from auth.caller import Caller
from fhir_server.access import Access, may_see, visible
from fhir_server.errors import TooCostly
from fhir_server.knowing import MOST_PLACES, known
from fhir_server.messages import Resource
from fhir_server.search import joins, refusals
from fhir_server.search.compile import all_of, tree
from fhir_server.search.conditions import AllOf, AnyOf, Chain, Condition, Has, Not
from fhir_server.search.fields import CONTAINED, Filter
from fhir_server.search.joins import Join, Stage
from fhir_server.search.kinds import contained
from fhir_server.search.locality import Locality
from fhir_server.search.query import Query
from fhir_server.search.terminology import needs
from fhir_server.search.together import filters
from resources.issues import Text

MOST_IDS = 5_000
MOST_IDS_INSIDE = 50_000
MOST_CANDIDATES = 1_000
FEW_IDS = 200
FIRST = 25
"""Of the ids that may be listed, one in so many is tried before the candidates are."""

SHORT_MS, LONG_MS = 100, 2_000
NOTHING: Filter = {"_id": {"$in": []}}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a search looks for: a `filter` for the first `$match`, and the `stages` that narrow down what it finds.

    The stages keep the order of the documents: they belong behind `$sort` and before `$limit`. `joins` tells how chains
    and reverse chains were carried out."""

    filter: Filter
    stages: tuple[Stage, ...] = ()
    joins: tuple[Joined, ...] = ()

    @property
    def is_wide(self) -> bool:
        """Whether what it looks for may be much, because much is behind its chains."""
        return any(join.ids is None or join.ids > FEW_IDS for join in self.joins)


@dataclass(frozen=True, slots=True)
class Joined:
    """One chain or reverse chain as it was carried out: `ids` matches on the other `side` became a list, None where a
    join looks up each candidate."""

    condition: Join
    side: Side
    ids: int | None


@dataclass(frozen=True, slots=True)
class Side:
    """The documents on one side of a join; `value`: the expression of what must be known of each."""

    type: str
    access: Access
    plan: Plan
    value: Any = "$_id"

    def stages(self, most: int) -> list[Stage]:
        """What follows the first `$match` to get up to `most` and one more, each with its `value`."""
        return [*self.plan.stages, {"$limit": most + 1}, {"$project": {"_id": False, "value": self.value}}]


class Few(Protocol):
    async def __call__(self, side: Side, most: int, milliseconds: int) -> list[Any] | None:
        """The values of a side; None where there are more than `most`. Raises TooCostly where that takes longer."""


@dataclass(frozen=True, slots=True)
class Ground:
    """On what a search is planned: who searches, where, and what reads the ids behind a chain; more than `most_ids`
    are not listed but looked up."""

    caller: Caller
    locality: Locality
    few: Few
    most_ids: int = MOST_IDS


@dataclass(slots=True)
class _Found:
    """What the joins of one level became: filters by the identity of the condition, stages where there are many ids."""

    filters: dict[int, Filter] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    large: set[int] = field(default_factory=set)
    contains: dict[str, bool] = field(default_factory=dict)
    joins: list[Joined] = field(default_factory=list)


async def plan(query: Query, ground: Ground, *, first: Filter | None = None) -> Plan:
    """How to find what a query asks for, among what also matches `first`.

    Raises Forbidden where it looks through a type that is not the caller's, InvalidParameter for a wrong value and for
    a value set that is not there.
    """
    known_here = await known(query.criteria, ground.locality, partial(_newest, ground), partial(_each, ground))
    ground = replace(ground, locality=replace(ground.locality, known=known_here))
    found = await _plan(query.type, query.criteria, ground, first or {})
    return replace(found, filter=all_of([one for one in (first or {}, found.filter) if one]))


def spliced(probe: Sequence[Stage], joins: Sequence[Stage]) -> list[Stage]:
    """The stages of a probe, which end with `$limit` and `$project`, with joins before these.

    Documents stay whole until they are joined: of small ones MongoDB reads thousands ahead.
    """
    *first, limit, project = probe
    return [*first, *joins, limit, {"$set": {"value": project["$project"]["value"]}}, {"$unset": "resource"}]


def reads_first(query: Query) -> bool:
    """Whether something must be read before the query is planned: what is behind chains, value sets, Lists."""
    return any(_has_join(condition) or needs(condition) for condition in query.criteria)


async def _newest(ground: Ground, type: str, filter: Filter) -> Resource | None:
    latest = Plan(filter, ({"$sort": {"updated": -1, "_id": 1}}, {"$limit": 1}))
    found = await ground.few(Side(type, visible(ground.caller, type, "s"), latest, "$resource"), 1, LONG_MS)
    return found[0] if found else None


async def _each(ground: Ground, type: str, filter: Filter, path: str) -> list[Any]:
    side = Side(type, visible(ground.caller, type, "s"), Plan(filter), f"${path}")
    found = await ground.few(side, MOST_PLACES, LONG_MS)
    if found is None:
        raise refusals.too_much(path, "places", "tempat", MOST_PLACES)
    return found


def _has_join(condition: Condition) -> bool:
    match condition:
        case Chain() | Has():
            return True
        case AllOf(conditions=parts) | AnyOf(conditions=parts):
            return any(_has_join(part) for part in parts)
        case Not(condition=part):
            return _has_join(part)
    return False


async def _plan(type: str, conditions: Sequence[Condition], ground: Ground, first: Filter) -> Plan:
    parts = [part for condition in conditions for part in _flat(condition)]
    behind = {id(part): list(_joins(part, ground.caller)) for part in parts}

    def filter_of(part: Condition) -> Filter:
        return tree(part, ground.locality, lambda join: found.filters.get(id(join), NOTHING))

    found = _Found()
    plain = filters([part for part in parts if not behind[id(part)]], filter_of, ground.locality)
    here = [one for one in (first, *plain) if one]
    for part, join in ((one, join) for one in parts for join in behind[id(one)]):
        await _add(found, Side(type, visible(ground.caller, type, "s"), Plan(all_of(here))), join, ground)
        if part is join and id(join) not in found.large:
            here.append(found.filters[id(join)])
    late = {id(part) for part in parts if any(id(join) in found.large for join in behind[id(part)])}
    early = all_of(filters([part for part in parts if id(part) not in late], filter_of, ground.locality))
    if not late:
        return Plan(early, (), tuple(found.joins))
    rest = all_of([filter_of(part) for part in parts if id(part) in late])
    return Plan(early, (*found.stages, {"$match": rest}, {"$unset": found.added}), tuple(found.joins))


def _flat(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, AllOf):
        for part in condition.conditions:
            yield from _flat(part)
    else:
        yield condition


def _joins(condition: Condition, caller: Caller) -> Iterator[Join]:
    """The joins of one level, not those behind other joins. Raises Forbidden where the caller may not look there; of
    the types that a chain does not name, those that the caller may see are searched."""
    match condition:
        case Chain(target=type) | Has(source=type):
            visible(caller, type, "s")
            yield condition
        case AnyOf(conditions=parts) if all(isinstance(part, Chain) and not part.named for part in parts):
            seen = [part for part in parts if isinstance(part, Chain) and may_see(caller, part.target, "s")]
            for part in seen or parts:
                yield from _joins(part, caller)
        case AllOf(conditions=parts) | AnyOf(conditions=parts):
            for part in parts:
                yield from _joins(part, caller)
        case Not(condition=part):
            yield from _joins(part, caller)


async def _add(found: _Found, here: Side, join: Join, ground: Ground) -> None:
    type = joins.other(join)
    access = visible(ground.caller, type, "s")
    inner = await _plan(type, (join.inner,), ground, {})
    there, values = await _behind(here, Side(type, access, inner, joins.value(join)), join, ground)
    if values is None:
        position = len(found.large)
        restricted = {"$and": [{"deleted": False}, access.filter(), inner.filter]}
        found.stages += joins.lookups(here.type, join, [{"$match": restricted}, *inner.stages], position)
        found.added += joins.added(here.type, join, position)
        found.large.add(id(join))
        found.filters[id(join)] = joins.looked_up(here.type, join, position)
    else:
        found.filters[id(join)] = joins.listed(here.type, join, values)
    if isinstance(join, Chain) and await _contains(found, here, join, ground):
        inside = await _inside(join, inner, ground)
        found.filters[id(join)] = {"$or": [found.filters[id(join)], inside]}
    found.joins.append(Joined(join, there, None if values is None else len(values)))


async def _contains(found: _Found, here: Side, join: Chain, ground: Ground) -> bool:
    """Whether the reference leads to contained resources anywhere: an index tells quickly that it does not."""
    code = join.field.code
    if code not in found.contains:
        side = Side(here.type, here.access, Plan({f"{CONTAINED}.by": code}))
        found.contains[code] = True
        with suppress(TooCostly):
            found.contains[code] = await ground.few(side, 0, SHORT_MS) is None
    return found.contains[code]


async def _inside(join: Chain, inner: Plan, ground: Ground) -> Filter:
    """What contains the target of a chain. Raises TooCostly where so much is behind a further chain that it would have
    to be looked up for each."""
    if inner.stages:
        inner = await _plan(join.target, (join.inner,), replace(ground, most_ids=MOST_IDS_INSIDE), {})
    if inner.stages:
        raise TooCostly(
            Text(
                f"More than {MOST_IDS_INSIDE} resources are behind this chain through contained ones: narrow it down.",
                f"Lebih dari {MOST_IDS_INSIDE} sumber daya di balik rantai melalui contained ini: persempitlah.",
            ),
            expression=join.field.code,
        )
    return contained.matching(join.target, inner.filter, by=join.field.code)


async def _behind(here: Side, there: Side, join: Join, ground: Ground) -> tuple[Side, list[Any] | None]:
    """What is behind a join, as far as a list of it pays, and the side where it was read. Unless it is little, only
    what is behind the candidates that stand before the join is read, where these are few."""
    if here.plan.filter:
        first = None if there.plan.stages else await _values(there, ground.most_ids // FIRST, SHORT_MS, ground)
        if first is not None:
            return there, first
        own = replace(here, value=joins.own_value(here.type, join))
        candidates = await _values(own, MOST_CANDIDATES, SHORT_MS, ground)
        if candidates is not None:
            filter = all_of([joins.behind(join, candidates), there.plan.filter])
            there = replace(there, plan=replace(there.plan, filter=filter))
    return there, await _values(there, ground.most_ids, LONG_MS, ground)


async def _values(side: Side, most: int, milliseconds: int, ground: Ground) -> list[Any] | None:
    """None where there are more, or it takes too long to know."""
    with suppress(TooCostly):
        return await ground.few(side, most, milliseconds)
    return None
