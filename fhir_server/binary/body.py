"""The body of a web request while it arrives, with a limit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.requests import ClientDisconnect, Request

from fhir_server.errors import TooLarge, UnsupportedMediaType
from resources.issues import Text

DRAINED = 4
"""How many times the limit is read and dropped: a client that is cut off while it sends does not see the answer."""


class Body:
    """`most`: bytes that a content may have."""

    def __init__(self, web: Request, most: int) -> None:
        self.most = most
        self.has_ended = False
        self._source = web.stream()
        self._headers = web.headers
        declared = self._headers.get("content-length", "0")
        self._declared = int(declared[:20]) if declared.isdigit() else 0

    def expect(self, most: int) -> None:
        """Refuses what says that it has more bytes, before it is read. Raises TooLarge, UnsupportedMediaType for a
        compressed body."""
        if self._headers.get("content-encoding", "identity") != "identity":
            raise UnsupportedMediaType(Text("Send the body uncompressed.", "Kirim isi tanpa kompresi."))
        if self._declared > most:
            raise too_large(self.most)

    async def first(self, count: int) -> bytes:
        """At least so many bytes; fewer where there are not more."""
        kept = bytearray()
        while len(kept) < count:
            chunk = await anext(self._source, None)
            if chunk is None:
                self.has_ended = True
                break
            kept += chunk
        return bytes(kept)

    async def rest(self) -> AsyncIterator[bytes]:
        """Raises ClientDisconnect."""
        async for chunk in self._source:
            yield chunk

    async def drop(self) -> None:
        """Reads what is left after a refusal, unless the client waits to be told to go on, or sends far too much."""
        if self._headers.get("expect", "").lower() == "100-continue" or self._declared > DRAINED * self.most:
            return
        size = 0
        with suppress(ClientDisconnect):
            async for chunk in self._source:
                size += len(chunk)
                if size > DRAINED * self.most:
                    break


async def limited(first: bytes, rest: AsyncIterator[bytes], most: int, told: int) -> AsyncIterator[bytes]:
    """The same bytes. Raises TooLarge, which names `told` bytes, beyond `most`."""
    size = len(first)
    if size <= most:
        yield first
        async for piece in rest:
            size += len(piece)
            if size > most:
                break
            yield piece
    if size > most:
        raise too_large(told)


def too_large(most: int) -> TooLarge:
    return TooLarge(Text(f"A Binary may have {most} bytes.", f"Binary paling besar {most} byte."))
