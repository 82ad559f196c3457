"""The resources that a page brings along, by type, as filters. https://hl7.org/fhir/R4/search.html#include"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fhir_server.messages import Resource
from fhir_server.search.compile import condition
from fhir_server.search.fields import Criterion, Filter
from fhir_server.search.include import Include, references, referrers
from fhir_server.search.locality import Locality
from resources.definitions.own import NONE, Extra


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of one type: the resources with these `ids` and those that meet one of the `criteria`, but none `without`;
    those behind the id `after`, where there is one."""

    type: str
    ids: frozenset[str] = frozenset()
    criteria: tuple[Criterion, ...] = ()
    without: frozenset[str] = frozenset()
    after: str | None = None

    def filter(self, locality: Locality) -> Filter:
        ways: list[Filter] = [condition(criterion, locality) for criterion in self.criteria]
        if self.ids:
            ways.append({"_id": {"$in": sorted(self.ids)}})
        parts: list[Filter] = [{"$or": ways}]
        if self.without:
            parts.append({"_id": {"$nin": sorted(self.without)}})
        if self.after is not None:
            parts.append({"_id": {"$gt": self.after}})
        return {"$and": parts}


def wanted(
    includes: Iterable[Include],
    revincludes: Iterable[Include],
    resources: Sequence[Resource],
    *,
    base: str,
    extra: Extra = NONE,
) -> list[Wanted]:
    """What the includes ask for from these resources, in the order of the types, without these resources."""
    found = {
        type: Wanted(type, frozenset(ids))
        for type, ids in references(includes, resources, base=base, extra=extra).items()
    }
    for type, criterion in referrers(revincludes, resources, extra):
        known = found.get(type, Wanted(type))
        found[type] = replace(known, criteria=(*known.criteria, criterion))
    own = by_type((resource["resourceType"], resource["id"]) for resource in resources)
    return [replace(found[type], without=own.get(type, frozenset())) for type in sorted(found)]


def by_type(keys: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    """Ids by type."""
    found: dict[str, set[str]] = {}
    for type, id in keys:
        found.setdefault(type, set()).add(id)
    return {type: frozenset(ids) for type, ids in found.items()}
