"""Whether the blocks of one chain are as they were written: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from fhir_server.audit.heads import Signed
from fhir_server.store.audit_trail import Block
from fhir_server.store.blocks import START, Head, block_id, digest, place


class Signature(NamedTuple):
    """The hash that a block had, in hexadecimal, when it was signed."""

    hash: str
    at: str


def signatures(chain: int, signed: Iterable[Signed]) -> dict[int, Signature]:
    """By the numbers of the chain's blocks."""
    found = {}
    for line in signed:
        for id, hash in line.heads.items():
            of, number = place(id)
            if of == chain:
                found[number] = Signature(hash, line.at)
    return found


class ChainCheck:
    """Goes along one chain. `findings`: a line for each thing that is wrong; `head`: where it is."""

    def __init__(self, chain: int, signed: Mapping[int, Signature]) -> None:
        self.findings: list[str] = []
        self.head = START
        self._chain = chain
        self._signed = dict(signed)

    def add(self, block: Block) -> bool:
        """The next one. Whether it is a block at all."""
        number = self._number(block)
        if number is None:
            return False
        before = self.head
        self.head = Head(number, block["hash"])
        if number != before.number + 1:
            self._find(before.number + 1, f"missing up to {number - 1}" if number > before.number + 2 else "missing")
        elif block["prev"] != before.hash:
            self._find(number, "does not follow the block before it")
        if digest(block) != block["hash"]:
            self._find(number, "was changed")
        signature = self._signed.pop(number, None)
        if signature is not None and signature.hash != block["hash"].hex():
            self._find(number, f"is not the one that was signed at {signature.at}")
        return True

    def end(self, made_until: int) -> None:
        """`made_until`: the last block that has become resources."""
        latest = max((*self._signed, made_until, 0))
        if latest > self.head.number:
            self._find(self.head.number + 1, f"missing, and all up to {latest}: the end was cut off")

    def _number(self, block: Block) -> int | None:
        """None where it is no block at all."""
        kinds = {"_id": str, "prev": bytes, "hash": bytes, "entries": bytes}
        try:
            chain, number = place(block["_id"])
            if block["_id"] == block_id(chain, number) and all(isinstance(block[key], kinds[key]) for key in kinds):
                digest(block)
                return number
        except (KeyError, TypeError, ValueError, AttributeError):
            pass
        self.findings.append(f"block {block.get('_id')}: is none of the journal's")
        return None

    def _find(self, number: int, what: str) -> None:
        self.findings.append(f"block {block_id(self._chain, number)}: {what}")
