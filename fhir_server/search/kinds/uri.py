"""URI search. https://hl7.org/fhir/R4/search.html#uri

URIs are compared exactly; a canonical with a version is found with it and without it.
"""

from __future__ import annotations

from typing import Any

from fhir_server.search.escapes import unescape
from fhir_server.search.fields import Entry, Field, Filter
from fhir_server.search.locality import Locality

MODIFIERS = frozenset[str]()
LIMIT = 1024


def index(type: str, value: Any, field: Field, locality: Locality) -> list[Entry]:
    if not isinstance(value, str):
        return []
    if type == "canonical" and "|" in value:
        return [value.partition("|")[0][:LIMIT], value[:LIMIT]]
    return [value[:LIMIT]]


def match(field: Field, raw: str, modifier: str | None, locality: Locality) -> Filter:
    return {field.path: unescape(raw)[:LIMIT]}
