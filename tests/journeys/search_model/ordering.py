"""The order of a sorted search. https://hl7.org/fhir/R4/search.html#sort

Our choices: what has no value comes last in both directions; of several values the least counts, descending the
greatest; a range counts with its beginning; ties go by type and id, in the direction of the last key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tests.journeys.search_model import dates, numbers, quantities, references, strings, tokens
from tests.journeys.search_model.evaluation import World
from tests.journeys.search_model.extraction import Parameter, Resource, Value, known, values
from tests.journeys.search_model.parameters import IMPLICIT_SYSTEMS

TYPE = "(type)"


def ordered(resources: Iterable[Resource], sort: str, world: World) -> list[Resource]:
    """`sort`: as in the query, "" for none."""
    keys = [key for key in sort.split(",") if key]
    minus = "-" if keys and keys[-1].startswith("-") else ""
    keys += [f"{minus}{TYPE}"] + ([] if {"_id", "-_id"} & set(keys) else [f"{minus}_id"])
    found = list(resources)
    for key in reversed(keys):
        found = _by(found, key.removeprefix("-"), key.startswith("-"), world)
    return found


def _by(resources: list[Resource], code: str, descending: bool, world: World) -> list[Resource]:
    choose: Callable[[Iterable[Any]], Any] = max if descending else min
    with_value, without = [], []
    for resource in resources:
        found = sort_values(resource, code, world)
        if found:
            with_value.append((choose(found), resource))
        else:
            without.append(resource)
    # reverse=True keeps the order of equals, as sorting by several keys one after the other needs
    with_value.sort(key=lambda pair: pair[0], reverse=descending)
    return [resource for _, resource in with_value] + without


def sort_values(resource: Resource, code: str, world: World) -> list[Any]:
    if code == TYPE:
        return [resource["resourceType"]]
    parameter = known(resource["resourceType"])[code]
    implied = IMPLICIT_SYSTEMS.get((resource["resourceType"], code), "")
    return [key for value in values(resource, parameter) for key in _keys(parameter, value, implied, world)]


def _keys(parameter: Parameter, found: Value, implied: str, world: World) -> list[Any]:
    type, value = found
    match parameter.kind:
        case "string":
            return [(strings.plain(text), text) for text in strings.texts(type, value)]
        case "token":
            return [token for token in tokens.tokens(type, value, implied) if token[0]]
        case "reference" | "uri":
            return list(references.addresses(type, value, world.base))
        case "date":
            range = dates.range_of(type, value, world.zone)
        case "number":
            range = numbers.number_range(type, value)
        case _:
            range = quantities.amount(type, value)
    return [] if range is None else [range[0]]
