"""QR codes and barcodes as lines of the page: sharp in print, no picture."""

from __future__ import annotations

from functools import cache
from typing import Any

import segno
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from exports.pdf.look import INK
from exports.sheet import Code

QUIET_ZONE = 2
"""Modules of white around a QR code within its size; the page gives the rest."""


@cache
def _matrix(value: str) -> tuple[tuple[bool, ...], ...]:
    code = segno.make_qr(value, error="m")
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def draw_qr(canvas: Any, value: str, corner: tuple[float, float], size: float) -> None:
    """Into a square of `size` points whose lower left corner is `corner`. Raises segno.DataOverflowError."""
    rows = _matrix(value)
    module = size / (len(rows) + 2 * QUIET_ZONE)
    left, top = corner[0] + QUIET_ZONE * module, corner[1] + size - QUIET_ZONE * module
    path = canvas.beginPath()
    for number, row in enumerate(rows):
        start = None
        for place, dark in enumerate((*row, False)):
            if dark and start is None:
                start = place
            elif not dark and start is not None:
                path.rect(left + start * module, top - (number + 1) * module, (place - start) * module, module)
                start = None
    canvas.setFillColor(INK)
    canvas.drawPath(path, stroke=0, fill=1)


class Symbol(Flowable):  # type: ignore[misc]
    """A code in the flow of a page."""

    def __init__(self, code: Code, width: float) -> None:
        super().__init__()
        self._code = code
        self._room = width
        self._bars = _bars(code, width) if code.kind == "code128" else None
        self.height = code.size * mm
        self.width = self._bars.width if self._bars is not None else self.height

    def wrap(self, *_: float) -> tuple[float, float]:
        return self._room, self.height

    def draw(self) -> None:
        place = {"left": 0.0, "center": (self._room - self.width) / 2, "right": self._room - self.width}
        left = place[self._code.align]
        if self._bars is not None:
            self._bars.drawOn(self.canv, left, 0)
        else:
            draw_qr(self.canv, self._code.value, (left, 0), self.height)


def _bars(code: Code, width: float) -> Any:
    bars = Code128(code.value, barHeight=code.size * mm, barWidth=0.33 * mm, quiet=False)
    if bars.width > width:
        bars = Code128(code.value, barHeight=code.size * mm, barWidth=0.33 * mm * width / bars.width, quiet=False)
    return bars
