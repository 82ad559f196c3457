r"""Separators, and the backslash before those that are none. https://hl7.org/fhir/R4/search.html#escaping"""

from __future__ import annotations

import re

PIECE = re.compile(r"\\.|.", re.DOTALL)


def split(text: str, separator: str) -> list[str]:
    parts = [""]
    for piece in PIECE.findall(text):
        if piece == separator:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def literal(text: str) -> str:
    return "".join(piece[-1] for piece in PIECE.findall(text))


def escaped(text: str) -> str:
    return "".join("\\" + character if character in ",|$\\" else character for character in text)
