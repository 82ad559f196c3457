"""Compares ranges: what is stored as {lo, hi} with the range that a search value means. https://hl7.org/fhir/R4/search.html#prefix"""

from __future__ import annotations

import re
from typing import Any

from fhir_server.search.fields import Field, Filter

PREFIX = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)", re.DOTALL)


def prefixed(raw: str) -> tuple[str, str]:
    """The prefix (eq where there is none) and the rest."""
    found = PREFIX.match(raw)
    return (found[1] or "eq", found[2]) if found else ("eq", raw)


def compare(prefix: str, low: Any, high: Any, *, open: bool = False) -> Filter:
    """A condition on the `lo` and `hi` of one entry; bounds are inclusive, `high` is exclusive where `open`.

    Bounds that follow from the others are written out so that one index scan has both ends.
    """
    inside, outside = ("$lt", "$gte") if open else ("$lte", "$gt")
    match prefix:
        case "eq":
            return {"lo": {"$gte": low, inside: high}, "hi": {"$gte": low, inside: high}}
        case "ne":
            return {"$or": [{"lo": {"$lt": low}}, {"hi": {outside: high}}]}
        case "gt":
            return {"hi": {"$gt": high}}
        case "lt":
            return {"lo": {"$lt": low}}
        case "ge":
            return {"hi": {"$gte": low}, "$or": [{"hi": {"$gt": high}}, {"lo": {"$gte": low}}]}
        case "le":
            return {"lo": {"$lte": high}, "$or": [{"lo": {"$lt": low}}, {"hi": {"$lte": high}}]}
        case "sa":
            return {"lo": {"$gt": high}}
        case "eb":
            return {"hi": {"$lt": low}}
    return {"hi": {"$gte": low}, "lo": {"$lte": high}}


def place(condition: Filter, field: Field) -> Filter:
    """The condition on one entry as a filter on the document, for each way that entries are stored."""
    if field.layout == "list":
        return {field.path: {"$elemMatch": condition}}
    return {"$and": [_placed(key, value, field) for key, value in condition.items()]}


def _placed(key: str, value: Any, field: Field) -> Filter:
    if key.startswith("$"):
        return {key: [place(part, field) for part in value]}
    return {field.path if field.layout == "scalar" else f"{field.path}.{key}": value}
