"""The words of a resource, for `_content`, `_text` and codes by their texts. https://hl7.org/fhir/R4/search.html#content

Words are those of human language: of strings, markdown and the narrative, folded as strings are; codes, identifiers,
numbers, dates and URLs have parameters of their own.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import chain
from typing import Any

from fhir_server.messages import Resource
from fhir_server.search import refusals
from fhir_server.search.escapes import unescape
from fhir_server.search.fields import NARRATIVE, WORDS, Field, Filter
from fhir_server.search.kinds.string import AFTER_ALL, fold
from resources.definitions.structure import UnknownType, definition, primitive_types

MOST_WORDS, MOST_LETTERS, MOST_ASKED = 2_000, 64, 50
SHORT = 200
TEXT, HTML = "text", "html"
_KINDS = {"string": TEXT, "markdown": TEXT, "xhtml": HTML}
_NO_LANGUAGE = frozenset({"id", "reference", "unit", "value"})
"""Strings by their type that are ids, URLs, codes, and the values of identifiers and telecoms."""
_TAG = re.compile(r"<[^>]*>")
_OR = re.compile(r"\s+or\s+", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)


def words(text: str) -> tuple[str, ...]:
    """The words of a text; a long one counts with its first letters."""
    return _known_words(text) if len(text) <= SHORT else _words(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word[:MOST_LETTERS] for word in fold(text).split())


_known_words = lru_cache(maxsize=8192)(_words)


def index(resource: Resource) -> dict[str, list[str]]:
    """The words of the whole resource and those of its narrative; nothing where there are none."""
    texts: list[str] = []
    _collect(resource["resourceType"], resource, texts)
    found = dict.fromkeys(chain.from_iterable(map(words, texts)))
    told = {"words": list(found)[:MOST_WORDS]} if found else {}
    narrative = resource.get("text")
    if isinstance(narrative, dict) and isinstance(narrative.get("div"), str):
        told["narrative"] = list(dict.fromkeys(words(plain(narrative["div"]))))[:MOST_WORDS]
    return told


def plain(div: str) -> str:
    """The text of a narrative without its mark-up."""
    return html.unescape(_TAG.sub(" ", div))


def _collect(type: str, value: Mapping[str, Any], texts: list[str]) -> None:
    table = _table(value.get("resourceType", type) if type == "Resource" else type)
    for key, found in value.items():
        if key in table:
            kind = table[key]
            if found.__class__ is list:
                for one in found:
                    if one.__class__ is dict:
                        _collect(kind, one, texts)
                    elif one.__class__ is str:
                        texts.append(one if kind is not HTML else plain(one))
            elif found.__class__ is dict:
                _collect(kind, found, texts)
            elif found.__class__ is str:
                texts.append(found if kind is not HTML else plain(found))


@cache
def _table(type: str) -> Mapping[str, str]:
    """JSON property -> text, html or the type of the object that it holds; other properties have no words."""
    try:
        properties = definition(type).properties
    except (UnknownType, TypeError):
        return {}
    kinds = {key: _KINDS.get(kind, kind) for key, (_, kind) in properties.items() if key not in _NO_LANGUAGE}
    return {key: kind for key, kind in kinds.items() if kind not in primitive_types()}


def match(field: Field, raw: str) -> Filter:
    """Words that all must be there; `or` between them; quotation marks and `and` make no difference."""
    found = [_all(asked, field) for asked in alternatives(raw, field)]
    return found[0] if len(found) == 1 else {"$or": found}


def alternatives(raw: str, field: Field) -> list[tuple[str, ...]]:
    """The words of a search value; raises InvalidParameter where there are none, or too many."""
    parts = [words(_AND.sub(" ", part)) for part in _OR.split(unescape(raw).strip())]
    if not all(parts):
        raise refusals.wrong_value(field.code, raw, "words, with or between them", "kata, atau kata dengan or")
    if sum(map(len, parts)) > MOST_ASKED:
        raise refusals.too_much(field.code, "words", "kata", MOST_ASKED)
    return parts


def _all(asked: tuple[str, ...], field: Field) -> Filter:
    paths = (WORDS, NARRATIVE) if field.path == NARRATIVE else (WORDS,)
    conditions: list[Filter] = [{path: word} for path in paths for word in dict.fromkeys(asked)]
    return conditions[0] if len(conditions) == 1 else {"$and": conditions}


def beginning(key: str) -> Filter | None:
    """What the words of a resource must be, where one of its texts begins with this folded text; None for no text."""
    first, more, _ = key.partition(" ")
    if not first:
        return None
    word = first[:MOST_LETTERS]
    return {WORDS: word} if more else {WORDS: {"$elemMatch": {"$gte": word, "$lt": word + AFTER_ALL}}}
