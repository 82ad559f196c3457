"""A sheet drawn: the same sheet gives the same bytes."""

from __future__ import annotations

import io
from typing import Any

from reportlab import rl_config
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageTemplate, Spacer

from exports.pdf import frames
from exports.pdf.archive import finished
from exports.pdf.blocks import flowables, without_end
from exports.pdf.fonts import BOLD, REGULAR, register
from exports.pdf.look import INK, QUIET, Look
from exports.pdf.papers import PAPERS, Paper
from exports.pdf.texts import paragraph
from exports.sheet import Sheet

LONGEST_ROLL = 3000 * mm


def draw(sheet: Sheet) -> bytes:
    """The PDF. Raises KeyError for a paper that is none."""
    register()
    # Nothing in a document may make the drawing look anywhere else, whatever the defaults of the library are.
    rl_config.trustedHosts, rl_config.trustedSchemes = [], []
    paper = PAPERS[sheet.paper]
    look = Look(paper.width - 2 * paper.margin, sheet.points or paper.text, sheet.anchor)
    story = [*_title(sheet, look, paper), *flowables(sheet.blocks, look)]
    content = _letter(sheet, story, paper) if paper.letter else _small(sheet, story, paper)
    return finished(content, sheet)


def _title(sheet: Sheet, look: Look, paper: Paper) -> list[Flowable]:
    if not paper.letter:
        return []
    title = paragraph(sheet.title.upper(), look.style(BOLD, times=1.3, align="center", color=INK))
    number = [paragraph(sheet.number, look.style(align="center", color=QUIET))] if sheet.number else []
    return [title, *number, Spacer(0, 3 * mm)]


def _letter(sheet: Sheet, story: list[Flowable], paper: Paper) -> bytes:
    """A letterhead on the first page, a foot on all."""
    assert paper.height is not None
    head = frames.head_height(sheet.letterhead, paper)
    first = paper.height - paper.margin * 0.7 - head - 3 * mm
    later = paper.height - paper.margin * 0.75 - 5 * mm
    bottom = frames.FOOT + 4 * mm
    pages = [
        PageTemplate("first", [_frame(paper, bottom, first)], onPage=lambda canvas, _: _first(canvas, sheet, paper)),
        PageTemplate("later", [_frame(paper, bottom, later)], onPage=lambda canvas, _: _later(canvas, sheet, paper)),
    ]
    return _built([NextPageTemplate("later"), *story], (paper.width, paper.height), pages)


def _first(canvas: Canvas, sheet: Sheet, paper: Paper) -> None:
    frames.draw_watermark(canvas, sheet.watermark, paper)
    if sheet.letterhead is not None:
        frames.draw_head(canvas, sheet.letterhead, paper)
    frames.draw_foot(canvas, sheet, paper)


def _later(canvas: Canvas, sheet: Sheet, paper: Paper) -> None:
    frames.draw_watermark(canvas, sheet.watermark, paper)
    frames.draw_subject(canvas, sheet, paper)
    frames.draw_foot(canvas, sheet, paper)


def _small(sheet: Sheet, story: list[Flowable], paper: Paper) -> bytes:
    """A card, a label, or a roll that ends where the text does."""
    width, height, story = paper.width, paper.height, without_end(story)
    if height is None:
        room = width - 2 * paper.margin
        height = sum(_high(flowable, room) for flowable in story) + 2 * paper.margin + 4 * mm
    page = PageTemplate("all", [_frame(paper, paper.margin, height - paper.margin)], pagesize=(width, height))
    return _built(story, (width, height), [page])


def _high(flowable: Flowable, width: float) -> float:
    """With the space around it."""
    high = flowable.wrap(width, LONGEST_ROLL)[1]
    return float(high + flowable.getSpaceBefore() + flowable.getSpaceAfter())


def _frame(paper: Paper, bottom: float, top: float) -> Frame:
    room = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
    return Frame(paper.margin, bottom, paper.width - 2 * paper.margin, top - bottom, **room)


def _built(story: list[Flowable], size: tuple[float, float], pages: list[PageTemplate]) -> bytes:
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=size,
        pageTemplates=pages,
        invariant=1,
    )
    document.build(story, canvasmaker=_Counted)
    return out.getvalue()


class _Counted(Canvas):  # type: ignore[misc]
    """Says at the end how many pages there are."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{**named, "initialFontName": REGULAR, "pdfVersion": (1, 4)})

    def save(self) -> None:
        frames.draw_total(self, self.getPageNumber() - 1)
        super().save()
