"""Whether a resource is what a search looks for, tried one by one. https://hl7.org/fhir/R4/search.html

Our choices: `:missing` asks for the element, even one without content; `:not` with several values means none of them,
and holds where there is no value; a chain or `_has` asks that one resource exists for which the rest holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.journeys.search_model import dates, filters, numbers, quantities, references, strings, terminology, tokens
from tests.journeys.search_model.escaping import literal, split
from tests.journeys.search_model.extraction import Parameter, Resource, Value, known, reach, values
from tests.journeys.search_model.parameters import COMPARTMENTS, IMPLICIT_SYSTEMS, TABLES
from tests.journeys.search_model.search import Search

NEGATED = {"not": "", "not-in": "in"}
RANGED = ("date", "number", "quantity")
HOSPITAL = ZoneInfo("Asia/Makassar")


@dataclass(frozen=True)
class World:
    """All resources by Type/id, and where they are."""

    resources: Mapping[str, Resource]
    base: str = ""
    zone: ZoneInfo = HOSPITAL
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def of(self, type: str) -> Iterator[Resource]:
        return (one for one in self.resources.values() if one["resourceType"] == type)


def matching(world: World, search: Search) -> list[Resource]:
    """What a search finds, in no order."""
    found = (one for type in search.types for one in world.of(type) if inside(one, search.within, world))
    return [one for one in found if all(holds(one, name, raw, world) for name, raw in search.parameters)]


def inside(resource: Resource, compartment: str, world: World) -> bool:
    """Whether it is in the compartment of Patient/id; "" is everywhere."""
    codes = COMPARTMENTS[compartment.partition("/")[0]][resource["resourceType"]] if compartment else ()
    itself = compartment in ("", address(resource))
    return itself or any(compartment in addresses(resource, code, world) for code in codes)


def holds(resource: Resource, name: str, raw: str, world: World) -> bool:
    if name == "_filter":
        return filters.holds(raw, lambda path, operator, value: _compared(resource, path, (operator, value), world))
    if name.startswith("_has:"):
        _, source, code, rest = name.split(":", 3)
        return any(
            address(resource) in addresses(other, code, world) and holds(other, rest, raw, world)
            for other in world.of(source)
        )
    link, dot, rest = name.partition(".")
    if dot:
        return any(holds(target, rest, raw, world) for target in _targets(resource, link, rest, world))
    code, _, modifier = name.partition(":")
    parameter = known(resource["resourceType"])[code]
    found = [one for one in values(resource, parameter) if _has_all_parts(one, parameter)]
    if modifier == "missing":
        return (raw == "true") is (not found)
    alternatives = split(raw, ",")
    if modifier in ("not", "not-in"):
        return not any(_one(resource, parameter, one, world, modifier=NEGATED[modifier]) for one in alternatives)
    return any(_one(resource, parameter, one, world, modifier=modifier) for one in alternatives)


def address(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def addresses(resource: Resource, code: str, world: World) -> list[str]:
    parameter = known(resource["resourceType"])[code]
    return [
        address
        for type, value in values(resource, parameter)
        for address in references.addresses(type, value, world.base)
    ]


def _targets(resource: Resource, link: str, rest: str, world: World) -> Iterator[Resource]:
    """What a chain's link leads to, of the type that it names, if the rest can be asked there."""
    code, _, type = link.partition(":")
    asked = rest.partition(".")[0].partition(":")[0]
    beyond = [world.resources[one] for one in addresses(resource, code, world) if one in world.resources]
    for target in (*beyond, *_contained(resource, code)):
        if target["resourceType"] not in TABLES or type not in ("", target["resourceType"]):
            continue
        if asked == "_has" or asked in known(target["resourceType"]):
            yield target


def _contained(resource: Resource, code: str) -> Iterator[Resource]:
    """The contained resources that a reference leads to: "a chained condition will be evaluated inside them"."""
    inside = {f"#{one['id']}": one for one in resource.get("contained", ())}
    found = [value for type, value in values(resource, known(resource["resourceType"])[code]) if type == "Reference"]
    yield from (inside[one["reference"]] for one in found if one.get("reference") in inside)


def _compared(resource: Resource, path: str, told: tuple[str, str], world: World) -> bool:
    """One comparison of a `_filter`."""
    operator, value = told
    link, dot, rest = path.partition(".")
    if dot:
        return any(_compared(target, rest, told, world) for target in _targets(resource, link, rest, world))
    parameter = known(resource["resourceType"])[path]
    found = values(resource, parameter)
    if operator == "pr":
        return (value == "true") is bool(found)
    if parameter.kind == "string":
        texts = [text for type, one in found for text in strings.texts(type, one)]
        return any(strings.compared(text, operator, value) for text in texts)
    if operator == "ne" and parameter.kind == "token":
        implied = IMPLICIT_SYSTEMS.get((resource["resourceType"], path), "")
        known_tokens = [token for type, one in found for token in tokens.tokens(type, one, implied) if token[0]]
        return any(not tokens.matches(token, value) for token in known_tokens)
    if operator == "ne" and parameter.kind not in RANGED:
        return bool(found) and not _one(resource, parameter, value, world)
    if operator == "po":
        return bool(found) and not any(_one(resource, parameter, f"{one}{value}", world) for one in ("sa", "eb"))
    return _one(resource, parameter, f"{operator}{value}" if parameter.kind in RANGED else value, world)


def _one(resource: Resource, parameter: Parameter, raw: str, world: World, *, modifier: str = "") -> bool:
    """One alternative of one parameter."""
    if parameter.kind == "composite":
        return any(_all_parts(place, parameter, raw, world) for _, place in values(resource, parameter))
    implied = IMPLICIT_SYSTEMS.get((resource["resourceType"], parameter.code), "")
    asked = Asked(parameter.kind, raw, modifier, parameter.targets, implied)
    return any(_matches(value, asked, world) for value in values(resource, parameter))


@dataclass(frozen=True)
class Asked:
    """One search value, and what its parameter says about it."""

    kind: str
    raw: str
    modifier: str = ""
    targets: tuple[str, ...] = ()
    implied: str = ""


def _matches(found: Value, asked: Asked, world: World) -> bool:
    type, value = found
    text = literal(asked.raw)
    match asked.kind:
        case "string":
            return any(strings.matches(one, text, asked.modifier) for one in strings.texts(type, value))
        case "token":
            return _token(found, asked)
        case "date":
            return dates.matches(dates.range_of(type, value, world.zone), text, world.zone, world.now)
        case "number":
            return numbers.matches(numbers.number_range(type, value), text)
        case "quantity":
            return quantities.matches(type, value, asked.raw)
        case "reference":
            return _reference(found, asked, world)
        case "uri":
            return any(_uri(one, text, asked.modifier) for one in references.addresses(type, value, world.base))
    raise AssertionError(asked.kind)


def _has_all_parts(place: Value, parameter: Parameter) -> bool:
    """A composite is there where each of its parts is."""
    return all(any(True for path in paths for _ in reach(place[1], path)) for paths in parameter.parts)


def _all_parts(place: Any, parameter: Parameter, raw: str, world: World) -> bool:
    """Every part of a composite holds for the same place."""
    return all(
        any(_matches(value, Asked(kind, text), world) for path in paths for value in reach(place, path))
        for paths, kind, text in zip(parameter.parts, parameter.kinds, split(raw, "$"), strict=True)
    )


def _token(found: Value, asked: Asked) -> bool:
    type, value = found
    text = literal(asked.raw)
    match asked.modifier:
        case "text":
            return any(strings.matches(one, text, "") for one in tokens.texts(type, value))
        case "of-type":
            return tokens.is_of_type(value, asked.raw)
    known_tokens = tokens.tokens(type, value, asked.implied)
    match asked.modifier:
        case "in":
            return any(terminology.is_in(one, text) for one in known_tokens)
        case "above" | "below":
            system, code = (literal(part) for part in split(asked.raw, "|"))
            return not terminology.relatives(asked.modifier, system, code).isdisjoint(known_tokens)
    return any(tokens.matches(one, asked.raw) for one in known_tokens)


def _reference(found: Value, asked: Asked, world: World) -> bool:
    type, value = found
    if asked.modifier == "identifier":
        identifiers = tokens.tokens("Identifier", value["identifier"]) if "identifier" in value else []
        return any(tokens.matches(one, asked.raw) for one in identifiers)
    text = literal(asked.raw)
    if asked.modifier in ("above", "below"):
        return not _branch(asked, text, world).isdisjoint(references.addresses(type, value, world.base))
    targets = (asked.modifier,) if asked.modifier else asked.targets
    read = references.versions if type == "Reference" and "/_history/" in text else references.addresses
    return not references.wanted(text, targets, world.base).isdisjoint(read(type, value, world.base))


def _branch(asked: Asked, text: str, world: World) -> set[str]:
    """The places that a search value may mean, with all that they are part of, or that are part of them.
    No version of one counts."""
    targets = [target for target in asked.targets if target in ("Location", "Organization")]
    found = references.wanted(text.split("/_history/")[0], targets, world.base)
    places = [place for target in targets for place in world.of(target)]
    links = [(address(place), upper) for place in places for upper in addresses(place, "partof", world)]
    links = [(lower, upper) for lower, upper in links if lower.partition("/")[0] == upper.partition("/")[0]]
    while True:
        new = {lower for lower, upper in links if upper in found}
        if asked.modifier == "above":
            new = {upper for lower, upper in links if lower in found}
        if new <= found:
            return found
        found |= new


def _uri(address: str, text: str, modifier: str) -> bool:
    match modifier:
        case "below":
            return references.is_above(text, address)
        case "above":
            return references.is_above(address, text)
    return address == text
