r"""Separators in search values, and the escapes \, \| \$ \\ . https://hl7.org/fhir/R4/search.html#escaping"""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\([,|$\\])")


def split(raw: str, separator: str) -> list[str]:
    """The parts between separators that are not escaped; the parts keep their escapes."""
    if "\\" not in raw:
        return raw.split(separator)
    parts, start, position = [], 0, 0
    while position < len(raw):
        if raw[position] == "\\":
            position += 1
        elif raw[position] == separator:
            parts.append(raw[start:position])
            start = position + 1
        position += 1
    return [*parts, raw[start:]]


def unescape(raw: str) -> str:
    return _ESCAPE.sub(r"\1", raw) if "\\" in raw else raw


def escape(text: str) -> str:
    """The text as a search value that means exactly this text."""
    return re.sub(r"([,|$\\])", r"\\\1", text)
