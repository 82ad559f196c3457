"""A crowd: as many connections as there are people, who all ask at the same moment; or so many at a time."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.load import LENGTH

STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """`seconds`: from the moment at which all began to send until the whole answer was there."""

    status: int
    body: bytes
    seconds: float


async def crowd(requests: Sequence[tuple[int, bytes]]) -> list[Reply]:
    """Opens a connection for each (port, request), then sends all of them at once. Raises OSError, TimeoutError."""
    connections = []
    for port, request in requests:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        connections.append((reader, writer, request))
    begin = time.perf_counter()
    for _, writer, request in connections:
        writer.write(request)
    async with asyncio.timeout(PATIENCE):
        replies = await asyncio.gather(*(_reply(reader, begin) for reader, _, _ in connections))
    for _, writer, _ in connections:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for _, writer, _ in connections), return_exceptions=True)
    return replies


async def queue(requests: Iterable[tuple[int, bytes]], connections: int) -> list[Reply]:
    """So many at a time: who has an answer sends the next. `seconds` of each from its own sending."""
    waiting, replies = iter(requests), []

    async def one() -> None:
        links: dict[int, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}
        for port, request in waiting:
            reader, writer = links.get(port) or await asyncio.open_connection("127.0.0.1", port)
            links[port] = reader, writer
            begin = time.perf_counter()
            writer.write(request)
            replies.append(await _reply(reader, begin))
        for _, writer in links.values():
            writer.close()

    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(one() for _ in range(connections)))
    return replies


async def _reply(reader: asyncio.StreamReader, begin: float) -> Reply:
    head = await reader.readuntil(b"\r\n\r\n")
    length, status = LENGTH.search(head), STATUS.match(head)
    assert status is not None
    body = await reader.readexactly(int(length[1])) if length else b""
    return Reply(int(status[1]), body, time.perf_counter() - begin)


def post(path: str, body: bytes, token: str | None = None) -> bytes:
    """A POST of JSON; `path`: below /fhir/."""
    proof = f"Authorization: Bearer {token}\r\n" if token else ""
    head = f"POST /fhir/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/fhir+json\r\n{proof}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
