"""The keys that sign id_tokens: RSA, made when they are first needed and replaced every quarter.

A new key is published a day before it signs, so that nobody who keeps our key set for a while meets a signature that
he cannot check; an old one stays until nothing that it signed is valid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import KeySet, RSAKey

from auth.issuer import Issuer
from auth.storage import keys
from auth.storage.keys import SigningKey

ALGORITHM = "RS256"
BITS = 3072
REPLACED = timedelta(days=90)
PUBLISHED_BEFORE = timedelta(days=1)
KEPT_AFTER = timedelta(days=2)

MakeKey = Callable[[], dict[str, Any]]


def new_key() -> dict[str, Any]:
    """A private key as a JWK with a kid."""
    key = RSAKey.generate_key(BITS, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    return dict(key.as_dict(private=True))


def signing_key(issuer: Issuer, make: MakeKey = new_key) -> RSAKey:
    """The key to sign with now."""
    found, now = present(issuer, make), issuer.clock()
    ripe = [key for key in found if ripe_from(key) <= now]
    return RSAKey.import_key(dict((ripe or found[-1:])[0].jwk))


def private_keys(issuer: Issuer, make: MakeKey = new_key) -> KeySet:
    """All keys in use, to sign with the one that a header names."""
    return KeySet([RSAKey.import_key(dict(key.jwk)) for key in present(issuer, make)])


def public_keys(issuer: Issuer, make: MakeKey = new_key) -> dict[str, Any]:
    """Our key set (RFC 7517): the public halves of all keys whose signatures may still be about."""
    found = present(issuer, make)
    return {"keys": [dict(RSAKey.import_key(dict(key.jwk)).as_dict(private=False)) for key in found]}


def rotate(issuer: Issuer, make: MakeKey = new_key, *, at_once: bool = False) -> None:
    """Make the next key; it will sign a day from now, or at once."""
    while not _add_next(issuer, keys.newest_first(issuer.database), make, at_once=at_once):
        pass  # another process was faster: that key may be one that waits


def ripe_from(key: SigningKey) -> datetime:
    """When it signs, if it is not the only one: then it signs from the first."""
    return key.made if key.at_once else key.made + PUBLISHED_BEFORE


def present(issuer: Issuer, make: MakeKey = new_key) -> list[SigningKey]:
    """All keys in use, the newest first; a new one is made where the newest is old, and the outdated are dropped."""
    found, now = keys.newest_first(issuer.database), issuer.clock()
    if not found or found[0].made + REPLACED <= now:
        _add_next(issuer, found, make)
        found = keys.newest_first(issuer.database)
    return [key for place, key in enumerate(found) if place == 0 or _kept(found[place - 1], now)]


def _add_next(issuer: Issuer, found: list[SigningKey], make: MakeKey, *, at_once: bool = False) -> bool:
    """The number follows from what was found: of two processes that found the same, one makes the key."""
    number = found[0].number + 1 if found else 1
    return keys.add(issuer.database, SigningKey(number, make(), issuer.clock(), at_once))


def _kept(successor: SigningKey, now: datetime) -> bool:
    return now < ripe_from(successor) + KEPT_AFTER
