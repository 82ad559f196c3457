"""Random searches: kinds of parameters, modifiers, prefixes, alternatives, conjunctions, chains, `_has`, `_sort`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tests.journeys.search_model.dice import Dice
from tests.journeys.search_model.escaping import literal
from tests.journeys.search_model.evaluation import RANGED, World
from tests.journeys.search_model.extraction import Parameter, Value, known, reach, values
from tests.journeys.search_model.parameters import COMPARTMENTS, TABLES
from tests.journeys.search_model.phrasing import phrase
from tests.journeys.search_model.ranges import PREFIXES, prefixed
from tests.journeys.search_model.search import Search

MODIFIERS = {
    "string": ("exact", "contains", "text", "text"),
    "token": ("not", "text", "in", "not-in", "above", "below", "of-type"),
    "reference": ("identifier", "above", "below", "below"),
    "uri": ("above", "below"),
}
OPERATORS = {
    "string": ("eq", "ne", "co", "sw", "ew"),
    "token": ("eq", "ne"),
    "date": (*PREFIXES, "po"),
    "number": PREFIXES,
    "quantity": PREFIXES,
    "reference": ("eq", "re", "ne"),
    "uri": ("eq", "ne"),
}
"""What `_filter` knows for a kind."""
EXAMPLES = {"date": "2024", "number": 5, "quantity": {"value": 5}}
"""Values to search for where no resource has one."""
OPEN = frozenset({"has-member"})
"""Leads to types that refer to anything: a chain from here on that does not name its types may mean more than are
tried."""
APPROXIMATE_NOW = ("ap", "_lastUpdated")
CHAINED, REVERSED, MISSING, FILTERED = 0.15, 0.1, 0.08, 0.1
MODIFIED = {"uri": 0.8, "token": 0.6}
SEVERAL, INSIDE, INCLUDING = 0.06, 0.08, 0.15
DEEPEST = 3


@dataclass(frozen=True)
class Searches:
    """Makes searches of a world. `without`: features that are left out, as `features` calls them."""

    world: World
    dice: Dice
    without: frozenset[str] = frozenset()
    types: tuple[str, ...] = field(default_factory=lambda: (*TABLES, *["Observation"] * 5))

    def __call__(self) -> Search:
        if self.dice.happens(SEVERAL) and "several-types" not in self.without:
            return self._of_several(tuple(dict.fromkeys(self.dice.one(self.types) for _ in range(3))))
        type = self.dice.one(self.types)
        clauses = tuple(self._clause(type, 0) for _ in range(self.dice.one((1, 1, 1, 1, 2, 2, 3))))
        sort = self._sort([one for one in known(type).values() if one.kind != "composite"])
        return Search((type,), clauses, sort, self._within((type,)), self._includes(type))

    def _includes(self, type: str) -> tuple[tuple[str, str], ...]:
        """What starts at the type, and what may start at what was included."""
        if "include" in self.without or not self.dice.happens(INCLUDING):
            return ()
        found = [self._include(type, "") for _ in range(self.dice.one((1, 1, 2)))]
        if self.dice.happens(0.4):
            found.append(self._include(self.dice.one(self.types), ":iterate"))
        return tuple(dict.fromkeys(one for one in found if one[1]))

    def _include(self, type: str, iterate: str) -> tuple[str, str]:
        """One with the type as its source, or its target."""
        reverse = self.dice.happens(0.4)
        kind = "_revinclude" if reverse else "_include"
        pool: list[tuple[str, tuple[str, ...]]] = [
            (f"{source}:{code}", (type,)) for source, code in self._sources[type]
        ]
        if not reverse:
            pool = [(f"{type}:{one.code}", one.targets) for one in known(type).values() if one.kind == "reference"]
        if not pool:
            return kind, ""
        value, targets = self.dice.one(pool)
        target = self.dice.one(targets)
        form = self.dice.one((value, value, f"{value}:{target}", f"{value.partition(':')[0]}:*"))
        return f"{kind}{iterate}", form

    def _of_several(self, types: tuple[str, ...]) -> Search:
        """A search by what all of the types have."""
        shared = [
            one
            for one in known(types[0]).values()
            if one.kind != "composite"
            and all((one.kind, one.targets) == (other.kind, other.targets) for other in self._namesakes(one, types))
        ]
        clauses = tuple(self._own(types[0], shared) for _ in range(self.dice.one((0, 1, 1, 2))))
        return Search(types, clauses, self._sort(shared), self._within(types))

    @staticmethod
    def _namesakes(parameter: Parameter, types: tuple[str, ...]) -> list[Parameter]:
        return [known(type).get(parameter.code, Parameter("", "none", ())) for type in types]

    def _within(self, types: tuple[str, ...]) -> str:
        owners = [owner for owner, members in COMPARTMENTS.items() if members.keys() >= set(types)]
        if not owners or "compartment" in self.without or not self.dice.happens(INSIDE):
            return ""
        return self.dice.one([address for address in self.world.resources if address.partition("/")[0] in owners])

    def _clause(self, type: str, depth: int) -> tuple[str, str]:
        links = self._links(type) if self._goes_on("chain", CHAINED, depth) else []
        if links:
            name, target = self.dice.one(links)
            inner, text = self._clause(target, depth + 1)
            return f"{name}.{inner}", text
        sources = self._sources[type] if self._goes_on("has", REVERSED, depth) else []
        if sources:
            source, code = self.dice.one(sources)
            inner, text = self._clause(source, depth + 1)
            return f"_has:{source}:{code}:{inner}", text
        if depth == 0 and self.dice.happens(FILTERED) and "filter" not in self.without:
            return "_filter", self._filter(type)
        return self._own(type, list(known(type).values()))

    def _filter(self, type: str) -> str:
        """One to three comparisons, joined in one of the ways there are."""
        one, other, third = (self._comparison(type, 0) for _ in range(3))
        joined = [one, f"not ({one})", f"{one} and {other}", f"{one} or {other}", f"{one} or {other} and {third}"]
        joined += [f"{one} and ({other} or {third})", f"not ({one} and {other}) or {third}"]
        return self.dice.one(joined)

    def _comparison(self, type: str, depth: int) -> str:
        links = self._links(type) if self._goes_on("chain", CHAINED, depth) else []
        if links:
            name, target = self.dice.one(links)
            return f"{name}.{self._comparison(target, depth + 1)}"
        usable = [
            one for one in known(type).values() if one.kind in OPERATORS and f"filter {one.kind}" not in self.without
        ]
        parameter = self.dice.one(usable)
        if self.dice.happens(MISSING):
            return f"{parameter.code} pr {self.dice.one(('true', 'false'))}"
        operator = self.dice.one([one for one in OPERATORS[parameter.kind] if (one, parameter.code) != APPROXIMATE_NOW])
        text = self._alternative(type, parameter, "")
        if parameter.kind == "string":
            text = literal(text)
        elif parameter.kind in RANGED:
            text = prefixed(text)[1]
        elif operator == "ne" and text.endswith("|"):
            text = "alfa"
        return f"{parameter.code} {operator} {json.dumps(text, ensure_ascii=False)}"

    def _goes_on(self, feature: str, chance: float, depth: int) -> bool:
        return depth < DEEPEST and self.dice.happens(chance) and feature not in self.without

    @staticmethod
    def _links(type: str) -> list[tuple[str, str]]:
        """The names of links, with the type that they lead to and without it; and that type."""
        found = []
        for code, parameter in known(type).items():
            modelled = [target for target in parameter.targets if target in TABLES]
            found += [(f"{code}:{target}", target) for target in modelled]
            found += [(code, target) for target in modelled if code not in OPEN]
        return found

    @cached_property
    def _sources(self) -> Mapping[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {type: [] for type in TABLES}
        for source in TABLES:
            for code, parameter in known(source).items():
                for target in parameter.targets:
                    if target in TABLES:
                        found[target].append((source, code))
        return found

    def _own(self, type: str, usable: Sequence[Parameter]) -> tuple[str, str]:
        """A parameter of the type itself: first a kind, because some kinds have few."""
        kind = self.dice.one(sorted({one.kind for one in usable} - self.without))
        parameter = self.dice.one([one for one in usable if one.kind == kind])
        askable = parameter.code not in ("_id", "_lastUpdated") and f"missing {parameter.kind}" not in self.without
        if askable and self.dice.happens(MISSING):
            return f"{parameter.code}:missing", self.dice.one(("true", "false"))
        modifier = self._modifier(parameter) if self.dice.happens(MODIFIED.get(parameter.kind, 0.4)) else ""
        alternatives = [self._alternative(type, parameter, modifier) for _ in range(self.dice.one((1, 1, 1, 2, 3)))]
        return f"{parameter.code}:{modifier}".removesuffix(":"), ",".join(alternatives)

    def _modifier(self, parameter: Parameter) -> str:
        pool = (*MODIFIERS.get(parameter.kind, ()), *(target for target in parameter.targets if target in TABLES))
        identified = any(path.endswith(":Identifier") for path in parameter.paths)
        pool += ("of-type",) * 6 if identified else ()
        refused = set() if identified else {"of-type"}
        coded = any(path.endswith((":CodeableConcept", ":Coding")) for path in parameter.paths)
        refused |= {"in", "not-in", "above", "below"} if parameter.kind == "token" and not coded else set()
        placed = not {"Location", "Organization"}.isdisjoint(parameter.targets)
        refused |= {"above", "below"} if parameter.kind == "reference" and not placed else set()
        refused |= set(pool) if parameter.code == "_id" else set()
        refused |= {"identifier"} if not any(path.endswith(":Reference") for path in parameter.paths) else set()
        allowed = [one for one in pool if one not in self.without | refused]
        return self.dice.one(allowed) if allowed else ""

    def _alternative(self, type: str, parameter: Parameter, modifier: str) -> str:
        pool = self._pool(type, parameter)
        if not pool:
            pool = [("", EXAMPLES.get(parameter.kind, "alfa"))]
        if parameter.kind != "composite":
            return phrase(self.dice, parameter, self.dice.one(pool), modifier)
        place = self.dice.one(pool)[1]
        texts = []
        for part, kind in zip(parameter.parts, parameter.kinds, strict=True):
            found = [value for path in part for value in reach(place, path)] or self._values_of_part(pool, part)
            texts.append(phrase(self.dice, Parameter("", kind, ()), self.dice.one(found)))
        return "$".join(texts)

    @staticmethod
    def _values_of_part(places: Iterable[Value], part: tuple[str, ...]) -> list[Value]:
        return [value for _, place in places for path in part for value in reach(place, path)]

    def _pool(self, type: str, parameter: Parameter) -> list[Value]:
        return [value for resource in self.world.of(type) for value in values(resource, parameter)]

    def _sort(self, usable: Sequence[Parameter]) -> str:
        keys = dict.fromkeys(self.dice.one(usable).code for _ in range(self.dice.one((0, 0, 1, 1, 2, 3))))
        return ",".join(self.dice.one(("", "-")) + key for key in keys)
