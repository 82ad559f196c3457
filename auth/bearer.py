"""The bearer check: from the token of a request to its caller. https://www.rfc-editor.org/rfc/rfc6750"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from anyio import CapacityLimiter, to_thread

from auth.caller import Caller
from auth.issuer import Issuer, digest
from auth.known_callers import KEPT
from auth.live import InUse, in_use

CallerOf = Callable[[InUse], Caller | None]


class Bearer:
    """`caller_of`: who it is that uses a token, None where the hospital's policy lets them do nothing; `threads`: those
    that may wait for the database at once."""

    def __init__(self, issuer: Issuer, caller_of: CallerOf, threads: CapacityLimiter) -> None:
        self._issuer = issuer
        self._caller_of = caller_of
        self._threads = threads

    async def caller(self, token: str) -> Caller | None:
        """The caller, None where the token may not be used."""
        known = self._issuer.known.find(digest(token), self._issuer.clock())
        return known or await to_thread.run_sync(partial(self._look_up, token), limiter=self._threads)

    def _look_up(self, token: str) -> Caller | None:
        generation, now = self._issuer.known.generation, self._issuer.clock()
        found = in_use(self._issuer, token)
        caller = None if found is None else self._caller_of(found)
        if found is not None and caller is not None:
            until = min(now + KEPT, found.live.token.expires)
            self._issuer.known.remember(digest(token), caller, until, generation=generation)
        return caller
