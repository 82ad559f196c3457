"""What a caller may see of a type: one value with two faces, a MongoDB filter and a predicate over stored documents.

Both faces are needed: searches filter in the database, documents fetched for several callers at once are judged
here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth.caller import Caller
from fhir_server.errors import Forbidden
from resources.definitions.search import compartments
from resources.issues import Text

Filter = dict[str, Any]
Document = Mapping[str, Any]

SHARED_TYPES = frozenset(
    "CodeSystem HealthcareService Location Medication Organization Practitioner PractitionerRole Schedule Slot"
    " ValueSet".split()
)
"""Types that tell nothing about a patient: a caller bound to patients may read them."""


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
        return {f"compartments.{self.compartment}": {"$in": sorted(self.ids)}}

    def allows(self, document: Document) -> bool:
        return not self.ids.isdisjoint(document.get("compartments", {}).get(self.compartment, ()))


Access = Everything | InCompartment


def visible(caller: Caller, type: str) -> Access:
    """What the caller may read of a type. Raises Forbidden where that is nothing by its rights."""
    if caller.everything:
        return Everything()
    if caller.patients is not None and type in compartments()["Patient"]:
        return InCompartment("Patient", caller.patients)
    if type in SHARED_TYPES:
        return Everything()
    raise _forbidden(type)


def writable(caller: Caller, type: str) -> Access:
    """What the caller may write: both the stored document and the new one must be inside. Raises Forbidden."""
    if caller.everything:
        return Everything()
    if caller.patients is not None and type in compartments()["Patient"]:
        return InCompartment("Patient", caller.patients)
    raise _forbidden(type)


def may_see(caller: Caller, type: str) -> bool:
    try:
        visible(caller, type)
    except Forbidden:
        return False
    return True


def _forbidden(type: str) -> Forbidden:
    return Forbidden(Text(f"You have no right to {type}.", f"Anda tidak berhak atas {type}."))
