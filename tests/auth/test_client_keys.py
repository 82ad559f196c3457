"""Where the keys of clients come from: what is registered, or a URL that is read as seldom as is safe."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from authlib.oauth2.rfc6749 import InvalidClientError
from joserfc.jwk import ECKey

from auth.client_keys import ClientKeys, max_age
from auth.fetcher import CannotFetch, Fetched
from auth.issuer import Issuer
from auth.models import Client
from auth.protocol import server_of
from auth.registration import register
from tests.auth.apps import EC, RSA, App, body, key_set, system_token

URL = "https://lab.example/keys"
CLIENT = Client("lab", "Lab", "private_key_jwt", ("client_credentials",), "system/*.rs", jwks_uri=URL)
START = datetime(2026, 11, 24, tzinfo=UTC)
NEXT = ECKey.generate_key("P-384", {"use": "sig"}, auto_kid=True)


class Place:
    """A URL with a key set, and how often it was read; and the time."""

    def __init__(self, content: object, cache_control: str = "") -> None:
        self.content, self.cache_control = content, cache_control
        self.reads, self.now = 0, START

    def fetch(self, url: str) -> Fetched:
        assert url == URL
        self.reads += 1
        if isinstance(self.content, Exception):
            raise self.content
        raw = self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()
        return Fetched(raw, self.cache_control)

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


def keys_of(place: Place) -> ClientKeys:
    return ClientKeys(place.fetch, lambda: place.now)


def test_a_key_set_is_read_once_in_a_while() -> None:
    place = Place(key_set(EC))
    keys = keys_of(place)
    for _ in range(3):
        assert keys(CLIENT, str(EC.kid)) == key_set(EC)["keys"]
    assert place.reads == 1
    place.wait(minutes=5)
    keys(CLIENT, str(EC.kid))
    assert place.reads == 2


def test_a_new_key_is_found_at_once() -> None:
    place = Place(key_set(EC))
    keys = keys_of(place)
    keys(CLIENT, str(EC.kid))
    place.content = key_set(EC, NEXT)
    place.wait(seconds=6)
    assert len(keys(CLIENT, str(NEXT.kid))) == 2


def test_unknown_kids_do_not_make_us_a_nuisance() -> None:
    place = Place(key_set(EC))
    keys = keys_of(place)
    for number in range(20):
        keys(CLIENT, f"unknown-{number}")
        place.wait(seconds=0.5)
    assert place.reads == 2


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [
        ("", 300),
        ("max-age=60", 60),
        ("public, max-age=10, must-revalidate", 10),
        ("max-age=86400", 300),
        ("no-store", 5),
        ("no-cache", 5),
        ("max-age=x", 300),
        ("MAX-AGE=7", 7),
        ("max-age=99999999999999999999", 300),
    ],
)
def test_it_is_kept_as_long_as_its_owner_says(cache_control: str, seconds: int) -> None:
    place = Place(key_set(EC), cache_control)
    keys = keys_of(place)
    keys(CLIENT, str(EC.kid))
    place.wait(seconds=seconds - 1)
    keys(CLIENT, str(EC.kid))
    assert place.reads == 1
    place.wait(seconds=1)
    keys(CLIENT, str(EC.kid))
    assert place.reads == 2


def test_a_number_of_seconds_is_bounded() -> None:
    assert max_age("max-age=" + "9" * 5000) == 999_999_999


@pytest.mark.parametrize(
    "content",
    [
        CannotFetch("away"),
        b"",
        b"no json",
        b"\xff",
        b"[" * 100_000,
        [],
        {},
        {"keys": {}},
        {"keys": ["a"]},
        {"keys": None},
        "text",
        None,
    ],
)
def test_what_is_no_key_set_is_refused(content: Any) -> None:
    with pytest.raises(InvalidClientError):
        keys_of(Place(content))(CLIENT, "kid")


@pytest.mark.parametrize(
    ("rows", "taken"),
    [
        (key_set(EC)["keys"], True),
        (key_set(RSA, EC)["keys"], True),
        (key_set(EC, EC)["keys"], False),
        ([{**RSA.as_dict(private=False), "kid": EC.kid}, *key_set(EC)["keys"]], True),
        ([{**key_set(EC)["keys"][0], "use": "enc"}], False),
        ([{**key_set(EC)["keys"][0], "x": "!!"}], False),
        ([{**key_set(EC)["keys"][0], "x": 1}], False),
        ([{"kid": EC.kid, "kty": "EC"}], False),
        ([{"kid": EC.kid, "kty": "EC", "crv": "P-256", "x": "a", "y": "b"}], False),
        ([{"kid": EC.kid, "kty": "oct", "k": "c2VjcmV0"}], False),
        ([], False),
    ],
)
def test_a_signature_is_checked_with_the_single_key_that_fits(issuer: Issuer, rows: Any, taken: bool) -> None:
    server = server_of(issuer, Place({"keys": rows}).fetch)
    metadata = {
        "client_name": "Lab",
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": URL,
        "scope": "system/*.rs",
    }
    client, _ = register(issuer, metadata)
    answer = system_token(server, App(client, key=EC))
    assert answer.status == (200 if taken else 400), answer.body
    if not taken:
        assert body(answer, 400)["error"] == "invalid_client"


def test_the_keys_of_a_client_without_a_url_are_the_registered_ones() -> None:
    place = Place({})
    registered = replace(CLIENT, jwks=key_set(EC), jwks_uri=None)
    assert keys_of(place)(registered, "any") == key_set(EC)["keys"]
    assert place.reads == 0
