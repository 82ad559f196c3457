"""Contained resources as what is searched for. https://hl7.org/fhir/R4/search.html#contained

The search values of each lie in the document of its container, in the shape that a document of its own has, so that
every filter holds for them as it is. What is answered is the container, or the contained resource itself as
Container/id#id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fhir_server.errors import NotSupported
from fhir_server.search.conditions import AllOf, AnyOf, Holding, criteria, steps
from fhir_server.search.fields import CONTAINED, Filter
from fhir_server.search.page import Place
from fhir_server.search.query import Query
from resources.definitions.structure import definition
from resources.issues import Text

Stage = dict[str, Any]

ALIKE = frozenset({"_id", "_lastUpdated"})
"""What all types can be sorted by."""


def can_contain(type: str) -> bool:
    return any(element.name == "contained" for element in definition(type).elements)


def searches(query: Query, containers: Sequence[str]) -> tuple[Query, ...]:
    """The searches of each type that a search with `_contained` goes through. Raises NotSupported."""
    _check(query)
    type, results, inner = query.type, query.results, AllOf(query.criteria)
    holding = Holding(type, inner)
    found = [replace(query, type=one, criteria=(holding,), unfolded=results.unfolds) for one in containers]
    if results.contained == "true":
        return tuple(found)
    if type in containers and not results.unfolds:
        either = replace(query, criteria=(AnyOf((inner, holding)),))
        return (either, *(one for one in found if one.type != type))
    return (query, *found)


def stages(query: Query, place: Place | None, filter: Filter) -> list[Stage]:
    """The stages of a page of contained resources, as `page.stages` of others, by container and id.

    Each container that the filter finds has at least one of them, but for that where the page begins."""
    count, backward = query.results.count + 1, place is not None and place.backward
    order: list[Stage] = [{"$sort": {"_id": -1 if backward else 1}}]
    first: list[Stage] = []
    beyond: list[Stage] = []
    if place is not None and place.type == query.key:
        (begin,) = place.values
        first = [{"$match": {"_id": {"$lte" if backward else "$gte": begin.partition("#")[0]}}}]
        beyond = [{"$match": {"_id": {"$lt" if backward else "$gt": begin}}}]
    end: list[Stage] = [*beyond, *order, {"$limit": count}, {"$set": {"sort": ["$_id"]}}]
    return [*first, *order, {"$limit": count + len(first)}, *unfolding(query.type, filter), *end]


def unfolding(type: str, filter: Filter) -> list[Stage]:
    """The stages that make documents of the contained resources which a filter of their containers asks for. They
    belong to whom the containers belong to."""
    id = {"$first": f"${CONTAINED}._id"}
    its_own = {"$filter": {"input": "$resource.contained", "cond": {"$eq": ["$$this.id", id]}}}
    name = {"$concat": ["$_id", "#", id]}
    return [
        {"$unwind": f"${CONTAINED}"},
        {"$set": {CONTAINED: [f"${CONTAINED}"]}},
        {"$match": filter},
        {"$set": {"_id": name, "address": {"$concat": [f"{type}/", name]}, "resource": {"$first": its_own}}},
    ]


def refuse(query: Query) -> None:
    """For what looks at one type only. Raises NotSupported."""
    if query.results.contained != "false":
        raise _not_together("anything but a search", "selain pencarian")


def _check(query: Query) -> None:
    results = query.results
    if any(steps(condition) for condition in query.criteria):
        raise _not_together("chains", "pencarian berantai")
    if any(one.field.code == "_list" for condition in query.criteria for one in criteria(condition)):
        raise _not_together("_list", "_list")
    if results.unfolds and (results.includes or results.revincludes):
        raise _not_together("includes with _containedType=contained", "include dengan _containedType=contained")
    allowed = frozenset() if results.unfolds else ALIKE
    if any(key.field.code not in allowed for key in results.sort):
        known = ", ".join(sorted(allowed)) or "-"
        raise _not_together(f"this _sort (only by: {known})", f"_sort ini (hanya menurut: {known})")


def _not_together(en: str, id: str) -> NotSupported:
    return NotSupported(
        Text(f"_contained does not work with {en}.", f"_contained tidak dapat dipakai dengan {id}."),
        expression="_contained",
    )
