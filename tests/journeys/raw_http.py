"""Bytes over a socket, as no HTTP library would send them."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress


async def exchange(port: int, parts: tuple[bytes, ...], *, patience: float = 1.0) -> bytes:
    """The first response, or what came of it within the patience (seconds); empty where the server just hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        answering = asyncio.create_task(_answer(reader, patience))
        with suppress(OSError):
            for part in parts:
                writer.write(part)
                await writer.drain()
        return await answering
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader, patience: float) -> bytes:
    found = b""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(patience):
            while not _is_whole(found) and (data := await reader.read(65536)):
                found += data
    return found


def _is_whole(response: bytes) -> bool:
    head, end, body = response.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    return bool(end) and length is not None and len(body) >= int(length[1])
