"""Where somebody signs: place and date, the space for a pen, for the QR code of an electronic signature or for what a
signing service draws, the name."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

from exports.pdf.codes import Symbol
from exports.pdf.fonts import BOLD, REGULAR
from exports.pdf.lines import width, write
from exports.pdf.look import INK, PAPER, QUIET, Look
from exports.pdf.texts import paragraph
from exports.sheet import Code, Signature, Signatures

SPACE = 18
"""Millimetres; also the side of the picture that a signing service draws."""

EDGE = 1.5
ROOM = 1.5 * SPACE + 2 * EDGE
"""For an anchor: the picture has room whether its middle or its lower left corner comes to stand there."""

MIDDLE = 0.35
"""Of the letters above their line, of their size."""

CERTIFIED = "Ditandatangani secara elektronik dengan sertifikat dari Balai Sertifikasi Elektronik (BSrE), BSSN."
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
    anchor = look.anchor if one.code else ""
    name = Table(
        [[paragraph(_line(one.name) or NO_NAME, look.style(BOLD, align="center"))]],
        colWidths=[look.width],
        style=UNDERLINED,
    )
    below = [paragraph(_line(line), look.style(times=0.92, align="center")) for line in one.below]
    if anchor:
        below += [Spacer(0, 3), paragraph(CERTIFIED, look.style(times=0.75, align="center", color=QUIET))]
    return [*above, _space(one.code, anchor, look), name, Spacer(0, 1.5), *below]


def _space(code: str, anchor: str, look: Look) -> Flowable:
    if anchor:
        return Anchor(anchor, look)
    return Symbol(Code("qr", code, SPACE), look.width) if code else Spacer(0, SPACE * mm)


class Anchor(Flowable):  # type: ignore[misc]
    """A character to be found by a program; on paper nothing of it is seen beside the picture that covers it."""

    def __init__(self, anchor: str, look: Look) -> None:
        super().__init__()
        self._anchor = anchor
        self._size = look.size
        self.width, self.height = look.width, ROOM * mm

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        left = (self.width - width(self._anchor, REGULAR, self._size)) / 2
        self.canv.setFillColor(PAPER)
        bottom = (SPACE / 2 + EDGE) * mm - self._size * MIDDLE
        write(self.canv, self._anchor, (left, bottom), (REGULAR, self._size))


def _line(text: str) -> str:
    words = text.replace("\n", " ")
    return words if len(words) <= MOST_LETTERS else f"{words[:MOST_LETTERS]}…"
