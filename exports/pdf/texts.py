"""Paragraphs of values, escaped; long ones in parts that a page can hold."""

from __future__ import annotations

from collections.abc import Iterator

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from exports.pdf.markup import markup

MOST_CHARACTERS = 4000
"""In one reportlab paragraph: it lays out each anew for every page that it goes over."""


def paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(markup(text, style.fontName), style)


def paragraphs(text: str, style: ParagraphStyle) -> list[Paragraph]:
    return [paragraph(part, style) for part in parts(text, MOST_CHARACTERS)]


def parts(text: str, most: int) -> Iterator[str]:
    """The text in parts of at most so many characters, parted at a space where there is one in the second half."""
    while len(text) > most:
        end = max(text.rfind(" ", most // 2, most), text.rfind("\n", most // 2, most))
        end = end if end > 0 else most
        yield text[:end]
        text = text[end:].lstrip(" \n") if end < most else text[end:]
    yield text
