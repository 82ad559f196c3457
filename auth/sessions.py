"""Sessions of people in a browser: who signed in, until when, and whether the second factor is still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from auth.users import User

IDLE_STAFF = timedelta(minutes=15)
IDLE_PATIENT = timedelta(minutes=30)
UNFINISHED = timedelta(minutes=10)
"""How long the second factor may take."""
ABSOLUTE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Session:
    """`hash`: the SHA-256 of the cookie's value; `since`: when the password was given; `complete`: False while the
    second factor is to come; `new_totp`: the base32 secret of a second factor that is being set up."""

    hash: str
    username: str
    since: datetime
    idle_until: datetime
    expires: datetime
    complete: bool
    new_totp: str | None = None


def begun(user: User, secret_hash: str, now: datetime, *, since: datetime, complete: bool) -> Session:
    """A session that begins now, of someone who gave the password at `since`."""
    expires = since + (ABSOLUTE if complete else UNFINISHED)
    return Session(secret_hash, user.username, since, min(now + idle(user), expires), expires, complete)


def idle(user: User) -> timedelta:
    """How long a session lasts without a click."""
    return IDLE_STAFF if user.is_staff else IDLE_PATIENT
