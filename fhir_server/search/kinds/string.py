"""String search. https://hl7.org/fhir/R4/search.html#string

An entry is the folded value, NUL, the value as it is: a prefix is a range of entries, `:exact` an equality; `:text`
asks for all of its words, in any order. Of some fields the first letters are kept too: with these a short prefix is an
equality, through which an index goes in the order of ids. Of others the text is kept too, if there is but one: what is
no list can stand in one index with a list.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from fhir_server.search.escapes import unescape
from fhir_server.search.fields import Entry, Field, Filter
from fhir_server.search.locality import Locality

MODIFIERS = frozenset({"exact", "contains", "text"})
LIMIT = 512
SHORT = 128
FEWEST, MOST = 3, 8
"""Letters: with fewer so many begin that a page is soon full, with more so few that all of them are soon read."""

SEVERAL = "*"
"""No folded text is this."""

AFTER_ALL = "\U0010ffff"
PARTS = {
    "HumanName": ("text", "family", "given", "prefix", "suffix"),
    "Address": ("text", "line", "city", "district", "state", "country", "postalCode"),
}
_APOSTROPHES = "'’‘ʼ`´"
_PLAIN = {
    code: None if chr(code) in _APOSTROPHES else chr(code).lower() if chr(code).isalnum() else " "
    for code in range(128)
}
_PLAIN |= {ord(character): character for character in "$+<=>^|~"}


def fold(text: str) -> str:
    """What is left when case, accents, punctuation and the amount of white space do not count."""
    if text.isascii():
        return " ".join(text.translate(_PLAIN).split())
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    table = {ord(character): _folded(character) for character in set(letters)}
    return " ".join(letters.translate(table).split())


def _folded(character: str) -> str:
    category = unicodedata.category(character)[0]
    if category == "M" or character in _APOSTROPHES:
        return ""
    return " " if category in "PZC" else character


def entry(value: str) -> str:
    """A long value counts with its first LIMIT characters."""
    return f"{folded_text(value)}\0{value[:LIMIT]}"


def folded_text(text: str) -> str:
    """The same as `folded`, remembered: a resource tells a name for several parameters, a hospital has few codes."""
    return _remembered(text) if len(text) <= SHORT else folded(text)


def folded(value: str) -> str:
    return fold(value[:LIMIT])[:LIMIT]


_remembered = lru_cache(maxsize=4096)(folded)


def index(type: str, value: Any, field: Field, locality: Locality) -> list[Entry]:
    if isinstance(value, str):
        return [entry(value)]
    texts = []
    for part in PARTS.get(type, ()):
        found = value.get(part)
        texts += found if isinstance(found, list) else [found]
    return [entry(text) for text in texts if isinstance(text, str)]


def beginnings(entries: Iterable[Entry]) -> list[str]:
    """The first letters of entries: all that a prefix of FEWEST to MOST letters can be."""
    texts = dict.fromkeys(entry.partition("\0")[0] for entry in entries)
    found = (text[:length] for text in texts for length in range(FEWEST, min(len(text), MOST) + 1))
    return [beginning for beginning in dict.fromkeys(found) if not beginning.endswith(" ")]


def only(entries: Iterable[Entry]) -> str:
    """The one folded text of entries, or SEVERAL."""
    first, *more = {entry.partition("\0")[0] for entry in entries}
    return SEVERAL if more else first


def match(field: Field, raw: str, modifier: str | None, locality: Locality) -> Filter:
    value = unescape(raw)
    key = folded(value)
    if modifier == "exact":
        return {field.path: entry(value)}
    if key == "":
        return {field.path: {"$elemMatch": {"$gte": "\0", "$lt": "\x01"}}}
    if modifier == "text":
        each = "".join(rf"(?=(?:[^\x00]* )?{re.escape(word)}[ \x00])" for word in dict.fromkeys(key.split()))
        return {field.path: {"$regex": f"^{each}"}}
    if modifier == "contains":
        return {field.path: {"$regex": rf"^[^\x00]*{re.escape(key)}"}}
    if field.beginnings and FEWEST <= len(key) <= MOST:
        return {field.beginnings: key}
    return {field.path: {"$elemMatch": {"$gte": key, "$lt": key + AFTER_ALL}}}
