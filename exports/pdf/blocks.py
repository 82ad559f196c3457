"""Each kind of block of a sheet as what reportlab flows into pages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import CondPageBreak, Flowable, HRFlowable, KeepTogether, PageBreak, Spacer
from reportlab.platypus import Table as Grid

from exports import sheet
from exports.pdf.blanks import Dotted
from exports.pdf.codes import Symbol
from exports.pdf.fonts import BOLD, ITALIC, REGULAR
from exports.pdf.lines import Fitted
from exports.pdf.look import ACCENT, INK, LINE, QUIET, TONES, Look
from exports.pdf.plots import Curve
from exports.pdf.signatures import signatures
from exports.pdf.tables import grid
from exports.pdf.texts import MOST_CHARACTERS, paragraph, paragraphs

GAP = 4
BLANK = 1.8
"""Height of a row that is filled in by hand, of the size of its letters."""

LABEL_SHARE = {1: 0.27, 2: 0.36}
"""Of the width, in one and in two columns, at least; a longer label has more, up to the half."""

LABEL_GAP = 4
LETTERS = 20
"""In a line of half a page at least."""

MOST_LINES = 40
BARE = [
    ("FONTNAME", (0, 0), (-1, -1), REGULAR),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
]
"""A grid that is only there to set side by side."""

FRAME_PADDING = 4
FRAME = [
    ("FONTNAME", (0, 0), (-1, -1), REGULAR),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), FRAME_PADDING),
    ("RIGHTPADDING", (0, 0), (-1, -1), FRAME_PADDING),
    ("TOPPADDING", (0, 0), (-1, -1), 2.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
]


def flowables(blocks: Iterable[sheet.Block], look: Look) -> list[Flowable]:
    found: list[Flowable] = []
    for block in blocks:
        if isinstance(block, sheet.NewPage):
            found = without_end(found)
        found += flow(block, look)
    return found


def _inside(blocks: Iterable[sheet.Block], look: Look) -> list[Flowable]:
    """What is kept together by what is around it: inside of that, another KeepTogether says that it fits nowhere."""
    found: list[Flowable] = []
    for flowable in flowables(blocks, look):
        found += flowable._content if isinstance(flowable, KeepTogether) else [flowable]
    return found


def without_end(found: list[Flowable]) -> list[Flowable]:
    """Without the space before what would follow."""
    while found and isinstance(found[-1], Spacer):
        found = found[:-1]
    return found


@singledispatch
def flow(block: object, look: Look) -> list[Flowable]:
    raise TypeError(block)


@flow.register
def _(block: sheet.Heading, look: Look) -> list[Flowable]:
    text = paragraph(block.text, look.style(BOLD, times=1.05, color=ACCENT))
    line = HRFlowable(width="100%", thickness=0.5, color=LINE, spaceBefore=1, spaceAfter=3)
    return [CondPageBreak(45), Spacer(0, GAP), text, line]


@flow.register
def _(block: sheet.Paragraph, look: Look) -> list[Flowable]:
    styles = {
        "body": look.style(),
        "center": look.style(align="center"),
        "strong": look.style(BOLD),
        "quiet": look.style(ITALIC, times=0.92, color=QUIET),
        "small": look.style(times=0.82, color=QUIET),
    }
    return [*paragraphs(block.text, styles[block.style]), Spacer(0, GAP / 2)]


@flow.register
def _(block: sheet.Fields, look: Look) -> list[Flowable]:
    """Column by column: what belongs together is read from top to bottom. In one where two would not fit on a page."""
    if block.columns == 1 or _lines(block) > MOST_LINES:
        return [*_pairs(block.rows, look, LABEL_SHARE[1]), Spacer(0, GAP)]
    half = (len(block.rows) + 1) // 2
    narrow = look.narrowed(look.width / 2 - 4)
    columns = [_pairs(rows, narrow, LABEL_SHARE[2]) for rows in (block.rows[:half], block.rows[half:])]
    return [_beside(columns, [look.width / 2, look.width / 2]), Spacer(0, GAP)]


def _is_long(text: str) -> bool:
    """Whether it may need more room than one row of a grid, which never goes on on the next page, should have."""
    return len(text) > MOST_CHARACTERS // 4 or text.count("\n") >= 20


def _lines(block: sheet.Fields) -> int:
    """About how many lines its values would have in two columns."""
    return sum(len(value) // LETTERS + value.count("\n") + 1 for _, value in block.rows)


def _pairs(rows: Iterable[tuple[str, str]], look: Look, share: float) -> list[Flowable]:
    """One grid for all rows; a value too long for it stands below its label."""
    rows = list(rows)
    widest = max((stringWidth(label, REGULAR, look.size) for label, _ in rows), default=0) + LABEL_GAP
    width = min(max(look.width * share, widest), look.width / 2)
    widths = [width, 8, look.width - width - 8]
    found: list[Flowable] = []
    short: list[list[Any]] = []
    for label, value in rows:
        if not _is_long(value):
            shown = paragraph(value, look.style()) if value else Dotted(widths[2] - 2, look.size * BLANK)
            short.append([paragraph(label, look.style(color=QUIET)), ":", shown])
            continue
        found += _grids(short, widths, look)
        short = []
        found += [paragraph(f"{label} :", look.style(color=QUIET)), *paragraphs(value, look.style())]
    return found + _grids(short, widths, look)


def _grids(rows: list[list[Any]], widths: list[float], look: Look) -> list[Flowable]:
    font = [("FONT", (1, 0), (1, -1), REGULAR, look.size, look.size * 1.36), ("TEXTCOLOR", (1, 0), (1, -1), QUIET)]
    blank = [
        ("VALIGN", (0, number), (-1, number), "BOTTOM") for number, row in enumerate(rows) if isinstance(row[2], Dotted)
    ]
    return [Grid(rows, colWidths=widths, style=[*BARE, *font, *blank])] if rows else []


@flow.register
def _(block: sheet.Lines, look: Look) -> list[Flowable]:
    return [*(Dotted(look.width) for _ in range(block.count)), Spacer(0, GAP)]


@flow.register
def _(block: sheet.Items, look: Look) -> list[Flowable]:
    found: list[Flowable] = []
    for number, item in enumerate(block.items, 1):
        sign = f"{number}." if block.numbered else "•"
        if _is_long(item):
            found += paragraphs(f"{sign} {item}", look.style())
            continue
        font = [("FONT", (0, 0), (0, -1), REGULAR, look.size, look.size * 1.36), ("TEXTCOLOR", (0, 0), (0, -1), QUIET)]
        shown = paragraph(item, look.style())
        found.append(Grid([[sign, shown]], colWidths=[16, look.width - 16], style=[*BARE, *font]))
    return [*found, Spacer(0, GAP / 2)]


@flow.register
def _(block: sheet.Table, look: Look) -> list[Flowable]:
    return [grid(block, look), Spacer(0, GAP)]


@flow.register
def _(block: sheet.Plot, look: Look) -> list[Flowable]:
    return [Curve(block, look.width), Spacer(0, GAP)]


@flow.register
def _(block: sheet.Signatures, look: Look) -> list[Flowable]:
    return [Spacer(0, GAP * 2), signatures(block, look)]


@flow.register
def _(block: sheet.Code, look: Look) -> list[Flowable]:
    caption = [paragraph(block.caption, look.style(times=0.9, align=block.align))] if block.caption else []
    return [Symbol(block, look.width), *caption]


@flow.register
def _(block: sheet.Big, look: Look) -> list[Flowable]:
    return [paragraph(block.text, Look(look.width, block.points).style(BOLD, align="center", color=INK))]


@flow.register
def _(block: sheet.Line, look: Look) -> list[Flowable]:
    return [Fitted(block, look.width)]


@flow.register
def _(_: sheet.Rule, look: Look) -> list[Flowable]:
    return [HRFlowable(width="100%", thickness=0.6, color=LINE, spaceBefore=2, spaceAfter=3)]


@flow.register
def _(block: sheet.Space, _: Look) -> list[Flowable]:
    return [Spacer(0, block.millimetres * mm)]


@flow.register
def _(_block: sheet.NewPage, _: Look) -> list[Flowable]:
    return [PageBreak()]


@flow.register
def _(block: sheet.Beside, look: Look) -> list[Flowable]:
    widths = [look.width * block.share, look.width * (1 - block.share)]
    columns = [
        without_end(_inside(blocks, look.narrowed(width - 4)))
        for blocks, width in zip((block.left, block.right), widths, strict=True)
    ]
    return [_beside(columns, widths), Spacer(0, GAP)]


@flow.register
def _(block: sheet.Together, look: Look) -> list[Flowable]:
    return [KeepTogether(_inside(block.blocks, look))]


@flow.register
def _(block: sheet.Framed, look: Look) -> list[Flowable]:
    inside = without_end(_inside(block.blocks, look.narrowed(look.width - 2 * FRAME_PADDING)))
    edge = [("BOX", (0, 0), (-1, -1), 1, TONES[block.tone]), *FRAME]
    height = block.height * mm or None
    return [Grid([[inside]], colWidths=[look.width], rowHeights=[height], style=edge)]


def _beside(columns: list[list[Flowable]], widths: list[float]) -> Flowable:
    return Grid([columns], colWidths=widths, style=BARE)
