"""URI search. https://hl7.org/fhir/R4/search.html#uri

URIs are compared exactly; a canonical with a version is found with it and without it. `:below` a URL are those that
go on behind a slash; `:above` it are those that it goes on from.
"""

from __future__ import annotations

from typing import Any

from fhir_server.search.escapes import unescape
from fhir_server.search.fields import Entry, Field, Filter
from fhir_server.search.locality import Locality

MODIFIERS = frozenset({"above", "below"})
LIMIT = 1024
MOST_STEPS = 100


def index(type: str, value: Any, field: Field, locality: Locality) -> list[Entry]:
    if not isinstance(value, str):
        return []
    if type == "canonical" and "|" in value:
        return [value.partition("|")[0][:LIMIT], value[:LIMIT]]
    return [value[:LIMIT]]


def match(field: Field, raw: str, modifier: str | None, locality: Locality) -> Filter:
    value = unescape(raw)[:LIMIT]
    if modifier == "below":
        stem = value.removesuffix("/")
        deeper = {"$elemMatch": {"$gte": f"{stem}/", "$lt": f"{stem}0"}}
        return {"$or": [{field.path: stem}, {field.path: deeper}]}
    if modifier == "above":
        return {field.path: {"$in": _above(value)}}
    return {field.path: value}


def _above(value: str) -> list[str]:
    """The URL, and what stands before each of its slashes behind the host; with and without that slash."""
    scheme, separator, rest = value.partition("://")
    start = len(scheme) + len(separator) if rest else 0
    slashes = [position for position in range(start, len(value)) if value[position] == "/"]
    return [value, *(value[:end] for position in slashes[-MOST_STEPS:] for end in (position, position + 1))]
