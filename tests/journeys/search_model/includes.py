"""What a search brings along beside what it finds. https://hl7.org/fhir/R4/search.html#include"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.journeys.search_model.evaluation import World, address, addresses
from tests.journeys.search_model.extraction import Resource, known
from tests.journeys.search_model.parameters import TABLES

Pair = tuple[str, str]


def included(matches: Iterable[Resource], pairs: Iterable[Pair], world: World) -> set[str]:
    """Type/id of all that `_include` and `_revinclude` bring; with :iterate also from what they brought."""
    pairs = tuple(pairs)
    first = {address(one) for one in matches}
    found, new = set(first), set(first)
    while new:
        reached = {target for pair in pairs for name in new for target in _step(world.resources[name], pair, world)}
        new = reached - found
        found |= new
        pairs = tuple(pair for pair in pairs if pair[0].endswith(":iterate"))
    return found - first


def _step(resource: Resource, pair: Pair, world: World) -> Iterator[str]:
    name, value = pair
    source, code, target = [*value.split(":"), ""][:3]
    if name.startswith("_revinclude"):
        if target in ("", resource["resourceType"]):
            for other in world.of(source):
                if any(
                    address(resource) in _references(other, one, resource["resourceType"], world)
                    for one in _codes(other, code)
                ):
                    yield address(other)
    elif source == resource["resourceType"]:
        for one in _codes(resource, code):
            known_here = (found for found in addresses(resource, one, world) if found in world.resources)
            yield from (found for found in known_here if target in ("", found.partition("/")[0]))


def _codes(resource: Resource, code: str) -> list[str]:
    parameters = known(resource["resourceType"]).values()
    return [one.code for one in parameters if one.kind == "reference" and code in ("*", one.code)]


def _references(resource: Resource, code: str, target: str, world: World) -> list[str]:
    """The references of a parameter that may have this target."""
    declared = known(resource["resourceType"])[code].targets
    return addresses(resource, code, world) if target in declared and resource["resourceType"] in TABLES else []
