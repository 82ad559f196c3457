"""What stands on each page around the text: the letterhead on the first, who it is about on all, page x of y, the
watermark, the code that leads to the check of its genuineness."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from PIL import Image
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth

from exports.pdf.codes import draw_qr
from exports.pdf.fonts import BOLD, REGULAR, runs
from exports.pdf.lines import write
from exports.pdf.look import ACCENT, INK, LINE, QUIET, WATERMARK
from exports.pdf.papers import Paper
from exports.sheet import Letterhead, Sheet

LOGO = 17 * mm
NAME, OWNER, LINE_SIZE, SMALL = 14.5, 10.5, 8, 7
FOOT = 15 * mm
CODE = 13 * mm
TOTAL = "pages"
PAGE = {"id": ("Halaman", "dari"), "en": ("Page", "of")}
CHECK = {"id": "Periksa keaslian dokumen ini di", "en": "Check that this document is genuine at"}


def head_height(letterhead: Letterhead | None, paper: Paper) -> float:
    """Of the letterhead with its double rule, in points; a small paper has smaller letters."""
    if letterhead is None:
        return 0
    scale = scaled(paper)
    text = len(letterhead.owners) * OWNER + NAME + len(letterhead.lines) * LINE_SIZE
    return float(max(text * 1.3 * scale, LOGO * scale) + 4 * mm)


def scaled(paper: Paper) -> float:
    return float(min(1.0, paper.width / (210 * mm) + 0.05))


def draw_head(canvas: Any, letterhead: Letterhead, paper: Paper) -> None:
    """Centred between the logos, at the top of the page."""
    assert paper.height is not None
    scale, top = scaled(paper), paper.height - paper.margin * 0.7
    left, right = paper.margin, paper.width - paper.margin
    height, middle, line = head_height(letterhead, paper) - 4 * mm, paper.width / 2, top
    for picture, edge in ((letterhead.left, left), (letterhead.right, right - LOGO * scale)):
        if picture:
            box = (edge, top - LOGO * scale, LOGO * scale, LOGO * scale)
            canvas.drawImage(_logo(picture), *box, preserveAspectRatio=True, anchor="c")
    rows = [
        *[(REGULAR, OWNER, text) for text in letterhead.owners],
        (BOLD, NAME, letterhead.name),
        *[(REGULAR, LINE_SIZE, text) for text in letterhead.lines],
    ]
    room = right - left - 2 * LOGO * scale - 8
    for font, size, text in rows:
        line -= size * 1.3 * scale
        _centred(canvas, text, (middle, line + size * 0.25), _fitting(text, font, size * scale, room), font=font)
    bottom = top - height - 1.5 * mm
    canvas.setStrokeColor(INK)
    for width, offset in ((1.6, 0.0), (0.5, 2.2)):
        canvas.setLineWidth(width)
        canvas.line(left, bottom - offset, right, bottom - offset)


@cache
def _logo(picture: bytes) -> ImageReader:
    """On white: PDF/A-1 knows nothing that shines through."""
    with Image.open(io.BytesIO(picture)) as found:
        shown = found.convert("RGBA")
    ground = Image.new("RGBA", shown.size, "white")
    return ImageReader(Image.alpha_composite(ground, shown).convert("RGB"))


def draw_foot(canvas: Any, sheet: Sheet, paper: Paper) -> None:
    """A rule; who it is about, its number, who printed it; the page; the code."""
    left, right, top = paper.margin, paper.width - paper.margin, FOOT + 1 * mm
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.5)
    canvas.line(left, top, right, top)
    if sheet.verify:
        draw_qr(canvas, sheet.verify, (right - CODE + 1.2 * mm, top - CODE - 0.5 * mm), CODE)
        right -= CODE
    canvas.setFillColor(QUIET)
    word, of = PAGE[sheet.language]
    width = stringWidth("0000", REGULAR, SMALL)
    canvas.setFont(REGULAR, SMALL)
    canvas.drawRightString(right - width - 2, top - 9, f"{word} {canvas.getPageNumber()} {of}")
    canvas.saveState()
    canvas.translate(right - width, top - 9)
    canvas.doForm(TOTAL)
    canvas.restoreState()
    room = right - left - width - 75
    _left(canvas, sheet.subject, (left, top - 9), room, font=BOLD)
    _left(canvas, " · ".join(text for text in (sheet.title, sheet.number) if text), (left, top - 18), right - left - 4)
    _left(canvas, sheet.remark, (left, top - 26), right - left - 4)
    if sheet.verify:
        _left(canvas, f"{CHECK[sheet.language]} {sheet.verify}", (left, top - 34), right - left - 4)


def draw_total(canvas: Any, pages: int) -> None:
    """The number of pages, known at the end, for all pages that have asked for it."""
    canvas.beginForm(TOTAL, 0, -4, 60, 12)
    canvas.setFont(REGULAR, SMALL)
    canvas.setFillColor(QUIET)
    canvas.drawString(0, 0, str(pages))
    canvas.endForm()


def draw_watermark(canvas: Any, text: str, paper: Paper) -> None:
    """Across the page, beneath what is written."""
    if not text or paper.height is None:
        return
    size = min(paper.width, paper.height) * 1.15 / max(stringWidth(text, BOLD, 1), 1)
    canvas.saveState()
    canvas.translate(paper.width / 2, paper.height / 2)
    canvas.rotate(52)
    canvas.setFillColor(WATERMARK)
    canvas.setFont(BOLD, min(size, 90))
    canvas.drawCentredString(0, -size / 3, text)
    canvas.restoreState()


def draw_subject(canvas: Any, sheet: Sheet, paper: Paper) -> None:
    """At the top of the pages after the first."""
    assert paper.height is not None
    top = paper.height - paper.margin * 0.75
    canvas.setFillColor(ACCENT)
    _left(canvas, sheet.title, (paper.margin, top), (paper.width - 2 * paper.margin) / 2, font=BOLD)
    canvas.setFillColor(QUIET)
    shown = _cut(sheet.subject, REGULAR, SMALL, (paper.width - 2 * paper.margin) / 2)
    width = sum(stringWidth(text, font, SMALL) for font, text in runs(shown, REGULAR))
    write(canvas, shown, (paper.width - paper.margin - width, top), (REGULAR, SMALL))
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.5)
    canvas.line(paper.margin, top - 4, paper.width - paper.margin, top - 4)


def _left(canvas: Any, text: str, at: tuple[float, float], room: float, *, font: str = REGULAR) -> None:
    write(canvas, _cut(text, font, SMALL, room), at, (font, SMALL))


def _centred(canvas: Any, text: str, at: tuple[float, float], size: float, *, font: str) -> None:
    canvas.setFillColor(INK)
    width = sum(stringWidth(part, name, size) for name, part in runs(text, font))
    write(canvas, text, (at[0] - width / 2, at[1]), (font, size))


def _cut(text: str, font: str, size: float, room: float) -> str:
    """As much of one line as there is room for."""
    if stringWidth(text, font, size) <= room:
        return text
    while text and stringWidth(f"{text}…", font, size) > room:
        text = text[: -max(len(text) // 20, 1)]
    return f"{text}…"


def _fitting(text: str, font: str, size: float, room: float) -> float:
    width = stringWidth(text, font, size)
    return size if width <= room else max(size * room / width, 5.0)
