"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

import statistics
import time

import pytest

from auth import passwords

GOOD = [
    "jerapah menari di atas kompor",
    "x" * 64,
    "Tr0ub4dor&3 xkcd",
    "k" * 63 + "Ω",
    "感谢您的耐心等待今天天气真好",
    "jerapah kompor  ",
    "y" * 128,
    "31415926535897932384",
]
BAD = [
    ("", "12"),
    ("kompor jera", "12"),
    ("z" * 129, "128"),
    ("password123456", "guess"),
    ("P4ssw0rd!2026", "guess"),
    ("Rumah-Sakit 2026", "guess"),
    ("sayangku sayangku", "guess"),
    ("bismillahirrahmanirrahim", "guess"),
    ("081234567890", "guess"),
    ("5201014107900001", "guess"),
    ("siti.rahma.1990", "guess"),
    ("SITIRAHMA 2026!", "guess"),
    ("aaaaaaaaaaaaaaaa", "guess"),
    ("payung kerbau biru selasa", "guess"),
]


@pytest.mark.parametrize("password", GOOD)
def test_good_ones_are_taken(password: str) -> None:
    assert passwords.refusal(password, "siti.rahma") is None


@pytest.mark.parametrize(("password", "why"), BAD)
def test_others_are_not(password: str, why: str) -> None:
    refusal = passwords.refusal(password, "siti.rahma")
    assert refusal is not None
    assert why in refusal.en
    assert refusal.id


@pytest.mark.parametrize("password", [*GOOD, "lone \ud800 surrogate", "nul \0 inside"])
def test_they_match_byte_by_byte(password: str) -> None:
    hashed = passwords.hashed(password)
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(hashed, password)
    assert not passwords.matches(hashed, f"{password} ")
    assert not passwords.matches(hashed, password.swapcase() + "?")
    assert not passwords.is_outdated(hashed)


def test_what_is_no_hash_matches_nothing() -> None:
    assert not passwords.matches(None, "")
    assert not passwords.matches("", "")
    assert not passwords.matches("plain text", "plain text")


def test_older_parameters_are_noticed() -> None:
    assert passwords.is_outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$zUGJIz1ZxSLnWcLqYsHvyEB5pZx9uN7bYbS1H6Yg2tA")


def test_without_an_account_it_takes_as_long() -> None:
    hashed = passwords.hashed(GOOD[0])
    passwords.matches(None, "")

    def seconds(password_hash: str | None) -> float:
        began = time.thread_time()
        passwords.matches(password_hash, "not the password")
        return time.thread_time() - began

    times = [(seconds(hashed), seconds(None)) for _ in range(9)]
    known, unknown = (statistics.median(row) for row in zip(*times, strict=True))
    assert 0.7 < known / unknown < 1.4
