"""Blocks of the journal: each holds the hash of the one before it in its chain, so that none can be changed unnoticed.

The idea is that of RFC 6962; here plain chains are enough.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Document = dict[str, Any]

CHAINS = 8
NUMBER_DIGITS = 12
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Head:
    """The last block of a chain: its number, from 1 on without a gap, and its hash."""

    number: int
    hash: bytes


START = Head(0, bytes(hashlib.sha256().digest_size))
"""What comes before the first block of a chain."""


def following(chain: int, head: Head, entries: Sequence[bytes], at: datetime) -> Document:
    """The block after this head. `entries`: JSON objects; `at`: in whole milliseconds.

    Two blocks cannot follow the same one: they would have the same id."""
    block: Document = {
        "_id": block_id(chain, head.number + 1),
        "at": at,
        "prev": head.hash,
        "entries": b"[" + b",".join(entries) + b"]",
    }
    block["hash"] = digest(block)
    return block


def digest(block: Mapping[str, Any]) -> bytes:
    """SHA-256 of all that a block holds besides its hash; the entries as the very bytes that are stored."""
    name = f"{block['_id']} {(block['at'] - EPOCH) // MILLISECOND} "
    return hashlib.sha256(block["prev"] + name.encode() + block["entries"]).digest()


def block_id(chain: int, number: int) -> str:
    """3/000000000124: in their order as texts too."""
    return f"{chain}/{number:0{NUMBER_DIGITS}}"


def place(id: str) -> tuple[int, int]:
    """The chain and the number in it."""
    chain, _, number = id.partition("/")
    return int(chain), int(number)


def after(chain: int, number: int) -> Document:
    """A filter for the ids of the chain's blocks behind this number."""
    return {"$gt": block_id(chain, number), "$lt": f"{chain}0"}


def head_of(block: Mapping[str, Any]) -> Head:
    return Head(place(block["_id"])[1], bytes(block["hash"]))
