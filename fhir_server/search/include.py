"""What else a search brings along. https://hl7.org/fhir/R4/search.html#include

Pure: tells which resources to read; who reads them loops until nothing new comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from fhir_server.search import refusals
from fhir_server.search.fields import Criterion, Field, fields
from fhir_server.search.kinds import reference
from fhir_server.search.locality import Locality
from resources.definitions.own import NONE, Extra
from resources.definitions.structure import resource_types

ANY = "*"


@dataclass(frozen=True, slots=True)
class Include:
    """`source`: the type that refers, `*` for any; `parameter`: the code of its reference parameter, `*` for all;
    `target`: only resources of this type; `iterate`: also from what was included."""

    source: str
    parameter: str
    target: str | None = None
    iterate: bool = False


def read_include(name: str, value: str, extra: Extra = NONE) -> Include:
    """`name` is _include or _revinclude, perhaps with :iterate; the value Type:parameter[:Target], Type:* or *.

    Raises InvalidParameter.
    """
    bare, _, modifier = name.partition(":")
    source, *rest = value.split(":", 3)
    if value == ANY:
        return Include(ANY, ANY, None, modifier == "iterate")
    if not 1 <= len(rest) <= 2 or source not in resource_types():
        raise _wrong(bare, value)
    parameter, target = rest[0], rest[1] if len(rest) == 2 else None
    known = reference_fields(source, extra)
    if parameter != ANY and parameter not in known:
        raise _wrong(bare, value)
    targets = {type for code, field in known.items() if parameter in (code, ANY) for type in field.parameter.target}
    if target is not None and target not in targets:
        raise _wrong(bare, value)
    return Include(source, parameter, target, modifier == "iterate")


def reference_fields(type: str, extra: Extra = NONE) -> dict[str, Field]:
    return {code: field for code, field in fields(type, extra).items() if field.parameter.type == "reference"}


def references(
    includes: Iterable[Include], resources: Iterable[Resource], *, base: str, extra: Extra = NONE
) -> dict[str, set[str]]:
    """Type -> ids of the resources on this server that the includes ask for from these resources."""
    found: dict[str, set[str]] = {}
    includes, locality = tuple(includes), Locality(base=base)
    for resource in resources:
        for include in includes:
            if include.source in (ANY, resource["resourceType"]):
                for type, id in _targets(resource, include, locality, extra):
                    found.setdefault(type, set()).add(id)
    return found


def _targets(resource: Resource, include: Include, locality: Locality, extra: Extra) -> Iterator[tuple[str, str]]:
    type = resource["resourceType"]
    for code, field in reference_fields(type, extra).items():
        if include.parameter not in (code, ANY):
            continue
        for path in field.parameter.paths:
            for kind, value in path.values(type, resource):
                for url in reference.index(kind, value, field, locality):
                    target, _, id = url.partition("/")
                    if target in resource_types() and id and "/" not in id and include.target in (None, target):
                        yield target, id


def referrers(
    includes: Iterable[Include], resources: Iterable[Resource], extra: Extra = NONE
) -> list[tuple[str, Criterion]]:
    """The searches that find what refers to these resources: the type to search, and by what."""
    known = [f"{resource['resourceType']}/{resource['id']}" for resource in resources]
    found = []
    for include in includes:
        for source in resource_types() if include.source == ANY else (include.source,):
            for code, field in reference_fields(source, extra).items():
                if include.parameter in (code, ANY):
                    targets = {include.target} if include.target else set(field.parameter.target)
                    if values := tuple(url for url in known if url.partition("/")[0] in targets):
                        found.append((source, Criterion(field, None, values)))
    return found


def _wrong(name: str, value: str) -> InvalidParameter:
    return refusals.wrong_value(
        name,
        value,
        "Type:parameter, Type:parameter:Target, Type:* or *",
        "Tipe:parameter, Tipe:parameter:Target, Tipe:* atau *",
    )
