"""Sizes of paper and of what is printed on rolls, cards and labels."""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.lib.units import mm


@dataclass(frozen=True, slots=True)
class Paper:
    """Width, height and margin in points. `height` None: a roll, cut where the text ends; `letter`: with a letterhead,
    page numbers and a foot; `text`: size of the letters."""

    width: float
    height: float | None
    margin: float
    letter: bool = True
    text: float = 9.5


PAPERS = {
    "a4": Paper(210 * mm, 297 * mm, 18 * mm),
    "f4": Paper(215 * mm, 330 * mm, 18 * mm),
    "a5": Paper(148 * mm, 210 * mm, 11 * mm, text=8.5),
    "roll80": Paper(80 * mm, None, 4 * mm, letter=False, text=8.5),
    "roll58": Paper(58 * mm, None, 3 * mm, letter=False, text=7.5),
    "card": Paper(85.6 * mm, 54 * mm, 4 * mm, letter=False, text=7.5),
    "label": Paper(60 * mm, 40 * mm, 2 * mm, letter=False, text=7.5),
    "small-label": Paper(50 * mm, 20 * mm, 1.5 * mm, letter=False, text=6.5),
    "wristband": Paper(279 * mm, 25 * mm, 1.5 * mm, letter=False, text=8),
    "infant-wristband": Paper(152 * mm, 19 * mm, 1.5 * mm, letter=False, text=6.5),
}
