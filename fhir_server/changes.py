"""One intended write with its preconditions. Every write of the server is a list of these."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal

from fhir_server.messages import Parameters, Resource

Patch = Callable[[Resource], Resource]
"""Gives the patched copy of a resource; raises a FhirError where the patch does not apply."""

SERVER_MADE = ("AuditEvent",)
"""Types that the server alone makes, and never changes: they tell what others did."""

Method = Literal["create", "update", "patch", "delete"]


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The content of a Binary that lies in the store already: the name of the `file`, its size in bytes, its SHA-256 in
    hexadecimal."""

    file: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Arriving:
    """The content of a Binary that is still being sent, and the `change` that it belongs to, once it has been read."""

    pieces: AsyncIterator[bytes]
    change: Callable[[], Change]


@dataclass(frozen=True, slots=True)
class Change:
    """`id`: None where the server gives one or `criteria` decide; `criteria`: a conditional interaction's search (for a
    create: If-None-Exist); `if_match`: the version that must be current; `full_url`: the entry's name inside a Bundle;
    `place`: where the change stands, for errors (Bundle.entry[3]); `even_if_same`: a new version also where nothing
    differs, so that whoever has read the old one must read again; `content`: of a Binary, instead of its `data`;
    `arriving`: what of a change is still being sent."""

    method: Method
    type: str
    id: str | None = None
    resource: Resource | None = None
    patch: Patch | None = None
    criteria: Parameters | None = None
    if_match: int | None = None
    if_none_match: bool = False
    full_url: str | None = None
    place: str = ""
    even_if_same: bool = False
    content: Uploaded | None = None
    arriving: Arriving | None = None

    @classmethod
    def create(cls, resource: Resource, *, id: str | None = None, if_none_exist: Parameters | None = None) -> Change:
        """A new resource; `id` (default: the resource's own, else the server's choice) must not exist yet."""
        return cls("create", resource["resourceType"], id or resource.get("id"), resource, criteria=if_none_exist)

    @classmethod
    def update(cls, resource: Resource, id: str, *, if_match: int | None = None) -> Change:
        return cls("update", resource["resourceType"], id, resource, if_match=if_match)

    @classmethod
    def delete(cls, type: str, id: str, *, if_match: int | None = None) -> Change:
        return cls("delete", type, id, if_match=if_match)
