"""Dotted lines, for what is filled in by hand."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from exports.pdf.look import QUIET

ROOM = 7.5 * mm
"""From one line to the next: as much as handwriting needs."""

ABOVE = 2
"""Points from the bottom up to the dots: where letters beside them stand."""


class Dotted(Flowable):  # type: ignore[misc]
    """One line, `room` points high, as wide as the frame or `width` points."""

    def __init__(self, width: float, room: float = ROOM) -> None:
        super().__init__()
        self.width, self.height = width, room

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return min(self.width, width), self.height

    def draw(self) -> None:
        self.canv.setStrokeColor(QUIET)
        self.canv.setLineWidth(0.7)
        self.canv.setLineCap(1)
        self.canv.setDash(0.1, 2.2)
        self.canv.line(0, ABOVE, self.width, ABOVE)
