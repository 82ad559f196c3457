"""Codes that people read and type, and how they are used up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from auth.binding import prepare
from auth.issuer import Issuer, digest
from auth.one_time_codes import SYMBOLS, OneTimeCode, as_issued, new_code, new_digits
from auth.people import Contact
from auth.storage import binds


def test_a_code_has_five_bits_for_each_symbol() -> None:
    codes = {new_code(16) for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 19 and code.count("-") == 3 for code in codes)
    assert len(SYMBOLS) == len(set(SYMBOLS)) == 32
    assert set("".join(codes)) == {*SYMBOLS, "-"}
    assert len({new_digits() for _ in range(50)}) > 45


@pytest.mark.parametrize(
    ("typed", "issued"),
    [
        ("7k2m-9qxa", "7K2M9QXA"),
        (" 7K2M 9QXA\n", "7K2M9QXA"),
        ("oil0", "0110"),
        ("", ""),
        ("7K2M\N{NO-BREAK SPACE}9", "7K2M9"),
    ],
)
def test_what_is_typed_is_read_as_it_was_meant(typed: str, issued: str) -> None:
    assert as_issued(typed) == issued


def test_of_twenty_who_use_a_code_one_does(issuer: Issuer) -> None:
    now = datetime.now(UTC)
    key = digest(new_code(16))
    binds.add(issuer.database, key, OneTimeCode(now + timedelta(hours=1), patient="1"))
    with ThreadPoolExecutor(20) as pool:
        used = list(pool.map(lambda _: binds.claim(issuer.database, key, now), range(20)))
    assert sum(found is not None for found in used) == 1


def test_of_twenty_guesses_five_are_tried(issuer: Issuer) -> None:
    secret, now = issuer.secret(), datetime.now(UTC)
    message = prepare(issuer, secret, Contact("1", email="a@b.example"), hospital="RSUD", language="id")
    assert message is not None
    code = next(word.strip(".") for word in message.text.split() if word.strip(".").isdigit() and len(word) > 7)

    def guess(number: int) -> bool:
        typed = code if number == 19 else f"{number:08}"
        return binds.claim_sent(issuer.database, digest(secret), digest(f"{secret}:{typed}"), now) is not None

    with ThreadPoolExecutor(4) as pool:
        assert not any(pool.map(guess, range(19)))
    assert not guess(19), "it is worth nothing any more"
    document = issuer.database["auth_binds"].find_one({"_id": digest(secret)})
    assert document is not None
    assert document["tries"] == 5
    assert code not in str(document)


def test_a_sent_code_is_no_printed_one(issuer: Issuer) -> None:
    secret, now = issuer.secret(), datetime.now(UTC)
    prepare(issuer, secret, Contact("1", email="a@b.example"), hospital="RSUD", language="id")
    assert binds.find(issuer.database, digest(secret), now) is None
    assert binds.claim(issuer.database, digest(secret), now) is None


def test_who_cannot_be_reached_gets_no_message_but_the_same_record(issuer: Issuer) -> None:
    for contact in (None, Contact("1")):
        secret = issuer.secret()
        assert prepare(issuer, secret, contact, hospital="RSUD", language="id") is None
        document = issuer.database["auth_binds"].find_one({"_id": digest(secret)})
        assert document is not None
        assert document["patient"] is None
