"""Base64 of what comes in pieces. https://hl7.org/fhir/R4/datatypes.html#base64Binary"""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator

from fhir_server.errors import Invalid
from resources.issues import Issue, Text

WHITE = b" \t\r\n"
STEP = 128 * 1024
"""Characters of a text at a time."""


async def decoded(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The bytes that a text in base64 stands for. Raises Invalid."""
    left, ended = b"", False
    async for piece in pieces:
        text = left + piece.translate(None, WHITE)
        whole = len(text) // 4 * 4
        left = text[whole:]
        if whole and ended:
            raise _malformed()
        if whole:
            ended = text[whole - 1 : whole] == b"="
            yield _decoded(text[:whole])
    if left:
        raise _malformed()


def _decoded(text: bytes) -> bytes:
    """The library lets too many = at the end of a whole group pass."""
    if text.endswith(b"==="):
        raise _malformed()
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error as error:
        raise _malformed() from error


def _malformed() -> Invalid:
    text = Text("data must be base64 (RFC 4648).", "data harus base64 (RFC 4648).")
    return Invalid([Issue("error", "value", text, "Binary.data")])


async def encoded(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The text in base64, without white space, of `encoded_size` characters."""
    left = b""
    async for piece in pieces:
        known = left + piece
        whole = len(known) // 3 * 3
        left = known[whole:]
        if whole:
            yield base64.b64encode(known[:whole])
    if left:
        yield base64.b64encode(left)


def encoded_size(size: int) -> int:
    return -(-size // 3) * 4


async def cut(text: str) -> AsyncIterator[bytes]:
    """A text that is there already, in pieces."""
    for place in range(0, len(text), STEP):
        yield text[place : place + STEP].encode("ascii", "replace")
