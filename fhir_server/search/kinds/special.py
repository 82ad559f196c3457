"""Parameters about the resource as a whole: `_content`, `_text`, `_list`, `_query`; and `near`.

https://hl7.org/fhir/R4/search.html#all
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fhir_server.search import refusals
from fhir_server.search.escapes import unescape
from fhir_server.search.fields import NARRATIVE, WORDS, Criterion, Field, Filter, fields
from fhir_server.search.kinds import near, words
from fhir_server.search.kinds.simple import MATCHES
from fhir_server.search.locality import Locality
from fhir_server.search.named import CURRENT, NAMED, Row
from fhir_server.search.terminology import FUNCTIONAL, ListNeed


def match(field: Field, raw: str, modifier: str | None, locality: Locality) -> Filter:
    match field.code:
        case "near":
            return near.match(field, raw)
        case "_list":
            return _members(field, raw, locality)
        case "_query":
            return _named(field, raw, locality)
    return words.match(field, raw)


def score(criteria: Iterable[Criterion]) -> Any:
    """The expression for which share of the words asked for a resource has, 0 to 1; None where none were asked for."""
    asked = {
        word
        for one in criteria
        if one.field.path in (WORDS, NARRATIVE) and one.modifier is None
        for value in one.values
        for part in words.alternatives(value, one.field)
        for word in part
    }
    if not asked:
        return None
    there = {"$size": {"$setIntersection": [{"$ifNull": [f"${WORDS}", []]}, sorted(asked)]}}
    return {"$round": [{"$divide": [there, len(asked)]}, 4]}


def _members(field: Field, raw: str, locality: Locality) -> Filter:
    """Those of this type that a stored List has, or one of the current lists."""
    (type,) = field.parameter.target
    if raw.startswith(FUNCTIONAL):
        return _standing_for(raw, CURRENT.get(type, {}), field, locality)
    members = locality.known.members[ListNeed(unescape(raw))]
    ids = sorted(one.partition("/")[2] for one in members if one.partition("/")[0] == type)
    return {field.path: {"$in": ids}}


def _named(field: Field, raw: str, locality: Locality) -> Filter:
    (type,) = field.parameter.target
    return _standing_for(raw, NAMED[type], field, locality)


def _standing_for(raw: str, known: Mapping[str, Row], field: Field, locality: Locality) -> Filter:
    (type,) = field.parameter.target
    if raw not in known:
        names = ", ".join(known) or "-"
        raise refusals.wrong_value(field.code, raw, f"one of {names}", f"salah satu dari {names}")
    parts = []
    for code, modifier, value in known[raw]:
        one = fields(type)[code]
        found = {"$or": [MATCHES[one.parameter.type](one, part, None, locality) for part in value.split(",")]}
        parts.append({"$nor": [found]} if modifier == "not" else found)
    return {"$and": parts}
