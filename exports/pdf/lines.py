"""Lines of bounded height: their letters get smaller where a text is long, so that a label stays one label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from exports.pdf.fonts import BOLD, REGULAR, runs
from exports.pdf.look import PAPER, TONES
from exports.sheet import Line

LEAST = 0.5
"""Of the size that is wanted; no letters are smaller than this part of it, or than SMALLEST points."""

SMALLEST = 5.0
STEP = 0.5
LEADING = 1.25
PADDING = 0.25
"""Around letters on a band, of their size."""

MOST = 400
"""Characters: more are on no line that anybody reads."""


class Fitted(Flowable):  # type: ignore[misc]
    """One Line of a sheet, as wide as its frame."""

    def __init__(self, line: Line, width: float) -> None:
        super().__init__()
        self._line = line
        self._font = BOLD if line.strong or line.filled else REGULAR
        self._padding = line.points * PADDING if line.filled else 0.0
        self._size, self._rows = fitted(line, self._font, width - 4 * self._padding)
        self.width = width
        self.height = len(self._rows) * self._size * LEADING + 2 * self._padding

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        ink = TONES[self._line.tone]
        if self._line.filled:
            self.canv.setFillColor(ink)
            self.canv.rect(0, 0, self.width, self.height, stroke=0, fill=1)
        self.canv.setFillColor(PAPER if self._line.filled else ink)
        bottom = self.height - self._padding - self._size
        for row in self._rows:
            write(self.canv, row, (self._left(row), bottom), (self._font, self._size))
            bottom -= self._size * LEADING

    def _left(self, row: str) -> float:
        room: float = self.width - 4 * self._padding - width(row, self._font, self._size)
        return 2 * self._padding + room * {"left": 0.0, "center": 0.5, "right": 1.0}[self._line.align]


def fitted(line: Line, font: str, room: float) -> tuple[float, list[str]]:
    """(size, rows) of a Line in a frame `room` points wide."""
    text = " ".join(line.text[:MOST].split())
    least = min(line.points, max(line.points * LEAST, SMALLEST))
    size = line.points
    while size > least and not _fits(text, font, size, (room, line.lines)):
        size = max(size - STEP, least)
    rows = list(_rows(text, font, size, room))
    if line.align == "center":
        rows = _balanced(text, font, size, (room, rows))
    if len(rows) > line.lines:
        rows = [*rows[: line.lines - 1], _ended(rows[line.lines - 1], font, size, room)]
    return size, rows


def width(text: str, font: str, size: float) -> float:
    """In points, with the fonts that the text is written in."""
    return float(sum(stringWidth(part, name, size) for name, part in runs(text, font)))


def write(canvas: Any, text: str, at: tuple[float, float], how: tuple[str, float]) -> None:
    """One line from here to the right, in fonts that have its letters. `how`: font and size."""
    font, size = how
    drawn = canvas.beginText(*at)
    for name, part in runs(text.replace("\n", " ").replace("\t", " "), font):
        drawn.setFont(name, size)
        drawn.textOut(part)
    canvas.drawText(drawn)


def _fits(text: str, font: str, size: float, box: tuple[float, int]) -> bool:
    room, lines = box
    if any(width(word, font, size) > room for word in text.split(" ")):
        return False
    return len(list(_rows(text, font, size, room))) <= lines


def _rows(text: str, font: str, size: float, room: float) -> Iterator[str]:
    """As many words in each row as there is room for; a word that is too long is parted."""
    row = ""
    for word in text.split(" "):
        joined = f"{row} {word}" if row else word
        if width(joined, font, size) <= room:
            row = joined
            continue
        if row:
            yield row
        while len(word) > 1 and width(word, font, size) > room:
            end = next(
                (end for end in range(len(word), 1, -1) if width(word[:end], font, size) <= room),
                1,
            )
            yield word[:end]
            word = word[end:]
        row = word
    yield row


def _balanced(text: str, font: str, size: float, laid: tuple[float, list[str]]) -> list[str]:
    """As many rows, of lengths that differ less."""
    room, rows = laid
    while len(rows) > 1:
        room -= size
        narrower = list(_rows(text, font, size, room))
        if len(narrower) > len(rows) or room < size:
            break
        rows = narrower
    return rows


def _ended(row: str, font: str, size: float, room: float) -> str:
    while row and width(f"{row}…", font, size) > room:
        row = row[:-1]
    return f"{row.rstrip()}…"
