"""A FHIR request and its response, without HTTP. https://hl7.org/fhir/R4/http.html"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Resource = dict[str, Any]
Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Upload:
    """A Binary that is still being sent: the bytes of its content, and what `resource` tells of the rest of it once all
    bytes have been read."""

    pieces: AsyncIterator[bytes]
    resource: Callable[[], Resource]


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a Binary, and how many: `read` gives those from a place on, before another. `is_beside`: they are
    not in the resource."""

    size: int
    read: Callable[[int, int], AsyncIterator[bytes]]
    is_beside: bool = False


@dataclass(frozen=True, slots=True)
class FhirRequest:
    """`path` below the FHIR base, in segments; `query` in order, repetitions kept; `headers` by lower-case name;
    `body`: the parsed resource, a JSON Patch document (a list), or an Upload; `base`: the FHIR base URL without a slash
    at the end; `address`: of the client in the network."""

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
    `location` is relative to the base: Patient/1/_history/2; `content`: what a Binary holds, for who wants that alone.
    """

    status: int
    resource: Resource | None = None
    version: int | None = None
    updated: datetime | None = None
    location: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: Content | None = None
