"""What a search goes through: one type, several types, or a compartment. https://hl7.org/fhir/R4/http.html#search"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fhir_server.errors import InvalidParameter, NotFound
from fhir_server.messages import FhirRequest, Parameters
from fhir_server.search import refusals
from fhir_server.search.compartment import Compartment, members
from fhir_server.search.query import Query, parse
from resources.definitions.own import NONE, Extra
from resources.definitions.structure import resource_types
from resources.issues import Text

PLAINEST = "Basic"
"""A type that has the parameters that all types have, and hardly more."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`path`: the address of the links; `types`: those that are searched, None for all that are stored; `several`:
    whether the address is of several types; `parameters`: without `_type`."""

    path: tuple[str, ...]
    types: tuple[str, ...] | None
    parameters: Parameters
    several: bool = True
    within: Compartment | None = None

    def could_have(self, type: str) -> bool:
        return self.within is None or type in members(self.within.type)


def of_type(request: FhirRequest, type: str) -> Scope:
    return Scope((type,), (type,), request.query, several=False)


def of_system(request: FhirRequest) -> Scope:
    """`_type` names the types; without it all are searched. Raises InvalidParameter."""
    return Scope((), _types(request.query), _without_type(request.query))


def of_compartment(request: FhirRequest, compartment: Compartment, member: str | None) -> Scope:
    """`member`: the one type, None for all or those that `_type` names. Raises NotFound, InvalidParameter."""
    path = (compartment.type, compartment.id, member or "*")
    known = members(compartment.type)
    if not known or (member is not None and member not in known):
        raise NotFound(
            Text(f"There is no compartment {'/'.join(path)}.", f"Tidak ada kompartemen {'/'.join(path)}."),
            code="not-supported",
        )
    if member is not None:
        return Scope(path, (member,), request.query, several=False, within=compartment)
    types = _types(request.query)
    inside = None if types is None else tuple(type for type in types if type in known)
    return Scope(path, inside, _without_type(request.query), within=compartment)


def queries(scope: Scope, stored: Sequence[str], *, lenient: bool, extra: Extra = NONE) -> tuple[Query, ...]:
    """The search of each type that is to be searched, and perhaps was never stored: at least one.

    What one of the types does not know is refused; with lenient handling it is ignored for all.
    """
    types = (stored if scope.types is None else scope.types) or (PLAINEST,)
    ignored = [] if scope.types is not None else [name for name, _ in scope.parameters if not name.startswith("_")]
    if ignored and not lenient:
        raise _not_for_all(ignored[0])
    found = _parsed(types, scope.parameters, ignored, (lenient, extra))
    ignored += [name for query in found for name in query.ignored]
    if ignored and len(types) > 1:
        found = _parsed(types, scope.parameters, ignored, (lenient, extra))
    _check_sorts(found)
    return tuple(replace(query, ignored=tuple(dict.fromkeys(ignored))) for query in found)


def _parsed(
    types: Sequence[str], parameters: Parameters, ignored: Sequence[str], how: tuple[bool, Extra]
) -> list[Query]:
    lenient, extra = how
    kept = tuple(pair for pair in parameters if pair[0] not in ignored)
    return [parse(type, kept, lenient=lenient, extra=extra) for type in types]


def _check_sorts(queries: Sequence[Query]) -> None:
    """Types are merged by what they are sorted by: that must be of one kind."""
    for keys in zip(*(query.results.sort for query in queries), strict=True):
        if len({key.field.parameter.type for key in keys}) > 1:
            raise refusals.refuse(
                "_sort",
                f"'{keys[0].field.code}' is not of the same kind in all of these types.",
                f"'{keys[0].field.code}' tidak sejenis di semua jenis ini.",
            )


def _not_for_all(name: str) -> InvalidParameter:
    return refusals.refuse(
        name,
        f"Only some types have '{refusals.shown(name)}': name them with _type, such as _type=Patient,Practitioner.",
        f"'{refusals.shown(name)}' hanya ada pada sebagian jenis: sebutkan jenisnya, misalnya _type=Patient.",
    )


def _types(parameters: Parameters) -> tuple[str, ...] | None:
    values = [value for name, value in parameters if name == "_type"]
    if not values:
        return None
    if len(values) > 1:
        raise refusals.repeated("_type")
    types = tuple(dict.fromkeys(values[0].split(",")))
    if "" in types:
        raise refusals.empty_value("_type")
    if wrong := next((type for type in types if type not in resource_types()), None):
        raise refusals.wrong_value("_type", wrong, "types such as Patient,Observation", "jenis seperti Patient")
    return types


def _without_type(parameters: Parameters) -> Parameters:
    return tuple(pair for pair in parameters if pair[0] != "_type")
