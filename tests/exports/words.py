"""Where each word of a file stands, and each code that a scanner reads."""

from __future__ import annotations

import html
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import zxingcpp
from PIL import Image

DOTS = 150
WORD = re.compile(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle on a page with what is read there: points, from the left and from the top; pages from 0."""

    text: str
    page: int
    left: float
    top: float
    right: float
    bottom: float

    def over(self, other: Place) -> bool:
        """Whether they cover a place of the same page."""
        beside = self.right <= other.left or other.right <= self.left
        apart = self.bottom <= other.top or other.bottom <= self.top
        return self.page == other.page and not beside and not apart

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


def words(content: bytes, folder: Path) -> list[Place]:
    """In the order of reading."""
    told = _run(content, folder, "pdftotext", "-bbox", "-enc", "UTF-8", "{}", "-")
    found = []
    for page, part in enumerate(told.split("<page ")[1:]):
        for left, top, right, bottom, text in WORD.findall(part):
            found.append(Place(html.unescape(text), page, float(left), float(top), float(right), float(bottom)))
    return found


def codes(content: bytes, folder: Path) -> Iterator[Place]:
    """Of all pages, as printed at DOTS per inch."""
    for old in folder.glob("code-*.png"):
        old.unlink()
    _run(content, folder, "pdftoppm", "-r", str(DOTS), "-png", "{}", str(folder / "code"))
    for page, path in enumerate(sorted(folder.glob("code-*.png"))):
        with Image.open(path) as shown:
            for found in zxingcpp.read_barcodes(shown):
                at = found.position
                corners = (at.top_left, at.top_right, at.bottom_left, at.bottom_right)
                across, down = [one.x * 72 / DOTS for one in corners], [one.y * 72 / DOTS for one in corners]
                yield Place(found.text, page, min(across), min(down), max(across), max(down))


def _run(content: bytes, folder: Path, command: str, *arguments: str) -> str:
    path = folder / "placed.pdf"
    path.write_bytes(content)
    line = [command, *(str(path) if word == "{}" else word for word in arguments)]
    return subprocess.run(line, capture_output=True, check=True, text=True).stdout
