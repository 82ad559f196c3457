"""The character in whose place a signing service draws its picture: nowhere else in the text of the document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

from exports.sheet import Sheet, Signature

ANCHORS = "^#"
"""Those that BSrE looks for; the first is the rarer one in a record."""


def anchored(sheet: Sheet) -> Sheet:
    """The sheet with an anchor where the QR code of its signature would be. As it was where its texts hold all ANCHORS,
    and where no signature, or more than one, has a code."""
    parts = list(_parts(sheet))
    written = {letter for part in parts if isinstance(part, str) for letter in part}
    signatures = [part for part in parts if isinstance(part, Signature) and part.code]
    free = [anchor for anchor in ANCHORS if anchor not in written]
    return replace(sheet, anchor=free[0]) if free and len(signatures) == 1 else sheet


def _parts(value: object) -> Iterator[object]:
    """The value and all that it is made of."""
    yield value
    if isinstance(value, tuple):
        for part in value:
            yield from _parts(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _parts(getattr(value, field.name))
