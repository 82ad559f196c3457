"""A document as plain values: what stands on it, in which order, without how it is drawn.

All texts are as they are to be read, in the document's language; no markup is understood in any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "center", "right"]
Style = Literal["body", "center", "strong", "quiet", "small"]
Tone = Literal["", "quiet", "accent", "alarm", "external"]
Mark = Literal["", "group", "abnormal", "critical"]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """`owners`: lines above the hospital's name; `lines`: address and contacts below; `left`, `right`: logos, the bytes
    of a PNG or JPEG, or none; `city`: where documents are dated."""

    name: str
    owners: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    city: str = ""
    left: bytes = b""
    right: bytes = b""


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    style: Style = "body"


@dataclass(frozen=True, slots=True)
class Fields:
    """Pairs of label and value, one below the other, in one or two columns. In place of an empty value stands a dotted
    line, for whoever fills it in by hand."""

    rows: tuple[tuple[str, str], ...]
    columns: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Lines:
    """So many dotted lines, to be written on by hand."""

    count: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list, with numbers or with bullets."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """`share`: of the width, in relation to the other columns."""

    title: str
    share: float = 1
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Row:
    """Cells of a table. `mark`: how it is set apart; of a group's heading only the first cell is read."""

    cells: tuple[str, ...]
    mark: Mark = ""


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """`points`: days since the first point of the plot, and a value, in order."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """Values over time. `low`, `high`: the band that is held normal; `dates`: the words for the first and last day."""

    title: str
    unit: str
    series: tuple[Series, ...]
    dates: tuple[str, str]
    low: float | None = None
    high: float | None = None
    language: Literal["id", "en"] = "id"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs: `above` the space (place and date, or the role), `name` underlined (the line alone where it is empty),
    `below` it (NIP, SIP). `code`: what the QR code in the space says, none where a pen signs."""

    above: tuple[str, ...]
    name: str
    below: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Side by side; one alone stands at the right."""

    who: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code or a barcode (Code 128), `size` mm high."""

    kind: Literal["qr", "code128"]
    value: str
    size: float = 20
    caption: str = ""
    align: Align = "center"


@dataclass(frozen=True, slots=True)
class Big:
    """One word to be read from afar."""

    text: str
    points: float = 60


@dataclass(frozen=True, slots=True)
class Line:
    """Text in letters of so many points, on at most so many lines: smaller where it is long, and cut where that is not
    enough. `tone`: its colour; `filled`: white upon a band of that colour."""

    text: str
    points: float
    strong: bool = False
    align: Align = "left"
    lines: int = 1
    tone: Tone = ""
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    pass


@dataclass(frozen=True, slots=True)
class Space:
    millimetres: float = 3


@dataclass(frozen=True, slots=True)
class NewPage:
    pass


@dataclass(frozen=True, slots=True)
class Beside:
    """Two columns. `share`: of the left one."""

    left: tuple[Block, ...]
    right: tuple[Block, ...]
    share: float = 0.5


@dataclass(frozen=True, slots=True)
class Together:
    """Never parted by the end of a page where it fits on one."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Framed:
    """Blocks with a line of this colour around them, at least `height` mm high."""

    blocks: tuple[Block, ...]
    tone: Tone = "quiet"
    height: float = 0


Block = (
    Heading
    | Paragraph
    | Fields
    | Lines
    | Items
    | Table
    | Plot
    | Signatures
    | Code
    | Big
    | Line
    | Rule
    | Space
    | NewPage
    | Beside
    | Together
    | Framed
)
"""What a document is made of."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`paper`: a name of exports/pdf/papers.py; `subject`: who it is about, on each page; `watermark`: across each
    page, while it is not signed; `remark`: at the foot, who printed it from what; `verify`: the address that the QR
    code at the foot leads to; `made`: the date among its properties, ISO 8601 with zone; `archived`: PDF/A-1b;
    `points`: size of the letters where it is not that of the paper; `anchor`: the character that stands in place of the
    code of a signature, where a signing service will draw its picture."""

    title: str
    blocks: tuple[Block, ...]
    paper: str = "a4"
    number: str = ""
    subject: str = ""
    letterhead: Letterhead | None = None
    watermark: str = ""
    remark: str = ""
    verify: str = ""
    made: str = ""
    author: str = ""
    language: Literal["id", "en"] = "id"
    archived: bool = False
    points: float = 0
    anchor: str = ""
