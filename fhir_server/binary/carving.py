"""The content of a Binary taken out of its JSON while that arrives. https://hl7.org/fhir/R4/binary.html"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator

from fhir_server.errors import BadRequest, TooLarge
from fhir_server.messages import Resource
from resources.formats import json_format
from resources.formats.malformed import Malformed
from resources.issues import Text

MOST_BESIDE = 64 * 1024
"""What may follow the content."""

BETWEEN = re.compile(rb'[^"{}\[\]]*')
STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
VALUE = re.compile(rb'\s*:\s*"')
BINARY = re.compile(rb'\s*:\s*"Binary"')
LONGEST_ESCAPE = len("\\u002F")


def data_at(head: bytes) -> int | None:
    """Where the text of `data` begins, in the beginning of a JSON object; None where it is not there."""
    return _after_key(head, b'"data"', VALUE)


def tells_binary(head: bytes) -> bool:
    """Whether the beginning of a JSON object says that it is a Binary."""
    return _after_key(head, b'"resourceType"', BINARY) is not None


def _after_key(head: bytes, key: bytes, value: re.Pattern[bytes]) -> int | None:
    """The end of what follows a key of the outermost object. Linear, whatever is sent."""
    place, depth = 0, 0
    while (between := BETWEEN.match(head, place)) is not None and between.end() < len(head):
        place = between.end()
        if head[place] != ord('"'):
            depth += 1 if head[place] in b"{[" else -1
            place += 1
            continue
        string = STRING.match(head, place)
        if string is None:
            return None
        place = string.end()
        if depth == 1 and string[0] == key and (found := value.match(head, place)):
            return found.end()
    return None


class Carved:
    """The text of `data`, and after it the rest of the resource. `head`: the beginning of the JSON, `place`: where the
    text begins in it, `rest`: what follows the head."""

    def __init__(self, head: bytes, place: int, rest: AsyncIterator[bytes]) -> None:
        self._before = head[:place]
        self._first = head[place:]
        self._rest = rest
        self._after = bytearray()

    async def text(self) -> AsyncIterator[bytes]:
        """Raises BadRequest, TooLarge."""
        left = b""
        async for piece in self._pieces():
            known = left + piece
            escape = known.rfind(b"\\", max(len(known) - LONGEST_ESCAPE + 1, 0))
            left = known[escape:] if escape >= 0 else b""
            yield _plain(known[: len(known) - len(left)])
        yield _plain(left)

    async def _pieces(self) -> AsyncIterator[bytes]:
        """Up to the closing quote; all that follows it is kept."""
        is_open = True
        async for piece in _chained(self._first, self._rest):
            if is_open:
                text, quote, after = piece.partition(b'"')
                is_open = not quote
                self._after += quote + after
                yield text
            else:
                self._after += piece
            if len(self._after) > MOST_BESIDE:
                raise TooLarge(
                    Text(
                        f"Beside its data a Binary may have {MOST_BESIDE} bytes.",
                        f"Di luar data, Binary paling besar {MOST_BESIDE} byte.",
                    )
                )

    def resource(self) -> Resource:
        """The resource without its `data`, once the text has been read. Raises BadRequest."""
        try:
            found = json_format.read(self._before + bytes(self._after))
        except Malformed as error:
            refusal = BadRequest(error.issue.text)
            refusal.issues = (error.issue,)
            raise refusal from error
        return {name: value for name, value in found.items() if name != "data"}


def _plain(text: bytes) -> bytes:
    """Some encoders write / and + of base64 as escapes."""
    if b"\\" not in text:
        return text
    try:
        return str(json.loads(b'"' + text + b'"')).encode("ascii", "replace")
    except ValueError as error:
        raise BadRequest(Text("The body is not valid JSON: data.", "Isi bukan JSON yang sah: data.")) from error


async def _chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
