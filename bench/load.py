"""The load generator: keep-alive connections that each send the next request as soon as the last is answered.

A general HTTP client costs more than the server that it measures; this one knows only what the measures need.
"""

from __future__ import annotations

import asyncio
import re
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import uvloop

from bench.measures import BY_NAME

PATIENCE = 30.0
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Load:
    """`first`: the number of the first request, see Measure.requests; `token`: what each request carries."""

    port: int
    measure: str
    patients: int
    first: int
    seconds: float
    connections: int
    token: str | None = None


@dataclass
class Sample:
    """`latencies` in seconds, one for each answer below 400; `refused`: the first answer of another kind."""

    seconds: float = 0.0
    latencies: array[float] = field(default_factory=lambda: array("d"))
    refused: bytes = b""


class Connection(asyncio.Protocol):
    """One connection of the load, from its first request until the deadline."""

    def __init__(self, requests: Iterator[bytes], sample: Sample, deadline: float) -> None:
        self._requests, self._sample, self._deadline = requests, sample, deadline
        self._received = bytearray()
        self._sent = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        length = LENGTH.search(self._received, 0, end)
        if len(self._received) >= end + 4 + (int(length[1]) if length else 0):
            self._answered()

    def connection_lost(self, problem: Exception | None) -> None:
        if not self.ended.done():
            self._sample.refused = self._sample.refused or b"the server closed the connection"
            self.ended.set_result(None)

    def _answered(self) -> None:
        now = time.perf_counter()
        if self._received[9] in b"23":
            self._sample.latencies.append(now - self._sent)
        else:
            self._sample.refused = self._sample.refused or bytes(self._received)
        self._received.clear()
        if now < self._deadline and not self._sample.refused:
            self._send()
        else:
            self.ended.set_result(None)
            self._transport.close()

    def _send(self) -> None:
        request = next(self._requests)
        self._sent = time.perf_counter()
        self._transport.write(request)


def run(load: Load) -> Sample:
    """Puts the load on a server on this machine and waits for its end."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(load))


async def _run(load: Load) -> Sample:
    requests = BY_NAME[load.measure].requests(load.patients, load.first, load.token)
    sample, loop, begin = Sample(), asyncio.get_running_loop(), time.perf_counter()
    connections = []
    for _ in range(load.connections):
        _, connection = await loop.create_connection(
            lambda: Connection(requests, sample, begin + load.seconds), "127.0.0.1", load.port
        )
        connections.append(connection)
    async with asyncio.timeout(load.seconds + PATIENCE):
        await asyncio.gather(*(connection.ended for connection in connections))
    sample.seconds = time.perf_counter() - begin
    return sample
