"""The public keys of clients: registered with them, or at their JWKS URL, which is read again when a kid is unknown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError

from auth.fetcher import CannotFetch, Fetched
from auth.models import Client

LONGEST_KEPT = timedelta(minutes=5)
SHORTEST_KEPT = timedelta(seconds=5)
"""So that unknown kids cannot make us call someone's server as often as an attacker likes."""
MOST_URLS = 1000

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    keys: list[Row]
    since: datetime
    until: datetime


class ClientKeys:
    """`fetch`: the one way to outside URLs; `clock`: now."""

    def __init__(self, fetch: Callable[[str], Fetched], clock: Callable[[], datetime]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._kept: dict[str, Kept] = {}

    def __call__(self, client: Client, kid: str) -> list[Row]:
        """All the client's keys. Raises InvalidClientError where its URL does not give them."""
        if client.jwks_uri is None:
            return rows(client.jwks or {})
        now, kept = self._clock(), self._kept.get(client.jwks_uri)
        if kept is not None and now < kept.until:
            known = any(row.get("kid") == kid for row in kept.keys)
            if known or now < kept.since + SHORTEST_KEPT:
                return kept.keys
        return self._read(client.jwks_uri, now).keys

    def _read(self, url: str, now: datetime) -> Kept:
        try:
            fetched = self._fetch(url)
            found = rows(json.loads(fetched.body))
        except (CannotFetch, ValueError, RecursionError) as error:
            raise InvalidClientError("The JWKS URL of the client does not give a key set.") from error
        kept_for = max(SHORTEST_KEPT, min(LONGEST_KEPT, timedelta(seconds=max_age(fetched.cache_control))))
        if len(self._kept) >= MOST_URLS:
            self._kept.clear()
        self._kept[url] = Kept(found, now, now + kept_for)
        return self._kept[url]


def rows(key_set: object) -> list[Row]:
    """The keys of a key set. Raises ValueError where it is none."""
    found = key_set.get("keys") if isinstance(key_set, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise ValueError("a key set is an object with a list of keys")
    return found


def max_age(cache_control: str) -> int:
    """How many seconds an answer may be kept: as many as LONGEST_KEPT has where it does not say."""
    directives = [part.strip().lower() for part in cache_control.split(",")]
    if "no-store" in directives or "no-cache" in directives:
        return 0
    ages = [part.removeprefix("max-age=").strip('"') for part in directives if part.startswith("max-age=")]
    return int(ages[0][:9]) if ages and ages[0].isdecimal() else int(LONGEST_KEPT.total_seconds())
