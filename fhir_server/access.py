"""What a caller may see and write of a type: one value with two faces, a MongoDB filter and a predicate over documents.

Both faces are needed: searches filter in the database, documents fetched for several callers at once are judged
here. Both look only at what stands beside every version: compartments, labels, id and time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from auth.caller import Caller, Hidden
from auth.policy import LABELS
from auth.scopes import ANY, Scope
from fhir_server.errors import Forbidden
from resources.belonging import SHARED, is_of_patients
from resources.issues import Text

Filter = dict[str, Any]
Document = Mapping[str, Any]
Permission = Literal["c", "r", "u", "d", "s"]

CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
SECURITY = "_security"


@lru_cache(maxsize=1024)
def _listed(ids: frozenset[str]) -> list[str]:
    """In one order, made once: a person may treat thousands."""
    return sorted(ids)


@dataclass(frozen=True, slots=True)
class Everything:
    def filter(self) -> Filter:
        return {}

    def allows(self, document: Document) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class InCompartment:
    """Documents in the compartment of one of these resources: Patient and the ids of patients."""

    compartment: str
    ids: frozenset[str]

    def filter(self) -> Filter:
        return {f"compartments.{self.compartment}": {"$in": _listed(self.ids)}}

    def allows(self, document: Document) -> bool:
        return not self.ids.isdisjoint(document.get("compartments", {}).get(self.compartment, ()))


@dataclass(frozen=True, slots=True)
class OfNoOther:
    """Documents that are part of no other patient's record."""

    patients: frozenset[str]

    def filter(self) -> Filter:
        return {"$nor": [{"compartments.Patient": {"$elemMatch": {"$nin": _listed(self.patients)}}}]}

    def allows(self, document: Document) -> bool:
        return self.patients.issuperset(document.get("compartments", {}).get("Patient", ()))


@dataclass(frozen=True, slots=True)
class Named:
    """Documents, current and past, of these ids."""

    ids: frozenset[str]

    def filter(self) -> Filter:
        ids = _listed(self.ids)
        return {"$or": [{"_id": {"$in": ids}}, {"id": {"$in": ids}}]}

    def allows(self, document: Document) -> bool:
        return document.get("_id") in self.ids or document.get("id") in self.ids


@dataclass(frozen=True, slots=True)
class Labelled:
    """Documents with one of these codes (system|code) as category, or as _security."""

    parameter: str
    codes: frozenset[str]

    def filter(self) -> Filter:
        return {f"labels.{self.parameter}": {"$in": _listed(self.codes)}}

    def allows(self, document: Document) -> bool:
        return not self.codes.isdisjoint(document.get("labels", {}).get(self.parameter, ()))


@dataclass(frozen=True, slots=True)
class Written:
    """Versions of a time: from `since` on, before `until`."""

    since: datetime | None = None
    until: datetime | None = None

    def filter(self) -> Filter:
        ends = {"$gte": self.since, "$lt": self.until}
        return {"updated": {name: moment for name, moment in ends.items() if moment is not None}}

    def allows(self, document: Document) -> bool:
        updated = document["updated"]
        return (self.since is None or updated >= self.since) and (self.until is None or updated < self.until)


@dataclass(frozen=True, slots=True)
class Not:
    part: Access

    def filter(self) -> Filter:
        return {"$nor": [self.part.filter()]}

    def allows(self, document: Document) -> bool:
        return not self.part.allows(document)


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Access, ...]

    def filter(self) -> Filter:
        return {"$and": [part.filter() for part in self.parts]}

    def allows(self, document: Document) -> bool:
        return all(part.allows(document) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Access, ...]

    def filter(self) -> Filter:
        return {"$or": [part.filter() for part in self.parts]}

    def allows(self, document: Document) -> bool:
        return any(part.allows(document) for part in self.parts)


Access = Everything | InCompartment | OfNoOther | Named | Labelled | Written | Not | AllOf | AnyOf
EVERYTHING = Everything()


def all_of(parts: Iterable[Access]) -> Access:
    """What all of the parts allow, each named once."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, AllOf) else (part,))]
    kept = tuple(dict.fromkeys(part for part in flat if part != EVERYTHING))
    return kept[0] if len(kept) == 1 else AllOf(kept) if kept else EVERYTHING


def any_of(parts: Iterable[Access]) -> Access:
    """What one of the parts, of which there is one at least, allows."""
    kept = tuple(dict.fromkeys(parts))
    return EVERYTHING if EVERYTHING in kept else kept[0] if len(kept) == 1 else AnyOf(kept)


def visible(caller: Caller, type: str, permission: Literal["r", "s"] = "r") -> Access:
    """What the caller may read of a type (r: read, versions, history of one; s: search, being matched through, history
    of many). Raises Forbidden where that is nothing by its rights."""
    return EVERYTHING if caller.everything else _allowed(caller, type, permission)


def writable(caller: Caller, type: str, permission: Literal["c", "u", "d"]) -> Access:
    """What the caller may write: both the stored document and the new one must be inside. Raises Forbidden."""
    return EVERYTHING if caller.everything else _allowed(caller, type, permission)


def may_see(caller: Caller, type: str, permission: Literal["r", "s"] = "r") -> bool:
    try:
        visible(caller, type, permission)
    except Forbidden:
        return False
    return True


def reached(caller: Caller) -> frozenset[str] | None:
    """The patients that the caller may know of, None for all: of the others not even that an id is taken."""
    if caller.everything:
        return None
    if any(scope.level != "patient" for scope in caller.scopes):
        return caller.patients
    return _in_context(caller)


def of_patients(patients: frozenset[str], type: str) -> Access:
    """What is part of the records of these patients and of nobody else's."""
    alone: Access = Named(patients) if type == "Patient" else OfNoOther(patients)
    return AllOf((InCompartment("Patient", patients), alone))


def excludes_only(access: Access) -> bool:
    """Whether it leaves most of a type: what is read in order is mostly the caller's."""
    parts = access.parts if isinstance(access, AllOf) else (access,)
    return all(isinstance(part, Everything | Not) for part in parts)


@lru_cache(maxsize=16_384)
def _allowed(caller: Caller, type: str, permission: Permission) -> Access:
    role = caller.role
    if role is None or permission not in role.permissions(type):
        raise _forbidden(type)
    ways = [
        all_of([whose, *(Labelled(one.parameter, one.values) for one in sorted(scope.restrictions, key=str))])
        for scope in sorted(caller.scopes, key=str)
        if scope.type in (ANY, type) and permission in scope.permissions
        for whose in _whose(caller, scope, type, permission)
    ]
    if not ways:
        raise _forbidden(type)
    above = frozenset(f"{CONFIDENTIALITY}|{code}" for code in LABELS if code not in role.labels)
    cleared = [Not(Labelled(SECURITY, above))] if above else []
    return all_of([any_of(ways), *cleared, *_kept_by_consent(caller, type)])


def _whose(caller: Caller, scope: Scope, type: str, permission: Permission) -> Iterator[Access]:
    """Whose records a scope opens. What is neither shared nor a patient's is not for who sees some patients only."""
    patients = _in_context(caller) if scope.level == "patient" else caller.patients
    if patients is None:
        yield EVERYTHING
    elif type in SHARED:
        if scope.level != "patient" or permission in "rs":
            yield OfNoOther(patients)
    elif is_of_patients(type):
        yield of_patients(patients, type)


def _in_context(caller: Caller) -> frozenset[str]:
    """The patient of the scopes of the level patient: none where it is not the caller's to see."""
    context = frozenset({caller.context} if caller.context else ())
    return context if caller.patients is None else context & caller.patients


def _kept_by_consent(caller: Caller, type: str) -> Iterator[Access]:
    for one in sorted(caller.hidden, key=repr):
        if not one.types or type in one.types:
            yield Not(all_of(_hidden(one, type)))


def _hidden(one: Hidden, type: str) -> Iterator[Access]:
    yield InCompartment("Patient", one.patients)
    if one.labels:
        yield Labelled(SECURITY, one.labels)
    if one.ids or one.people:
        ids = frozenset(url.partition("/")[2] for url in one.ids if url.startswith(f"{type}/"))
        yield any_of([Named(ids), *(_of_person(url) for url in sorted(one.people))])
    if one.since or one.until:
        yield Written(one.since, one.until)
    for exception in sorted(one.unless, key=repr):
        if not exception.types or type in exception.types:
            yield Not(all_of(_hidden(exception, type)))


def _of_person(url: str) -> Access:
    compartment, _, id = url.partition("/")
    return InCompartment(compartment, frozenset({id}))


def _forbidden(type: str) -> Forbidden:
    return Forbidden(Text(f"You have no right to {type}.", f"Anda tidak berhak atas {type}."))
