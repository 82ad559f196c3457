"""The identifiers of a resource, read from JSON that may have any shape. https://hl7.org/fhir/R4/datatypes.html#Identifier"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple


class Identifier(NamedTuple):
    """`place`: its index in the list. `current`: not marked as old."""

    place: int
    system: str
    value: str
    current: bool

    @property
    def key(self) -> str:
        return f"{self.system}|{self.value}"


def identifiers(resource: Any) -> Iterator[Identifier]:
    listed = resource.get("identifier") if isinstance(resource, dict) else None
    for place, row in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(row, dict):
            system, value = row.get("system"), row.get("value")
            if isinstance(system, str) and isinstance(value, str):
                yield Identifier(place, system, value, row.get("use") != "old")
