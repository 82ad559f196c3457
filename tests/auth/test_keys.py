"""The signing keys over time: published before they sign, kept until nothing that they signed is valid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import cycle

import pytest
from joserfc.jwk import RSAKey

from auth.issuer import Issuer
from auth.keys import new_key, public_keys, rotate, signing_key
from auth.storage.database import connected

PAIR = [dict(RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True).as_dict(private=True)) for _ in range(3)]


class Years:
    """An issuer on a database of its own whose clock can be moved on, and which makes keys quickly."""

    def __init__(self, issuer: Issuer) -> None:
        start = issuer.clock()
        self.days = 0.0
        self.issuer = replace(issuer, clock=lambda: start + timedelta(days=self.days))
        rows = cycle(PAIR)
        self.make = lambda: dict(next(rows))

    def published(self) -> list[str]:
        return [row["kid"] for row in public_keys(self.issuer, self.make)["keys"]]

    def signs(self) -> str:
        return str(signing_key(self.issuer, self.make).kid)


@pytest.fixture
def years(mongodb_uri: str, database_name: str) -> Iterator[Years]:
    with connected(mongodb_uri, database_name) as database:
        yield Years(Issuer("https://ehr.test", "https://ehr.test/fhir", database))


FIRST, SECOND, THIRD = (str(row["kid"]) for row in PAIR)


def test_the_first_key_signs_at_once(years: Years) -> None:
    assert (years.published(), years.signs()) == ([FIRST], FIRST)


def test_a_key_is_followed_by_another_without_a_gap(years: Years) -> None:
    seen = []
    for day in (0, 89.9, 90.1, 90.9, 91.2, 93.0, 93.2, 181):
        years.days = day
        seen.append((day, years.published(), years.signs()))
    assert seen == [
        (0, [FIRST], FIRST),
        (89.9, [FIRST], FIRST),
        (90.1, [SECOND, FIRST], FIRST),
        (90.9, [SECOND, FIRST], FIRST),
        (91.2, [SECOND, FIRST], SECOND),
        (93.0, [SECOND, FIRST], SECOND),
        (93.2, [SECOND], SECOND),
        (181, [THIRD, SECOND], SECOND),
    ]


def test_a_key_can_be_replaced_early(years: Years) -> None:
    years.published()
    rotate(years.issuer, years.make)
    assert (years.published(), years.signs()) == ([SECOND, FIRST], FIRST)
    years.days = 1.1
    assert years.signs() == SECOND


def test_a_key_can_sign_at_once(years: Years) -> None:
    years.published()
    rotate(years.issuer, years.make)
    rotate(years.issuer, years.make, at_once=True)
    assert (years.published(), years.signs()) == ([THIRD, SECOND, FIRST], THIRD)
    for day, published in ((1.5, [THIRD, SECOND, FIRST]), (2.1, [THIRD, FIRST]), (3.1, [THIRD])):
        years.days = day
        assert (years.published(), years.signs()) == (published, THIRD)


def test_after_a_long_rest_the_old_key_signs_until_the_new_one_is_known(years: Years) -> None:
    years.published()
    years.days = 1000
    assert (years.published(), years.signs()) == ([SECOND, FIRST], FIRST)


def test_only_the_public_half_is_published(years: Years) -> None:
    (row,) = public_keys(years.issuer, years.make)["keys"]
    assert set(row) == {"kty", "n", "e", "kid", "use"}


def test_a_new_key_is_strong_and_says_what_it_is_for() -> None:
    made = new_key()
    assert (made["kty"], made["use"], made["alg"]) == ("RSA", "sig", "RS256")
    assert RSAKey.import_key(made).public_key.key_size == 3072
