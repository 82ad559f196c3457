"""Small random records and questions about them, each with its answer worked out by following the references."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from auth.caller import SYSTEM
from fhir_server.changes import Change
from fhir_server.record import Record
from fhir_server.search.query import Query
from fhir_server.site import Site
from fhir_server.store.store import Store

Resource = dict[str, Any]
Test = Callable[[Resource], bool]

BASE = "http://test/fhir"
SITE = Site(BASE)
TYPES = ("Patient", "Organization", "Encounter", "Observation")
WAYS = {"all are listed": 5_000, "those of candidates are listed": 24, "few are listed": 2, "none is listed": 0}
"""How many matches behind a chain a record lists; less than one in 25 of them without looking at candidates."""
EDGES = (
    ("Patient", "organization", "Organization", "managingOrganization"),
    ("Organization", "partof", "Organization", "partOf"),
    ("Encounter", "subject", "Patient", "subject"),
    ("Encounter", "service-provider", "Organization", "serviceProvider"),
    ("Observation", "subject", "Patient", "subject"),
    ("Observation", "encounter", "Encounter", "encounter"),
    ("Observation", "focus", "Patient", "focus"),
    ("Observation", "focus", "Encounter", "focus"),
)
LEAVES: dict[str, tuple[str, tuple[str, ...], Callable[[Resource], Any]]] = {
    "Patient": ("gender", ("male", "female", "other"), lambda one: one.get("gender")),
    "Organization": ("name", ("alfa", "beta", "gama"), lambda one: one.get("name", "").lower()),
    "Encounter": ("status", ("planned", "finished"), lambda one: one["status"]),
    "Observation": ("status", ("final", "preliminary"), lambda one: one["status"]),
}
OPERATORS = {"Organization": "sw"}


@dataclass(frozen=True)
class Question:
    """A search parameter, `name=value`, the same as a filter, and what it means."""

    name: str
    value: str
    filter: str
    holds: Test


@dataclass(frozen=True)
class Graph:
    """Resources by type; only those of `seen` patients, and of no patient, can be found: None for all."""

    resources: dict[str, list[Resource]]
    seen: frozenset[str] | None = None

    def find(self, type: str) -> Iterator[Resource]:
        return (one for one in self.resources[type] if self.may_see(one))

    def may_see(self, resource: Resource) -> bool:
        if self.seen is None or resource["resourceType"] == "Organization":
            return True
        if resource["resourceType"] == "Patient":
            return resource["id"] in self.seen
        return any(url == f"Patient/{id}" for url in targets(resource, "subject") for id in self.seen)

    def behind(self, resource: Resource, element: str, type: str) -> Iterator[Resource]:
        urls = set(targets(resource, element))
        return (one for one in self.find(type) if f"{type}/{one['id']}" in urls)


def targets(resource: Resource, element: str) -> Iterator[str]:
    """The references of an element as Type/id."""
    found = resource.get(element, [])
    for reference in found if isinstance(found, list) else [found]:
        yield reference["reference"].removeprefix(f"{BASE}/").partition("/_history/")[0]


def graph(dice: random.Random) -> Graph:
    """References may lead nowhere, have the server's base before them, or a version behind them."""
    made = {
        "Organization": [organization(dice) for _ in range(6)],
        "Patient": [patient(dice) for _ in range(10)],
        "Encounter": [encounter(dice) for _ in range(14)],
        "Observation": [observation(dice) for _ in range(20)],
    }
    return Graph(
        {
            type: [{"resourceType": type, "id": f"{type[0].lower()}{n}", **one} for n, one in enumerate(found)]
            for type, found in made.items()
        }
    )


def organization(dice: random.Random) -> Resource:
    return {"name": dice.choice(["Alfa", "Beta", "Gama"]), **perhaps(dice, "partOf", to(dice, "Organization", 7))}


def patient(dice: random.Random) -> Resource:
    gender = perhaps(dice, "gender", dice.choice(["male", "female"]))
    born = perhaps(dice, "birthDate", f"19{dice.randrange(90, 96)}")
    return {**gender, **born, **perhaps(dice, "managingOrganization", to(dice, "Organization", 7))}


def encounter(dice: random.Random) -> Resource:
    return {
        "status": dice.choice(["planned", "finished"]),
        "class": {"code": "AMB"},
        **perhaps(dice, "period", {"start": f"2024-0{dice.randrange(1, 9)}"}),
        **perhaps(dice, "subject", to(dice, "Patient", 12)),
        **perhaps(dice, "serviceProvider", to(dice, "Organization", 7)),
    }


def observation(dice: random.Random) -> Resource:
    focus = [to(dice, dice.choice(["Patient", "Encounter"]), 12) for _ in range(dice.randrange(1, 4))]
    return {
        "status": dice.choice(["final", "preliminary"]),
        "code": {"text": "x"},
        **perhaps(dice, "effectiveDateTime", f"2024-0{dice.randrange(1, 9)}"),
        **perhaps(dice, "subject", to(dice, "Patient", 12)),
        **perhaps(dice, "encounter", to(dice, "Encounter", 16)),
        **perhaps(dice, "focus", focus),
    }


def to(dice: random.Random, type: str, most: int) -> Resource:
    url = f"{type}/{type[0].lower()}{dice.randrange(most)}"
    return {"reference": dice.choice([url, url, url, f"{BASE}/{url}", f"{url}/_history/1"])}


def perhaps(dice: random.Random, element: str, value: Any) -> Resource:
    return {element: value} if dice.random() < 0.8 else {}


def question(dice: random.Random, graph: Graph, type: str, depth: int) -> Question:
    """A random condition on a type: a plain one, or a chain or reverse chain of up to `depth` steps."""
    edges = [edge for edge in EDGES if edge[0] == type] + [edge for edge in EDGES if edge[2] == type]
    if depth == 0 or dice.random() < 0.2:
        return _leaf(dice, type)
    source, code, target, element = dice.choice(edges)
    if source == type and (target != type or dice.random() < 0.5):
        inner = question(dice, graph, target, depth - 1)
        name = f"{code}:{target}.{inner.name}"
        return _followed(
            name, inner, lambda one: any(inner.holds(other) for other in graph.behind(one, element, target))
        )
    inner = question(dice, graph, source, depth - 1)

    def pointed_at(one: Resource) -> bool:
        url = f"{type}/{one['id']}"
        return any(url in targets(other, element) and inner.holds(other) for other in graph.find(source))

    return _followed(f"_has:{source}:{code}:{inner.name}", inner, pointed_at)


def _followed(name: str, inner: Question, holds: Test) -> Question:
    *_, operator, value = inner.filter.split(" ")
    return Question(name, inner.value, f"{name} {operator} {value}", holds)


def _leaf(dice: random.Random, type: str) -> Question:
    code, values, get = LEAVES[type]
    value = dice.choice(values)
    operator = OPERATORS.get(type, "eq")
    return Question(code, value, f"{code} {operator} {value}", lambda one: get(one) == value)


def filter(dice: random.Random, graph: Graph, type: str, depth: int) -> tuple[str, Test]:
    """A random `_filter` of several questions."""
    if depth == 0:
        asked = question(dice, graph, type, 2)
        return asked.filter, asked.holds
    one, first = filter(dice, graph, type, depth - 1)
    if dice.random() < 0.3:
        return f"not ({one})", lambda resource: not first(resource)
    other, second = filter(dice, graph, type, depth - 1)
    if dice.random() < 0.5:
        return f"({one}) and ({other})", lambda resource: first(resource) and second(resource)
    return f"({one}) or ({other})", lambda resource: first(resource) or second(resource)


async def loaded(store: Store, made: Graph) -> Record:
    """All of the graph, and beside it resources that are deleted again: references to them lead nowhere."""
    record = Record(store, SYSTEM, SITE)
    gone = [Change.update({"resourceType": "Patient", "id": id, "gender": "male"}, id) for id in ("p10", "p11")]
    changes = [Change.update(one, one["id"]) for type in TYPES for one in made.resources[type]]
    await record.commit([*changes, *gone])
    await record.commit([Change.delete("Patient", id) for id in ("p10", "p11")])
    return record


async def found(record: Record, query: Query) -> list[str]:
    documents = (await record.search(query)).documents
    assert await record.count(query) == len(documents)
    return [document["_id"] for document in documents]
