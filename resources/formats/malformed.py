"""Why a body cannot be read at all, in whichever format it came. https://hl7.org/fhir/R4/formats.html"""

from __future__ import annotations

import re

from resources.issues import Issue, Text

DEPTH_LIMIT = 64
"""Levels of objects and lists in JSON; MongoDB holds 100, its envelope and history take some of them."""

MOST_VALUES = 350_000
"""50 for each of the 5,000 entries of the largest Bundle. A body of 10 MB could have 5 million, and cost seconds before
anything is known of it."""

UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What FHIR forbids in strings (below U+0020 but tab, LF, CR) or XML cannot hold. https://hl7.org/fhir/R4/datatypes.html#string"""


class Malformed(ValueError):
    """The body is not well-formed; `issue` says what is wrong and where."""

    def __init__(self, text: Text, expression: str = "") -> None:
        super().__init__(text.en)
        self.issue = Issue("fatal", "structure", text, expression)


class MalformedJson(Malformed):
    """The body is not the JSON that FHIR accepts."""


class MalformedXml(Malformed):
    """The body is not the XML that FHIR accepts."""


def too_deep() -> Text:
    return Text(
        f"The content is nested deeper than {DEPTH_LIMIT} levels",
        f"Isi bersarang lebih dalam dari {DEPTH_LIMIT} tingkat",
    )


def too_many_values() -> Text:
    return Text(
        f"The content has more than {MOST_VALUES:,} values: send it in parts",
        f"Isi memuat lebih dari {MOST_VALUES:,} nilai: kirimkan dalam beberapa bagian".replace(",", "."),
    )


def unusable_character(character: str) -> Text:
    name = f"U+{ord(character):04X}"
    return Text(
        f"The character {name} is not allowed in a text",
        f"Karakter {name} tidak diperbolehkan di dalam teks",
    )


def not_utf8(position: int) -> Text:
    return Text(
        f"The body is not UTF-8: byte {position} cannot be read; FHIR is exchanged in UTF-8 only",
        f"Isi bukan UTF-8: bita ke-{position} tidak dapat dibaca; FHIR hanya dipertukarkan dalam UTF-8",
    )


def shorten(text: str, limit: int = 60) -> str:
    """A piece of foreign input as it may appear in a message: printable and short."""
    shown = text[:limit].encode("unicode_escape").decode("ascii") if not text[:limit].isprintable() else text[:limit]
    return shown + "…" if len(text) > limit else shown
