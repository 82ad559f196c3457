"""The load generator against a server that answers in pieces, or refuses."""

import asyncio

from bench.load import Load, Sample, run

PIECES = (b"HTTP/1.1 200 OK\r\ncontent-", b"length: 4\r\n\r\nab", b"cd")
REFUSAL = (b"HTTP/1.1 422 Unprocessable Entity\r\nContent-Length: 2\r\n\r\n{}",)


async def loaded(pieces: tuple[bytes, ...]) -> tuple[Sample, int]:
    """What the load says of a server that answers with these pieces, and how many requests that one got."""
    requests = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            requests += 1
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.001)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        load = Load(server.sockets[0].getsockname()[1], "read", 10, 0, 0.1, 2)
        return await asyncio.to_thread(run, load), requests


async def test_every_answer_is_counted_once() -> None:
    sample, requests = await loaded(PIECES)
    assert sample.refused == b""
    assert len(sample.latencies) == requests > 0
    assert all(0.002 <= latency < 5 for latency in sample.latencies)


async def test_a_refusal_ends_the_load() -> None:
    sample, _ = await loaded(REFUSAL)
    assert sample.refused == REFUSAL[0]
    assert len(sample.latencies) == 0


async def test_a_closed_connection_is_a_refusal() -> None:
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as server:
        load = Load(server.sockets[0].getsockname()[1], "read", 10, 0, 0.1, 1)
        sample = await asyncio.to_thread(run, load)
    assert sample.refused
