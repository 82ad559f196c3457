"""Codes that are used once: to choose a password, and to bind a new account to a patient's record."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U, which are read for other symbols. https://www.crockford.com/base32.html"""
_READ_AS = str.maketrans("ILO", "110", " -\t\r\n\N{NO-BREAK SPACE}")

PRINTED_SYMBOLS, PRINTED_LIVES = 16, timedelta(days=7)
RESET_SYMBOLS, RESET_LIVES = 32, timedelta(minutes=30)
SENT_DIGITS, SENT_LIVES, SENT_TRIES = 8, timedelta(minutes=10), 5


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """What a code allows: to choose a new password for `username`, or an account for the Patient with the id `patient`.

    One of the two is None."""

    expires: datetime
    username: str | None = None
    patient: str | None = None


def new_code(symbols: int) -> str:
    """Five random bits for each symbol, in groups of four: `7K2M-9QXA-…`."""
    drawn = "".join(secrets.choice(SYMBOLS) for _ in range(symbols))
    return "-".join(drawn[start : start + 4] for start in range(0, symbols, 4))


def new_digits() -> str:
    """A code that is sent to a telephone or by e-mail."""
    return "".join(secrets.choice("0123456789") for _ in range(SENT_DIGITS))


def as_issued(typed: str) -> str:
    """What a person typed, in the symbols of the code that was meant, without dashes."""
    return typed.upper().translate(_READ_AS)
