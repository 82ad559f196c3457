"""What signs a file: one port, whichever key or service stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from resources.issues import Text


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs: the id of the Practitioner, the name, the NIK; `passphrase`: for this one signature, kept nowhere."""

    id: str
    name: str
    nik: str
    passphrase: SecretStr


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A file to be signed: its `title`; `check`: the address at which anybody can check it."""

    content: bytes
    title: str
    check: str


class NotSigned(Exception):
    """There is no signature, for sure; the text says why and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class Uncertain(Exception):
    """Nobody knows whether a signature was given: the service did not answer in time, or cut the connection."""


class Signer(Protocol):
    async def sign(self, file: Unsigned, who: Signatory) -> bytes:
        """The signed file. Raises NotSigned, Uncertain."""
        ...
