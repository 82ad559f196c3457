"""People for the tests of signing in, and a clock that stands still until it is moved."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from auth import passwords
from auth.issuer import Issuer
from auth.storage import users
from auth.users import User

PASSWORD = "jerapah menari di atas kompor"
PASSWORD_HASH = passwords.hashed(PASSWORD)


@dataclass
class Clock:
    """It begins at the real time, for MongoDB removes by that what has expired."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


def somebody(issuer: Issuer, role: str = "pasien", **more: Any) -> User:
    """An account of a new name whose password is PASSWORD."""
    user = User(f"{role}.{uuid.uuid4().hex[:12]}", role, PASSWORD_HASH, **more)
    assert users.add(issuer.database, user)
    return user
