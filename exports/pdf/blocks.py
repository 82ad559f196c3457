"""Each kind of block of a sheet as what reportlab flows into pages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, HRFlowable, KeepTogether, PageBreak, Spacer
from reportlab.platypus import Table as Grid

from exports import sheet
from exports.pdf.blanks import Dotted
from exports.pdf.codes import Symbol
from exports.pdf.fonts import BOLD, ITALIC, REGULAR
from exports.pdf.look import ACCENT, INK, LINE, QUIET, Look
from exports.pdf.plots import Curve
from exports.pdf.signatures import signatures
from exports.pdf.tables import grid
from exports.pdf.texts import MOST_CHARACTERS, paragraph, paragraphs

GAP = 4
BLANK = 1.8
"""Height of a row that is filled in by hand, of the size of its letters."""

LABEL_SHARE = {1: 0.27, 2: 0.36}
BARE = [
    ("FONTNAME", (0, 0), (-1, -1), REGULAR),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
]
"""A grid that is only there to set side by side."""


def flowables(blocks: Iterable[sheet.Block], look: Look) -> list[Flowable]:
    return [flowable for block in blocks for flowable in flow(block, look)]


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
    """Column by column: what belongs together is read from top to bottom."""
    if block.columns == 1:
        return [*_pairs(block.rows, look, LABEL_SHARE[1]), Spacer(0, GAP)]
    half = (len(block.rows) + 1) // 2
    narrow = look.narrowed(look.width / 2 - 4)
    columns = [_pairs(rows, narrow, LABEL_SHARE[2]) for rows in (block.rows[:half], block.rows[half:])]
    return [_beside(columns, [look.width / 2, look.width / 2]), Spacer(0, GAP)]


def _pairs(rows: Iterable[tuple[str, str]], look: Look, share: float) -> list[Flowable]:
    """One grid for all rows; a value too long for it stands below its label."""
    widths = [look.width * share, 8, look.width * (1 - share) - 8]
    found: list[Flowable] = []
    short: list[list[Any]] = []
    for label, value in rows:
        if len(value) <= MOST_CHARACTERS // 4 and value.count("\n") < 20:
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
        first, *others = paragraphs(item, look.style())
        font = [("FONT", (0, 0), (0, -1), REGULAR, look.size, look.size * 1.36), ("TEXTCOLOR", (0, 0), (0, -1), QUIET)]
        found += [Grid([[sign, first]], colWidths=[16, look.width - 16], style=[*BARE, *font]), *others]
    return [*found, Spacer(0, GAP / 2)]


@flow.register
def _(block: sheet.Table, look: Look) -> list[Flowable]:
    return [grid(block, look), Spacer(0, GAP)]


@flow.register
def _(block: sheet.Plot, look: Look) -> list[Flowable]:
    return [Curve(block, look.width), Spacer(0, GAP)]


@flow.register
def _(block: sheet.Signatures, look: Look) -> list[Flowable]:
    return [Spacer(0, GAP * 2), KeepTogether([signatures(block, look)])]


@flow.register
def _(block: sheet.Code, look: Look) -> list[Flowable]:
    caption = [paragraph(block.caption, look.style(times=0.9, align=block.align))] if block.caption else []
    return [Symbol(block, look.width), *caption]


@flow.register
def _(block: sheet.Big, look: Look) -> list[Flowable]:
    return [paragraph(block.text, Look(look.width, block.points).style(BOLD, align="center", color=INK))]


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
        flowables(blocks, look.narrowed(width - 4))
        for blocks, width in zip((block.left, block.right), widths, strict=True)
    ]
    return [_beside(columns, widths), Spacer(0, GAP)]


@flow.register
def _(block: sheet.Together, look: Look) -> list[Flowable]:
    return [KeepTogether(flowables(block.blocks, look))]


def _beside(columns: list[list[Flowable]], widths: list[float]) -> Flowable:
    return Grid([columns], colWidths=widths, style=BARE)
