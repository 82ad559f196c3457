"""What the server must know of itself to store and find: its base URL, the time zone, own search parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from fhir_server.messages import Resource
from fhir_server.search.index import describe
from fhir_server.store.documents import Description
from resources.definitions.own import NONE, Extra
from resources.registry import business_keys


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Site:
    """`base`: the public FHIR base URL without a slash at the end; `zone`: dates without a zone are days here; `extra`:
    the hospital's own search parameters."""

    base: str = "http://127.0.0.1:8080/fhir"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Makassar"))
    extra: Extra = NONE

    def describe(self, resource: Resource) -> Description:
        """What is stored beside a resource so that it can be found."""
        found = describe(resource, zone=self.zone, base=self.base, extra=self.extra)
        return Description(found.index, found.compartments, business_keys(resource), found.search)
