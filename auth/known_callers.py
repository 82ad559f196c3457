"""The callers of tokens that were looked up in the last seconds, so that not every request asks the database."""

from __future__ import annotations

from datetime import datetime, timedelta

from auth.caller import Caller

KEPT = timedelta(seconds=5)
MOST = 10_000


class KnownCallers:
    """What one process remembers. A revocation takes effect in it at once, in another process within KEPT."""

    def __init__(self) -> None:
        self._callers: dict[str, tuple[Caller, datetime]] = {}
        self.generation = 0

    def find(self, token_hash: str, now: datetime) -> Caller | None:
        caller, until = self._callers.get(token_hash, (None, now))
        return caller if now < until else None

    def remember(self, token_hash: str, caller: Caller, until: datetime, *, generation: int) -> None:
        """`until`: not after the token's end; `generation`: read before the lookup, which a revocation may overtake."""
        if generation != self.generation:
            return
        if len(self._callers) >= MOST:
            self._callers.clear()
        self._callers[token_hash] = (caller, until)

    def forget(self) -> None:
        """Something was revoked, disabled or withdrawn: ask the database again for everyone."""
        self.generation += 1
        self._callers.clear()
