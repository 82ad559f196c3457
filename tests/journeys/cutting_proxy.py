"""A wire to MongoDB that can be cut: before a message of a transaction arrives, after it arrived, or for good."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal

from pymongo.uri_parser import parse_uri

When = Literal["lost", "unanswered"]
"""Whether the message that the wire is cut at reaches MongoDB."""


class Wire:
    """`cut_at`: the number of the message within transactions, counted from 1, at which it is cut; 0 for never."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.cut_at = 0
        self.when: When = "lost"
        self.seen = 0
        self.server: asyncio.Server | None = None
        self._is_silent = False

    def arm(self, cut_at: int, when: When = "lost") -> None:
        self.cut_at, self.when, self.seen = cut_at, when, 0

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_unix_connection(self._path)
        self._writers |= {writer, up_writer}
        with suppress(OSError, asyncio.IncompleteReadError):
            await asyncio.gather(self._requests(reader, up_writer), self._replies(up_reader, writer, up_writer))

    async def _requests(self, reader: asyncio.StreamReader, up: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readexactly(4)
            message = head + await reader.readexactly(int.from_bytes(head, "little") - 4)
            self.seen += b"autocommit" in message
            cut = self.seen == self.cut_at and b"autocommit" in message
            self._is_silent = cut
            if not (cut and self.when == "lost"):
                up.write(message)
                await up.drain()
            if cut:
                await asyncio.sleep(0.05)
                self.cut()
                return

    async def _replies(
        self, up: asyncio.StreamReader, writer: asyncio.StreamWriter, up_writer: asyncio.StreamWriter
    ) -> None:
        while data := await up.read(65536):
            if not self._is_silent:
                writer.write(data)
                await writer.drain()
        writer.close()

    def die(self) -> None:
        """Breaks all connections and takes no more."""
        assert self.server is not None
        self.server.close()
        self.cut()

    def cut(self) -> None:
        """Breaks all connections; new ones are let through."""
        for writer in self._writers:
            writer.close()
        self._writers.clear()
        self._is_silent = False


@asynccontextmanager
async def wire(uri: str) -> AsyncIterator[Wire]:
    """A wire to the MongoDB of a socket address."""
    found = Wire(str(parse_uri(uri)["nodelist"][0][0]))
    found.server = await asyncio.start_server(found.connect, "127.0.0.1", 0)
    found.port = found.server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        found.die()
