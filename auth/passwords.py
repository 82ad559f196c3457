"""Passwords: how they are kept (argon2id) and which are refused. https://pages.nist.gov/800-63-4/sp800-63b.html"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from resources.issues import Text

SHORTEST, LONGEST = 12, 128
LONGER_THAN_ANY_NUMBER = 20  # shorter ones are telephone numbers, NIK, card numbers
MOST_AT_ONCE = 4
"""How many may be hashed at the same time: each takes 19 MiB and a core for some 35 ms."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
_ENDING = re.compile(r"[\W\d_]+$")
_NO_LETTERS = re.compile(r"[\W\d_]+")
_DISGUISES = str.maketrans("013457@$!", "oieastasi")


def hashed(password: str) -> str:
    """argon2id with the parameters that OWASP asks for at least."""
    return _HASHER.hash(_encoded(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether this is the password. Without an account (None) it takes the same time and is False."""
    try:
        return _HASHER.verify(password_hash or _nobodys(), _encoded(password)) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the password should be hashed anew, because the parameters have changed."""
    return _HASHER.check_needs_rehash(password_hash)


def refusal(password: str, username: str) -> Text | None:
    """Why a password may not be chosen; None for a good one. Its characters are free: length is what counts."""
    if len(password) < SHORTEST:
        return Text(f"At least {SHORTEST} characters.", f"Paling sedikit {SHORTEST} karakter.")
    if len(password) > LONGEST:
        return Text(f"At most {LONGEST} characters.", f"Paling banyak {LONGEST} karakter.")
    if _is_common(password.casefold(), username):
        return Text(
            "Too easy to guess. Three or four words that do not belong together are good.",
            "Terlalu mudah ditebak. Tiga atau empat kata yang tidak berhubungan sudah baik.",
        )
    return None


def _is_common(password: str, username: str) -> bool:
    known = _common() | {username, _NO_LETTERS.sub("", username)}
    bare = _ENDING.sub("", password)
    letters = {_NO_LETTERS.sub("", bare), _NO_LETTERS.sub("", bare.translate(_DISGUISES))}
    numbers = password.isdigit() and len(password) < LONGER_THAN_ANY_NUMBER
    return numbers or password in known or any(_repeats(word, known) for word in letters)


def _repeats(text: str, words: frozenset[str]) -> bool:
    """Whether the text is one of the words, once or several times over."""
    return any(text == text[:size] * (len(text) // size) and text[:size] in words for size in range(1, len(text) + 1))


@cache
def _common() -> frozenset[str]:
    return frozenset(files("auth").joinpath("data/common-passwords.txt").read_text().split())


@cache
def _nobodys() -> str:
    return _HASHER.hash(b"no account has this password")


def _encoded(password: str) -> bytes:
    return password.encode(errors="surrogatepass")
