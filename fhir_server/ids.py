"""Logical ids of new resources: random, and rising with time so that inserts stay together in the index."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Callable, Iterator


def new_ids(clock: Callable[[], int] = time.time_ns, random: Callable[[int], int] = secrets.randbits) -> Iterator[str]:
    """UUIDs of version 7, without end. https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7"""
    while True:
        milliseconds = clock() // 1_000_000
        chosen = random(74)
        number = milliseconds << 80 | 0x7 << 76 | (chosen >> 62) << 64 | 0b10 << 62 | chosen & (1 << 62) - 1
        yield str(uuid.UUID(int=number))
