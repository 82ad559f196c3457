"""Values over time as small line drawings: a scale of a few lines, a band for what is normal, dots where something was
measured."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from exports.pdf.fonts import BOLD, REGULAR, runs
from exports.pdf.look import ACCENT, ALARM, BAND, INK, LINE, QUIET
from exports.sheet import Plot, Series
from exports.wording import decimal

HEIGHT = 30 * mm
HEAD = 15
FOOT = 9
SCALE = 24
SMALL = 6.5
INKS = (ACCENT, ALARM, QUIET)
LINES = 3
LONGEST = 40
"""Characters of a title or a unit."""


class Curve(Flowable):  # type: ignore[misc]
    """One plot, as wide as its frame. A single value is a dot."""

    def __init__(self, plot: Plot, width: float) -> None:
        super().__init__()
        self._plot = plot
        self.width = width
        self.height = HEIGHT

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas, plot = self.canv, self._plot
        low, high = _bounds(plot)
        box = (SCALE, FOOT, self.width - SCALE - 4, self.height - HEAD - FOOT)
        self._texts(canvas)
        if plot.low is not None and plot.high is not None:
            bottom, top = (_placed(value, low, high, box) for value in (plot.low, plot.high))
            canvas.setFillColor(BAND)
            canvas.rect(box[0], bottom, box[2], top - bottom, stroke=0, fill=1)
        self._scale(canvas, low, high, box)
        days = max((point[0] for series in plot.series for point in series.points), default=0) or 1
        for series, ink in zip(plot.series, INKS, strict=False):
            points = [(box[0] + day / days * box[2], _placed(value, low, high, box)) for day, value in series.points]
            _line(canvas, points, ink)
            self._last(canvas, series, points[-1])

    def _texts(self, canvas: Any) -> None:
        plot, top = self._plot, self.height - 8
        canvas.setFillColor(INK)
        end = _write(canvas, (0, top), plot.title, (BOLD, 7.5))
        canvas.setFillColor(QUIET)
        _write(canvas, (end + 4, top), plot.unit, (REGULAR, SMALL))
        canvas.setFont(REGULAR, SMALL)
        canvas.drawString(SCALE, 0, plot.dates[0])
        canvas.drawRightString(self.width - 4, 0, plot.dates[1])
        right = self.width - 4
        for series, ink in reversed(list(zip(plot.series, INKS, strict=False)) if len(plot.series) > 1 else []):
            canvas.setFillColor(ink)
            canvas.drawRightString(right, top, series.name)
            right -= stringWidth(series.name, REGULAR, SMALL) + 6

    def _last(self, canvas: Any, series: Series, point: tuple[float, float]) -> None:
        """The newest value in figures, where it does not run into the lines above."""
        number = decimal(Decimal(f"{series.points[-1][1]:.6g}"), self._plot.language)
        above = point[1] + 3 if point[1] < self.height - HEAD - 6 else point[1] - 8
        canvas.setFont(BOLD, SMALL)
        canvas.drawRightString(self.width - 4, above, number)

    def _scale(self, canvas: Any, low: float, high: float, box: tuple[float, float, float, float]) -> None:
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.3)
        canvas.setFillColor(QUIET)
        canvas.setFont(REGULAR, SMALL)
        for step in range(LINES):
            value = low + (high - low) * step / (LINES - 1)
            height = _placed(value, low, high, box)
            canvas.line(box[0], height, box[0] + box[2], height)
            canvas.drawRightString(
                SCALE - 3, height - 2, decimal(round(value, 1 if high - low < 20 else 0), self._plot.language)
            )


def _write(canvas: Any, place: tuple[float, float], text: str, how: tuple[str, float]) -> float:
    """Writes a text that anybody may have written, cut where it is long; `how`: font and size. Where it ends."""
    (left, height), (font, size) = place, how
    words = " ".join(text.split())
    shown = words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
    for name, run in runs(shown, font):
        canvas.setFont(name, size)
        canvas.drawString(left, height, run)
        left += stringWidth(run, name, size)
    return left


def _bounds(plot: Plot) -> tuple[float, float]:
    values = [value for series in plot.series for _, value in series.points]
    values += [value for value in (plot.low, plot.high) if value is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = (high - low) * 0.1 or abs(high) * 0.1 or 1.0
    return low - room, high + room


def _placed(value: float, low: float, high: float, box: tuple[float, float, float, float]) -> float:
    return box[1] + (value - low) / (high - low) * box[3]


def _line(canvas: Any, points: list[tuple[float, float]], ink: Any) -> None:
    canvas.setStrokeColor(ink)
    canvas.setFillColor(ink)
    canvas.setLineWidth(0.9)
    for (left, low), (right, high) in pairwise(points):
        canvas.line(left, low, right, high)
    for left, height in points:
        canvas.circle(left, height, 1.3, stroke=0, fill=1)
