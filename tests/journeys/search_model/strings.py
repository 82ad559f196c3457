"""Strings without case, accents and punctuation. https://hl7.org/fhir/R4/search.html#string

Our choices: apostrophes vanish (Ma'ruf is Maruf), other punctuation separates words; symbols count; all parts of a name
and an address count, `text` too; `:text` asks for all words, in any order.
"""

from __future__ import annotations

import unicodedata
from typing import Any

SEARCHED = {
    "HumanName": {"text", "family", "given", "prefix", "suffix"},
    "Address": {"text", "line", "city", "district", "state", "country", "postalCode"},
}
APOSTROPHES = {"APOSTROPHE", "LEFT SINGLE QUOTATION MARK", "RIGHT SINGLE QUOTATION MARK", "GRAVE ACCENT"}
APOSTROPHES |= {"ACUTE ACCENT", "MODIFIER LETTER APOSTROPHE"}


def plain(text: str) -> str:
    kept = ""
    for character in unicodedata.normalize("NFD", text):
        for one in unicodedata.normalize("NFKD", character.casefold()):
            kept += _plain(one)
    return " ".join(kept.split())


def _plain(character: str) -> str:
    if unicodedata.combining(character) or unicodedata.name(character, "") in APOSTROPHES:
        return ""
    return " " if unicodedata.category(character)[0] in "PZ" else character


def texts(type: str, value: Any) -> list[str]:
    if type not in SEARCHED:
        return [value]
    found = [value[part] for part in value if part in SEARCHED[type]]
    return [text for one in found for text in (one if isinstance(one, list) else [one])]


def compared(text: str, operator: str, wanted: str) -> bool:
    """What the operators of `_filter` say of texts."""
    text, wanted = plain(text), plain(wanted)
    return {
        "eq": text == wanted,
        "ne": text != wanted,
        "co": wanted in text,
        "sw": text.startswith(wanted),
        "ew": text.endswith(wanted),
    }[operator]


def matches(text: str, wanted: str, modifier: str) -> bool:
    if modifier == "exact":
        return text == wanted
    if not plain(wanted):
        return not plain(text)
    if modifier == "text":
        return set(plain(wanted).split()) <= set(plain(text).split())
    return plain(wanted) in plain(text) if modifier == "contains" else plain(text).startswith(plain(wanted))
