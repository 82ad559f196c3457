"""The link between a telephone and the hospital: what it carries is counted, and it can be cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Link:
    """`carried`: bytes that came down it so far, heads and bodies as they are on the wire; `asked`: what each request
    that went up began with, as POST /portal/settings."""

    def __init__(self, url: str) -> None:
        self._server_port = urlsplit(url).port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._fatal = b""
        self.port = 0
        self.carried = 0
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def drop_answer_to(self, request: str) -> None:
        """The next request that begins so reaches the hospital; the link is cut when its answer comes."""
        self._fatal = request.encode()

    async def come(self) -> None:
        """Takes connections: the first time at any free port, later at the same."""
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def leave(self) -> None:
        """Cuts all connections; new ones are refused until it comes again."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        ends, doomed = {writer, up_writer}, asyncio.Event()
        self._writers |= ends
        with suppress(OSError):
            await asyncio.gather(self._up(reader, up_writer, doomed), self._down(up_reader, writer, doomed))
        self._writers -= ends
        for end in ends:
            end.close()

    async def _up(self, reader: asyncio.StreamReader, up: asyncio.StreamWriter, doomed: asyncio.Event) -> None:
        while data := await reader.read(65536):
            self.asked.append(data.partition(b" HTTP/")[0].decode("latin-1"))
            if self._fatal and data.startswith(self._fatal):
                self._fatal = b""
                doomed.set()
            up.write(data)
            await up.drain()
        up.close()

    async def _down(self, up: asyncio.StreamReader, writer: asyncio.StreamWriter, doomed: asyncio.Event) -> None:
        while data := await up.read(65536):
            if doomed.is_set():
                self.leave()
                return
            self.carried += len(data)
            writer.write(data)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def link(url: str) -> AsyncIterator[Link]:
    """A link to the server at a URL."""
    found = Link(url)
    await found.come()
    try:
        yield found
    finally:
        found.leave()
