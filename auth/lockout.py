"""How guessing is slowed down without ever locking anyone out for good. OWASP ASVS 6.3.1"""

from __future__ import annotations

from datetime import timedelta

FREE_FAILURES = 5
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)

ADDRESS_BURST = 60
ADDRESS_INTERVAL = timedelta(seconds=10)
"""An address may fail so many times at once, and then once in each interval; a whole ward may share one address."""


def delay(failures: int) -> timedelta:
    """How long the next attempt at an account must wait after so many failures in a row."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES, 10)
    return min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)
