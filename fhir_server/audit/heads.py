"""The heads of the chains, signed and copied out of the database: who cuts off or rewrites the end of a chain cannot
rewrite these. Ed25519: https://www.rfc-editor.org/rfc/rfc8032"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from fhir_server.store.audit_trail import AuditTrail
from fhir_server.store.blocks import Head, block_id
from fhir_server.store.documents import instant, now

Heads = Mapping[int, Head]

EVENTS = 1_000
SOON = timedelta(minutes=5)


class KeyRefused(Exception):
    """The file holds no Ed25519 key; the text is one line that names it."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One line of the copy. `heads`: the id of each chain's last block then, and its hash in hexadecimal."""

    at: str
    heads: Mapping[str, str]
    signature: str = ""

    def content(self) -> bytes:
        """What is signed."""
        return msgspec.json.encode({"at": self.at, "heads": dict(sorted(self.heads.items()))})


@dataclass(frozen=True, slots=True)
class Copy:
    """What the file of the copy holds: `lines` that are as they were written, and the numbers of the `others`."""

    lines: tuple[Signed, ...] = ()
    others: tuple[int, ...] = ()


NO_COPY = Copy()


def private_key(path: Path) -> Ed25519PrivateKey:
    """The key in this file; made where there is none yet, for this user alone. Raises KeyRefused, OSError."""
    if not path.exists():
        _make(path)
    return _private(path)


def _make(path: Path) -> None:
    """Whole or not at all; where another process is faster, its key stays."""
    content = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _private(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise KeyRefused(f"{path} holds no private key in PEM.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyRefused(f"{path} holds a key, but not of Ed25519.")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """To check signatures by; the file may hold the private key too. Raises KeyRefused."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise KeyRefused(f"{path} cannot be read: {error.strerror}.") from error
    if b"PRIVATE KEY" in content:
        return _private(path).public_key()
    try:
        key = load_pem_public_key(content)
    except ValueError as error:
        raise KeyRefused(f"{path} holds no key in PEM.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyRefused(f"{path} holds a key, but not of Ed25519.")
    return key


def signed(heads: Heads, at: datetime, key: Ed25519PrivateKey) -> Signed:
    line = Signed(instant(at), {block_id(chain, head.number): head.hash.hex() for chain, head in heads.items()})
    signature = base64.b64encode(key.sign(line.content())).decode()
    return Signed(line.at, line.heads, signature)


def is_genuine(line: Signed, key: Ed25519PublicKey) -> bool:
    try:
        key.verify(base64.b64decode(line.signature), line.content())
    except (InvalidSignature, ValueError):
        return False
    return True


def copied(path: Path, key: Path) -> Copy | None:
    """None where there is no copy. Raises KeyRefused."""
    return genuine(path.read_bytes(), public_key(key)) if path.exists() else None


def genuine(content: bytes, key: Ed25519PublicKey) -> Copy:
    lines = [_line(row) for row in content.splitlines()]
    good = [line is not None and is_genuine(line, key) for line in lines]
    return Copy(
        tuple(line for line, is_good in zip(lines, good, strict=True) if is_good and line is not None),
        tuple(number for number, is_good in enumerate(good, 1) if not is_good),
    )


def _line(row: bytes) -> Signed | None:
    try:
        return msgspec.json.decode(row, type=Signed)
    except msgspec.DecodeError:
        return None


class HeadsLog:
    """Appends to the copy: after EVENTS events, or SOON after the last time where there was at least one."""

    def __init__(self, path: Path, key: Ed25519PrivateKey, *, clock: Callable[[], datetime] = now) -> None:
        self.path = path
        self._key = key
        self._clock = clock
        self._passed = 0
        self._signed: Heads | None = None
        self._at = clock() - SOON

    def passed(self, events: int) -> None:
        """So many events have come since."""
        self._passed += events

    async def sign_when_due(self, trail: AuditTrail) -> None:
        if self._passed >= EVENTS or self._clock() - self._at >= SOON:
            await self.sign(trail)

    async def sign(self, trail: AuditTrail) -> None:
        """Unless nothing has come since the last time. The very first events are signed soon."""
        heads = await trail.heads()
        if not heads:
            return
        if heads != self._signed:
            line = msgspec.json.encode(signed(heads, self._clock(), self._key)) + b"\n"
            await asyncio.to_thread(_append, self.path, line)
            self._signed = heads
        self._passed, self._at = 0, self._clock()


def _append(path: Path, line: bytes) -> None:
    """On the disk when it returns."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line)
        os.fsync(file)
    finally:
        os.close(file)
