"""Where somebody signs: place and date, the space for a pen or the QR code of an electronic signature, the name."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

from exports.pdf.codes import Symbol
from exports.pdf.fonts import BOLD, REGULAR
from exports.pdf.look import INK, Look
from exports.pdf.texts import paragraph
from exports.sheet import Code, Signature, Signatures

SPACE = 18
NO_NAME = "\N{NO-BREAK SPACE}"
"""As high as a name, so that the line below it stands where it would."""

MOST_LETTERS = 160
"""Of a line: what is longer would not fit on one page with the space above it."""

CENTRED = [
    ("FONTNAME", (0, 0), (-1, -1), REGULAR),
    ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
    ("LEFTPADDING", (0, 0), (-1, -1), 4),
    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
]

UNDERLINED = [
    ("FONTNAME", (0, 0), (-1, -1), REGULAR),
    ("LINEBELOW", (0, 0), (0, 0), 0.6, INK),
    ("BOTTOMPADDING", (0, 0), (0, 0), 1),
    ("TOPPADDING", (0, 0), (0, 0), 0),
]


def signatures(block: Signatures, look: Look) -> Table:
    """As columns; one alone in the right half."""
    count = max(len(block.who), 2)
    width = look.width / count
    columns = [_signature(one, look.narrowed(width - 8)) for one in block.who]
    return Table([[""] * (count - len(columns)) + columns], colWidths=[width] * count, style=CENTRED)


def _signature(one: Signature, look: Look) -> list[Flowable]:
    above = [paragraph(_line(line), look.style(align="center")) for line in one.above]
    space = Symbol(Code("qr", one.code, SPACE), look.width) if one.code else Spacer(0, SPACE * mm)
    name = Table(
        [[paragraph(_line(one.name) or NO_NAME, look.style(BOLD, align="center"))]],
        colWidths=[look.width],
        style=UNDERLINED,
    )
    below = [paragraph(_line(line), look.style(times=0.92, align="center")) for line in one.below]
    return [*above, space, name, Spacer(0, 1.5), *below]


def _line(text: str) -> str:
    words = text.replace("\n", " ")
    return words if len(words) <= MOST_LETTERS else f"{words[:MOST_LETTERS]}…"
