"""What the pages are made of: the authorization server, the hospital's name, the record's people, and a sender."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from anyio import CapacityLimiter

from auth.issuer import Issuer
from auth.passwords import MOST_AT_ONCE
from auth.people import People
from auth.senders import Sender
from auth.telling import Tell, nobody


def _zone() -> ZoneInfo:
    return ZoneInfo("Asia/Makassar")


def _hashing() -> CapacityLimiter:
    return CapacityLimiter(MOST_AT_ONCE)


def _threads() -> CapacityLimiter:
    return CapacityLimiter(16)


@dataclass(frozen=True, slots=True)
class Pages:
    """`language`: id or en, where the browser prefers neither; `hashing`: limits what hashes a password, `threads` the
    rest of what waits for MongoDB."""

    issuer: Issuer
    people: People
    send: Sender
    tell: Tell = nobody
    hospital: str = "Rumah Sakit Umum Daerah"
    language: str = "id"
    zone: ZoneInfo = field(default_factory=_zone)
    hashing: CapacityLimiter = field(default_factory=_hashing)
    threads: CapacityLimiter = field(default_factory=_threads)

    def today(self) -> date:
        """The day at the hospital."""
        return self.issuer.clock().astimezone(self.zone).date()
