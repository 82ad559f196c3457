"""What the server must know of itself to store and find: its base URL, the time zone, own search parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from auth.scopes import RESTRICTED_BY
from fhir_server.consent import RESTRICTS, restricts
from fhir_server.messages import Resource
from fhir_server.search.index import describe
from fhir_server.search.kinds.reference import normal
from fhir_server.search.locality import Locality
from fhir_server.store.documents import Description
from resources.belonging import beside, in_document, security_context
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
        """What is stored beside a resource so that it can be found, and by which it is judged who may see it."""
        found = describe(resource, zone=self.zone, base=self.base, extra=self.extra)
        compartments = found.compartments
        if others := list(dict.fromkeys(self._patients_beside(resource, found.index))):
            compartments = {**compartments, "Patient": others}
        labels = {code: rows for code in RESTRICTED_BY if (rows := _codes(found.index.get(code, ())))}
        if resource["resourceType"] == "Consent" and restricts(resource):
            labels["consent"] = [RESTRICTS]
        return Description(found.index, compartments, business_keys(resource), found.search, labels)

    def _patients_beside(self, resource: Resource, index: Mapping[str, Any]) -> Iterator[str]:
        """The ids of the patients of a resource whose type the specification leaves outside of their compartment."""
        type = resource["resourceType"]
        urls: list[str] = [url for code in beside(type) for url in index.get(code, ())]
        if type == "Binary" and (context := security_context(resource)) is not None:
            urls.append(normal(context, Locality(self.zone, self.base)))
        if type == "Bundle":
            urls += [normal(name, Locality(self.zone, self.base)) for name in in_document(resource)]
        for url in urls:
            if url.startswith("Patient/"):
                yield url.removeprefix("Patient/")


def _codes(entries: Iterable[str]) -> list[str]:
    """The search values of a token as system|code; those without a system are left out."""
    pairs = (entry.split("\0") for entry in entries)
    return [f"{system}|{code}" for code, system in pairs if code and system]
