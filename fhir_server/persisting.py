"""Who was overtaken reads again and decides again: what is written stands in the version that was read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from fhir_server.errors import Conflict, PreconditionFailed
from resources.issues import Text

Result = TypeVar("Result")

ATTEMPTS = 20


async def persistently(attempt: Callable[[], Awaitable[Result]], given_up: Text, attempts: int = ATTEMPTS) -> Result:
    """The result of the first attempt that nobody overtakes; what is neither Conflict nor PreconditionFailed passes.
    Raises Conflict with the text `given_up` after so many."""
    for _ in range(attempts):
        try:
            return await attempt()
        except (Conflict, PreconditionFailed):
            await asyncio.sleep(0)
    raise Conflict(given_up)
