"""The fonts that come along, and which of them can write what. Noto Sans; DejaVu Sans for what it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

import arabic_reshaper
from bidi.algorithm import get_display
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).with_name("fonts")
REGULAR, BOLD, ITALIC, OTHER = "NotoSans-Regular", "NotoSans-Bold", "NotoSans-Italic", "DejaVuSans"
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
"""Stands for what no font here can write: better than a black box."""

NOT_WRITTEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff9-\ufffb]"
)
"""Control characters, and those that turn the direction of what follows."""

RIGHT_TO_LEFT = re.compile(
    r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe]+(?:[\s\d.,-]+[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe]+)*"
)


@cache
def register() -> None:
    """Makes the fonts known to reportlab, once for each process."""
    for name in (REGULAR, BOLD, ITALIC, OTHER):
        pdfmetrics.registerFont(TTFont(name, FOLDER / f"{name}.ttf"))


@cache
def _written(font: str) -> frozenset[int]:
    register()
    found = pdfmetrics.getFont(font)
    assert isinstance(found, TTFont)
    return frozenset(found.face.charToGlyph)


def runs(text: str, font: str) -> Iterator[tuple[str, str]]:
    """(font, text) one after the other: the text as it is drawn from left to right, in fonts that have its letters."""
    shown = RIGHT_TO_LEFT.sub(_shaped, NOT_WRITTEN.sub("", text))
    placed = (_placed(character, font) for character in shown)
    for name, group in groupby(placed, key=lambda pair: pair[0]):
        yield name, "".join(character for _, character in group)


def _placed(character: str, font: str) -> tuple[str, str]:
    code = ord(character)
    if code in _written(font) or character in "\n\t":
        return font, character
    return (OTHER, character) if code in _written(OTHER) else (OTHER, UNKNOWN)


def _shaped(found: re.Match[str]) -> str:
    shown = get_display(arabic_reshaper.reshape(found.group()))
    assert isinstance(shown, str)
    return shown
