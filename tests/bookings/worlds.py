"""Sessions, asks and ledgers for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from bookings.ledger import Ask, Ledger
from bookings.rules import Rules
from bookings.session import Quota, Session

MORNING = datetime(2026, 11, 26, 0, 0, tzinfo=UTC)
"""08:00 WITA, two days after NOW."""

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
ORGANIZATION = "100099999"
_NUMBERS = count(1)


def session(id: str = "int-pagi", **changes: Any) -> Session:
    """A session of 3 places for each payer, 08:00-12:00."""
    values: dict[str, Any] = {
        "schedule": "Schedule/jadwal-001",
        "organization": ORGANIZATION,
        "poli": "INT",
        "poli_name": "Penyakit Dalam",
        "doctor": "Practitioner/nakes-001",
        "doctor_name": "dr. Contoh",
        "location": "Location/ruang-int",
        "start": MORNING,
        "end": MORNING + timedelta(hours=4),
        "letter": "A",
        "minutes": 10,
        "jkn": Quota(3),
        "umum": Quota(3),
    }
    return Session(id, **{**values, **changes})


def ledger(*held: Session, patients: int = 20, rules: Rules | None = None) -> Ledger:
    """With the patients 1, 2, …"""
    everybody = frozenset(f"Patient/{number}" for number in range(1, patients + 1))
    return Ledger(rules or Rules(), {one.id: one for one in held or (session(),)}, {}, everybody)


def new(what: Any = "book", patient: int = 1, **changes: Any) -> Ask:
    """An ask for a new booking."""
    number = next(_NUMBERS)
    values: dict[str, Any] = {
        "session": "int-pagi",
        "patient": f"Patient/{patient}",
        "id": f"janji-{number}",
        "code": f"20261126{number:06d}",
    }
    return Ask(what, **{"now": NOW, **values, **changes})
