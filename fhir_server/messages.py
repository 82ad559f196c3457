"""A FHIR request and its response, without HTTP. https://hl7.org/fhir/R4/http.html"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Resource = dict[str, Any]
Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FhirRequest:
    """`path` below the FHIR base, in segments; `query` in order, repetitions kept; `headers` by lower-case name;
    `body`: the parsed resource, or a JSON Patch document (a list); `base`: the FHIR base URL without a slash at the
    end; `address`: of the client in the network."""

    method: str
    path: tuple[str, ...]
    query: Parameters = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    base: str = ""
    address: str = ""

    @property
    def language(self) -> str:
        """id or en, from Accept-Language; Bahasa Indonesia where the client does not say."""
        for part in self.headers.get("accept-language", "").split(","):
            tag = part.partition(";")[0].strip().lower()[:2]
            if tag in ("id", "en"):
                return tag
        return "id"

    def preference(self, name: str) -> str | None:
        """A preference of the Prefer header: `return`, `handling`, `respond-async`."""
        for part in self.headers.get("prefer", "").replace(",", ";").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value.strip('"')
        return None


@dataclass(frozen=True, slots=True)
class FhirResponse:
    """`resource` is None where there is no body; `version` and `updated` become ETag and Last-Modified;
    `location` is relative to the base: Patient/1/_history/2."""

    status: int
    resource: Resource | None = None
    version: int | None = None
    updated: datetime | None = None
    location: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
