"""The only way by which a value gets into reportlab's markup: escaped, with fonts that can write it."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from exports.pdf.fonts import runs

LONGEST_WORD = 48
_LONG = re.compile(rf"\S{{{LONGEST_WORD}}}(?=\S)")


def markup(text: str, font: str) -> str:
    """The text for a reportlab Paragraph in this font, which reads nothing in it but the text. Words too long for a
    line are parted; lines stay lines."""
    parted = _LONG.sub(lambda found: f"{found.group()} ", text)
    return "".join(_run(name, run, font) for name, run in runs(parted, font))


def _run(name: str, text: str, font: str) -> str:
    safe = escape(text).replace("\n", "<br/>").replace("\t", " ")
    return safe if name == font else f'<font name="{name}">{safe}</font>'
