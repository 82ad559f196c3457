"""A wire to MongoDB that can be cut: before a message of a transaction arrives, after it arrived, or for a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal

from pymongo.uri_parser import parse_uri

IN_TRANSACTION = b"autocommit"
"""What each message of a transaction holds, and no other."""

SECONDS_TO_ARRIVE = 0.05
When = Literal["lost", "unanswered"]
"""Whether the message that the wire is cut at reaches MongoDB."""


class Wire:
    """`seen`: how many messages of transactions came since it was armed, in all attempts."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._is_silent = False
        self._cut_at = 0
        self._when: When = "lost"
        self._seconds_away = 0.0
        self.port = 0
        self.seen = 0

    @property
    def address(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true"

    def arm(self, cut_at: int, when: When = "lost", seconds_away: float = 0) -> None:
        """`cut_at`: the number, from 1, of the message of a transaction that it is cut at, once; 0: at none."""
        self._cut_at, self._when, self._seconds_away, self.seen = cut_at, when, seconds_away, 0

    async def come(self) -> None:
        """Takes connections: the first time at any free port, later at the same."""
        self._is_silent = False
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def leave(self) -> None:
        """Cuts all connections; new ones are refused until it comes again."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_unix_connection(self._path)
        ends = {writer, up_writer}
        self._writers |= ends
        with suppress(OSError, asyncio.IncompleteReadError):
            await asyncio.gather(self._requests(reader, up_writer), self._replies(up_reader, writer))
        self._writers -= ends
        for end in ends:
            end.close()

    async def _requests(self, reader: asyncio.StreamReader, up: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readexactly(4)
            message = head + await reader.readexactly(int.from_bytes(head, "little") - 4)
            self.seen += IN_TRANSACTION in message
            is_cut = IN_TRANSACTION in message and self.seen == self._cut_at
            self._is_silent = self._is_silent or is_cut
            if not (is_cut and self._when == "lost"):
                up.write(message)
                await up.drain()
            if is_cut:
                await asyncio.sleep(SECONDS_TO_ARRIVE)
                self.leave()
                await asyncio.sleep(self._seconds_away)
                await self.come()

    async def _replies(self, up: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await up.read(65536):
            if not self._is_silent:
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def wire(uri: str) -> AsyncIterator[Wire]:
    """A wire to the MongoDB of a socket address."""
    found = Wire(str(parse_uri(uri)["nodelist"][0][0]))
    await found.come()
    try:
        yield found
    finally:
        found.leave()
