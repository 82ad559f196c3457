"""Tables of any length: the heading again on each page, rows that no page could hold in several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from reportlab.platypus import Flowable
from reportlab.platypus import Table as Grid

from exports.pdf.fonts import BOLD, REGULAR
from exports.pdf.look import ACCENT, ALARM, ALARM_BAND, BAND, INK, LINE, Look
from exports.pdf.texts import paragraph, parts
from exports.sheet import Row, Table

PADDING = 3
MOST_LINES = 24
"""Of a cell; what is longer goes on in a row below."""

LEAST = 1.6
"""Least height of a row, of the size of its letters."""

LETTER = 0.5
"""Width of an average letter, of its size."""

FONTS = {"group": BOLD, "abnormal": BOLD, "critical": BOLD}
INKS = {"group": ACCENT, "critical": ALARM}
BANDS = {"group": BAND, "critical": ALARM_BAND}
EDGES = [
    ("FONTNAME", (0, 0), (-1, -1), REGULAR),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
    ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
    ("TOPPADDING", (0, 0), (-1, -1), 1.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
    ("LINEABOVE", (0, 0), (-1, 0), 0.8, ACCENT),
    ("LINEBELOW", (0, 0), (-1, 0), 0.8, ACCENT),
]


class Rows(Flowable):  # type: ignore[misc]
    """What is left of a table: laid out for one page at a time, so that its cost grows as its length does."""

    def __init__(self, table: Table, look: Look, rows: Sequence[Row]) -> None:
        super().__init__()
        total = sum(column.share for column in table.columns)
        self._widths = [look.width * column.share / total for column in table.columns]
        self._table, self._look, self._rows = table, look, rows
        self._laid: tuple[float, Grid] | None = None

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        found, taken = self._page(height)
        needed: float = found.wrap(width, height)[1]
        return width, needed if taken == len(self._rows) else max(needed, height + 1)

    def split(self, width: float, height: float) -> list[Flowable]:
        found, taken = self._page(height)
        if taken == len(self._rows) and found.wrap(width, height)[1] <= height:
            return [found]
        pieces = found.split(width, height)
        if len(pieces) < 2:
            return []
        done = pieces[0]._nrows - 1
        return [pieces[0], Rows(self._table, self._look, self._rows[done:])] if done else []

    def draw(self) -> None:
        assert self._laid is not None
        self._laid[1].drawOn(self.canv, 0, 0)

    def _page(self, height: float) -> tuple[Grid, int]:
        """As many rows as a page can have at most."""
        most = int(height / (self._look.size * LEAST)) + 2
        rows = self._rows[:most]
        if self._laid is None or self._laid[0] != height:
            self._laid = height, self._grid(rows)
        return self._laid[1], len(rows)

    def _grid(self, rows: Sequence[Row]) -> Grid:
        head = [
            paragraph(column.title, self._look.style(BOLD, times=0.9, align=column.align, color=ACCENT))
            for column in self._table.columns
        ]
        body = [_cells(row, self._table, self._look) for row in rows]
        return Grid([head, *body], colWidths=self._widths, repeatRows=1, style=[*EDGES, *_marks(rows)])


def grid(table: Table, look: Look) -> Rows:
    """The table as wide as the frame."""
    total = sum(column.share for column in table.columns)
    widths = [look.width * column.share / total for column in table.columns]
    return Rows(table, look, [part for row in table.rows for part in _parts(row, widths, look.size)])


def _cells(row: Row, table: Table, look: Look) -> list[Any]:
    font, ink = FONTS.get(row.mark, REGULAR), INKS.get(row.mark, INK)
    cells = row.cells[:1] if row.mark == "group" else row.cells
    shown = [
        paragraph(cell, look.style(font, times=0.95, align=column.align if row.mark != "group" else "left", color=ink))
        for cell, column in zip(cells, table.columns, strict=False)
    ]
    return [*shown, *[""] * (len(table.columns) - len(shown))]


def _marks(rows: Sequence[Row]) -> Iterator[tuple[Any, ...]]:
    for number, row in enumerate(rows, 1):
        if row.mark == "group":
            yield "SPAN", (0, number), (-1, number)
        if row.mark in BANDS:
            yield "BACKGROUND", (0, number), (-1, number), BANDS[row.mark]


def _parts(row: Row, widths: Sequence[float], size: float) -> Iterator[Row]:
    most = [max(int((width - 2 * PADDING) / (size * LETTER)), 1) * MOST_LINES for width in widths]
    if all(len(cell) <= room and cell.count("\n") < MOST_LINES for cell, room in zip(row.cells, most, strict=False)):
        yield row
        return
    columns = [list(_of_few_lines(cell, room)) for cell, room in zip(row.cells, most, strict=False)]
    for cells in zip_longest(*columns, fillvalue=""):
        yield Row(cells, row.mark)


def _of_few_lines(cell: str, room: int) -> Iterator[str]:
    lines = cell.split("\n")
    for start in range(0, len(lines), MOST_LINES):
        yield from parts("\n".join(lines[start : start + MOST_LINES]), room)
