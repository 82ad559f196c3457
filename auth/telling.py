"""What the audit trail is told of signing in: who builds the server says how.

https://profiles.ihe.net/ITI/BALP/"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from auth.users import User

What = Literal["login", "login-failed", "logout", "consent-decision", "proxy-ended"]


@dataclass(frozen=True, slots=True)
class Happening:
    """`name`: as it was typed, where nobody is known by it; `address`: in the network; `client`, `patient`: whom a
    decision is about; `note`: what was decided."""

    what: What
    address: str
    user: User | None = None
    name: str = ""
    client: str | None = None
    patient: str | None = None
    note: str = ""


Tell = Callable[[Happening], Awaitable[None]]
"""Returns once it is kept. Raises RecordUnavailable: then nobody is let in."""


async def nobody(_: Happening) -> None:
    """For servers without an audit trail: there are none but in tests."""
