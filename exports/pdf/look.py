"""How text looks on a paper: sizes, distances, colours, one place for all documents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle

from exports.pdf.fonts import REGULAR
from exports.sheet import Align

INK = HexColor(0x1A1A1A)
QUIET = HexColor(0x5A5A5A)
LINE = HexColor(0xB8BEC4)
BAND = HexColor(0xEEF3F6)
ACCENT = HexColor(0x0B5C6B)
ALARM = HexColor(0xB00020)
ALARM_BAND = HexColor(0xFDECEE)
WATERMARK = HexColor(0xE4E7EA)
EXTERNAL = HexColor(0x1B4F9C)
PAPER = HexColor(0xFFFFFF)
TONES = {"": INK, "quiet": QUIET, "accent": ACCENT, "alarm": ALARM, "external": EXTERNAL}

ALIGN = {"left": TA_LEFT, "center": TA_CENTER, "right": TA_RIGHT}


@dataclass(frozen=True, slots=True)
class Look:
    """Text of `size` points in a frame of `width` points. `anchor`: see Sheet."""

    width: float
    size: float
    anchor: str = ""

    def style(
        self, font: str = REGULAR, *, times: float = 1, align: Align = "left", color: Color = INK
    ) -> ParagraphStyle:
        """`times`: the size of the letters."""
        return _style(font, round(self.size * times, 2), align, color)

    def narrowed(self, width: float) -> Look:
        return replace(self, width=width)


@cache
def _style(font: str, size: float, align: Align, color: Color) -> ParagraphStyle:
    return ParagraphStyle(
        f"{font}-{size}-{align}-{color.hexval()}",
        fontName=font,
        fontSize=size,
        leading=size * 1.36,
        alignment=ALIGN[align],
        textColor=color,
        splitLongWords=1,
        allowWidows=0,
        allowOrphans=0,
    )
